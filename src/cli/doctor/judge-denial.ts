/** NOPERM: which command, key, channel or database the rules leave out, and the least that would let it in. */

import type { Diagnosis, NextStep } from './diagnosis.ts';
import { find } from './finding.ts';
import type { DeniedObservation, Observations, SessionObservation } from './observation.ts';

/** Undefined when no command was asked about, or when it is allowed. */
export function judgeDenial(seen: Observations): Diagnosis | undefined {
  const { denied, session } = seen;
  if (denied === undefined || session === undefined) return undefined;
  const verdict = readVerdict(denied);
  switch (verdict.kind) {
    case 'allowed':
      return seen.managed !== undefined && isWithheld(denied.name)
        ? tellWithheld(seen, denied, session)
        : undefined;
    case 'unasked':
      return tellUnasked(seen, denied, session);
    case 'unknown-command':
      return tellUnknown(seen, denied, verdict.text);
    case 'arity':
      return find('E623', {
        fault: 'wrong-number-of-arguments',
        title: 'the command would be refused before any right is looked at',
        cause: `${denied.name} was given the wrong number of arguments, so its rights cannot be judged.`,
        proof: [verdict.text],
        next: [{ words: 'What it wants', command: `COMMAND DOCS ${denied.name.split('|')[0] ?? ''}` }],
      });
    case 'denied':
      return tellDenied(seen, denied, session, verdict);
  }
}

type Verdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'unasked' }
  | { readonly kind: 'unknown-command' | 'arity'; readonly text: string }
  | {
      readonly kind: 'denied';
      readonly what: 'command' | 'key' | 'channel' | 'database';
      readonly object: string;
    };

/** The server's own DRYRUN first; the rules where it may not be asked. */
function readVerdict({ dryrun, decision }: DeniedObservation): Verdict {
  if (dryrun.kind === 'answered')
    return dryrun.text === 'OK' ? { kind: 'allowed' } : readDryrun(dryrun.text, decision);
  if (dryrun.kind === 'refused') {
    if (/^ERR Command '.*' not found/s.test(dryrun.text))
      return { kind: 'unknown-command', text: dryrun.text };
    if (
      /wrong number of arguments for '.*' command/s.test(dryrun.text) &&
      !dryrun.text.includes("'acl|dryrun'")
    ) {
      return { kind: 'arity', text: dryrun.text };
    }
  }
  if (decision === undefined) return { kind: 'unasked' };
  if (decision.allowed) return { kind: 'allowed' };
  switch (decision.denied) {
    case 'command':
    case 'key':
    case 'channel':
      return { kind: 'denied', what: decision.denied, object: decision.object };
    case 'db':
      return { kind: 'denied', what: 'database', object: decision.object };
    case 'error':
      return {
        kind: / not found$|^ERR unknown command/.test(decision.message) ? 'unknown-command' : 'arity',
        text: decision.message,
      };
  }
}

/** `User app has no permissions to access the 'x' key`; the engine's object is whole where the text is not. */
function readDryrun(text: string, decision: DeniedObservation['decision']): Verdict {
  const command = /to run the '(.*)' command/s.exec(text)?.[1];
  if (command !== undefined) return { kind: 'denied', what: 'command', object: command };
  const [, object = '', what] = /to access the '(.*)' (key|channel)/s.exec(text) ?? [];
  if (what === 'key' || what === 'channel') {
    const whole =
      decision !== undefined && !decision.allowed && decision.denied === what ? decision.object : object;
    return { kind: 'denied', what, object: whole };
  }
  const database = /to access database (\S+)/.exec(text)?.[1];
  if (database !== undefined) return { kind: 'denied', what: 'database', object: database };
  return { kind: 'arity', text };
}

function tellDenied(
  seen: Observations,
  denied: DeniedObservation,
  session: SessionObservation,
  verdict: Extract<Verdict, { kind: 'denied' }>,
): Diagnosis {
  const { managed } = seen;
  const { user } = session;
  const withheld = managed !== undefined && isWithheld(denied.name);
  return find('E602', {
    fault: `${verdict.what}-denied`,
    title: `the user ${user} may not ${verdict.what === 'command' ? `run ${verdict.object}` : `use ${verdict.what === 'database' ? '' : 'the '}${verdict.what} ${verdict.object}`}`,
    cause: `${explain(verdict, user)}${withheld ? ` On ${managed.id} this command is withheld from everybody: no rule will allow it.` : ''}`,
    proof: listProof(denied, user),
    next: withheld
      ? [{ words: `Ask the service instead: ${managed.look}` }]
      : listGrants(seen, denied, user, verdict),
    notes: listConcerns(denied, verdict),
  });
}

function explain(verdict: Extract<Verdict, { kind: 'denied' }>, user: string): string {
  switch (verdict.what) {
    case 'command':
      return `No rule of the user ${user} grants the command ${verdict.object}.`;
    case 'key':
      return `The user ${user} may run the command, but no key pattern of theirs covers the key ${verdict.object} for what the command does with it.`;
    case 'channel':
      return `The user ${user} may run the command, but no channel pattern of theirs covers ${verdict.object}.`;
    case 'database':
      return `The user ${user} may run the command, but not in database ${verdict.object}.`;
  }
}

function listProof({ dryrun, rules, decision, shown }: DeniedObservation, user: string): readonly string[] {
  const proof: string[] = [];
  if (dryrun.kind === 'answered') proof.push(`ACL DRYRUN ${user} ${shown}: ${dryrun.text}`);
  if (rules.kind === 'answered' && decision !== undefined) {
    const verdict = decision.allowed ? 'allow it' : `say: ${decision.message}`;
    proof.push(`the rules of ACL GETUSER, judged by themselves, ${verdict}`);
  }
  return [...proof, 'the command itself was not run'];
}

function listGrants(
  { subject }: Observations,
  denied: DeniedObservation,
  user: string,
  verdict: Extract<Verdict, { kind: 'denied' }>,
): readonly NextStep[] {
  const set = (rules: readonly string[]): string => `ACL SETUSER ${word(user)} ${rules.map(word).join(' ')}`;
  const { least } = denied;
  const exact = least?.rules ?? guessRules(verdict);
  if (exact.length === 0) return [];
  const wide = least?.byPrefix;
  return [
    {
      words:
        wide === undefined
          ? 'As an administrator, the least that allows it'
          : 'As an administrator, the least: this one only',
      command: set(exact),
    },
    ...(wide === undefined ? [] : [{ words: 'Or everything with the same prefix', command: set(wide) }]),
    { words: 'Keep it over a restart (where there is an aclfile: ACL SAVE)', command: 'CONFIG REWRITE' },
    {
      words: 'Then again',
      command: `wardis doctor ${subject.loginWords} -- ${denied.shown}`,
    },
  ];
}

/** Without the rules only what DRYRUN named is known. */
function guessRules(verdict: Extract<Verdict, { kind: 'denied' }>): readonly string[] {
  const literal = verdict.object.replace(/[\\*?[\]]/g, (sign) => `\\${sign}`);
  switch (verdict.what) {
    case 'command':
      return [`+${verdict.object}`];
    case 'key':
      return [`~${literal}`];
    case 'channel':
      return [`&${literal}`];
    case 'database':
      return [];
  }
}

function listConcerns(
  { concerns, unlookedAt, name }: DeniedObservation,
  verdict: Extract<Verdict, { kind: 'denied' }>,
): readonly string[] {
  const notes: string[] = [];
  if (verdict.what === 'command' && concerns.length > 0) {
    notes.push(
      `${name} is in the category ${concerns.map((concern) => `@${concern}`).join(' and ')}: ask first whether this user needs it.`,
    );
  }
  if (verdict.what === 'key') notes.push('Patterns are case-sensitive and must match the whole key.');
  if (unlookedAt !== undefined) notes.push(`Not judged here: ${unlookedAt}.`);
  return notes;
}

/** Neither DRYRUN nor GETUSER: an administrator has to look. */
function tellUnasked(
  { managed }: Observations,
  denied: DeniedObservation,
  { user }: SessionObservation,
): Diagnosis {
  return {
    ...find('E602', {
      fault: 'rules-hidden',
      certainty: 'likely',
      title: `whether the user ${user} may run ${denied.shown} cannot be seen from here`,
      cause: `Connection and login work. The user ${user} may see neither DRYRUN nor their own rules, and the command is not run to find out.`,
      proof: [`ACL DRYRUN: ${textOf(denied.dryrun)}`, `ACL GETUSER ${user}: ${textOf(denied.rules)}`],
      next: [
        { words: 'As an administrator, from 7.0 on', command: `ACL DRYRUN ${word(user)} ${denied.shown}` },
        { words: 'As an administrator, on every version', command: `ACL GETUSER ${word(user)}` },
        { words: 'What was denied last, with the key or channel by name', command: 'ACL LOG 10' },
        ...(managed === undefined ? [] : [{ words: `On ${managed.id}: ${managed.look}` }]),
        {
          words: 'Or let the user look at themselves, then again',
          command: `ACL SETUSER ${word(user)} +acl|dryrun +acl|getuser`,
        },
      ],
      notes: [
        'ACL GETUSER shows the password hashes of every user to whoever may run it: take the right away afterwards.',
      ],
    }),
    outcome: 'undetermined',
  };
}

function tellUnknown({ managed }: Observations, denied: DeniedObservation, text: string): Diagnosis {
  return find('E623', {
    fault: 'unknown-command',
    cause: `The server knows no command ${denied.name}: it is newer than the server, belongs to a module that is not loaded, or was renamed in the configuration. No ACL rule helps.`,
    proof: [text],
    next: [
      { words: 'Is it there?', command: `COMMAND INFO ${denied.name.split('|')[0] ?? ''}` },
      { words: 'Modules that are loaded', command: 'MODULE LIST' },
      ...(managed === undefined ? [] : [{ words: `On ${managed.id}: ${managed.look}` }]),
    ],
  });
}

function tellWithheld(
  { managed }: Observations,
  denied: DeniedObservation,
  { user }: SessionObservation,
): Diagnosis {
  return find('E602', {
    fault: 'withheld-by-service',
    certainty: 'likely',
    title: `the service withholds ${denied.name}`,
    cause: `The rules of the user ${user} allow it, but ${managed?.id ?? 'the service'} withholds this command from everybody.`,
    proof: [`ACL DRYRUN ${user} ${denied.shown}: OK`, 'the host name is that of a managed service'],
    next: managed === undefined ? [] : [{ words: `Ask the service instead: ${managed.look}` }],
  });
}

/** The services' own lists of restricted commands (AWS, Google, Redis Cloud, Azure, Oracle), read in November 2026. */
function isWithheld(name: string): boolean {
  const [command = '', sub = ''] = name.split('|');
  if (command === 'acl') return ['setuser', 'deluser', 'load', 'save', 'log'].includes(sub);
  return WITHHELD.has(command);
}

const WITHHELD = new Set([
  'config',
  'debug',
  'save',
  'bgsave',
  'bgrewriteaof',
  'replicaof',
  'slaveof',
  'shutdown',
  'migrate',
  'module',
  'sync',
  'psync',
  'failover',
  'monitor',
]);

function textOf(exchange: DeniedObservation['dryrun']): string {
  return exchange.kind === 'failed' ? exchange.message : exchange.text === '' ? 'answered' : exchange.text;
}

/** An argument as redis-cli reads it. */
function word(text: string): string {
  return /^[^\s"'\\]+$/.test(text) ? text : JSON.stringify(text);
}
