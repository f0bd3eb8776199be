/** What an apply asks before it begins: how much it changes, whose sessions end, and the command line of a script. */

import { summarizePlan, usersDue, type Difference } from '../../change/index.ts';
import type { ApplyFlags } from '../commands/apply.ts';
import type { Confirmation } from './confirm.ts';
import type { MadePlan } from './plan-making.ts';

/** More than one in so many users of a node. */
const REMOVED_SHARE = 5;
const NAMES_SHOWN = 5;

export function questionOf(made: MadePlan, named: readonly string[], flags: ApplyFlags): Confirmation {
  const { plan, stages } = made.planned;
  const { add, change, remove } = summarizePlan(plan);
  const touched = new Set(stages.flatMap((stage) => stage.steps.map((step) => step.node))).size;
  const name = made.entry.fleet?.name ?? plan.nodes[0]?.node ?? 'servers';
  const severities = severitiesOf(made);
  const severe = severities.length > 0;
  const about = `This adds ${add}, changes ${change} and removes ${remove} on ${touched} ${touched === 1 ? 'node' : 'nodes'}.`;
  const words = ['wardis apply', ...named.map(quoteWord), ...repeatedOptions(flags, made.entry.fleet?.name)];
  return {
    yes: flags.yes === true,
    confirm: flags.confirm,
    about: [about, ...severities.map((each) => `${each}.`)].join(' '),
    ...(severe ? { name } : {}),
    scriptForm: `${words.join(' ')} ${severe ? `--confirm ${quoteWord(name)}` : '--yes'}`,
  };
}

/** Sessions that end, and nodes that lose more than a fifth of their users. What is due was agreed to in the policy. */
function severitiesOf({ planned, policy, input }: MadePlan): readonly string[] {
  const due = new Set(usersDue(policy, input.now).map(({ user }) => user));
  const ended = new Map<string, number>();
  const shares: string[] = [];
  for (const { node, differences, seen } of planned.plan.nodes) {
    const removed = differences.filter((each): each is Removal => isRemoval(each) && !due.has(each.user));
    for (const { user, sessions } of removed)
      if (sessions > 0) ended.set(user, (ended.get(user) ?? 0) + sessions);
    const users = Object.keys(seen.users).length;
    if (removed.length * REMOVED_SHARE > users)
      shares.push(
        `${removed.length} of ${users} users go at ${node}: ${listFew(removed.map(({ user }) => user))}`,
      );
  }
  for (const { kind, user, node } of endings(planned.stages)) {
    const state = kind === 'end-sessions' ? input.states.find((each) => each.node === node) : undefined;
    const clients = state?.clients.known === true ? state.clients.value : [];
    const open = clients.filter((session) => session.user === user).length;
    ended.set(user, (ended.get(user) ?? 0) + open);
  }
  const [share] = shares;
  const likewise = shares.length > 1 ? `, and likewise at ${shares.length - 1} more` : '';
  const total = [...ended.values()].reduce((sum, count) => sum + count, 0);
  return [
    ...(ended.size === 0
      ? []
      : [
          `${total} ${total === 1 ? 'session ends' : 'sessions end'}: ${listFew([...ended].map(([user, count]) => `${count} of ${user}`))}`,
        ]),
    ...(share === undefined ? [] : [`${share}${likewise}`]),
  ];
}

type Removal = Extract<Difference, { readonly kind: 'remove-user' }>;

function isRemoval(difference: Difference): difference is Removal {
  return difference.kind === 'remove-user';
}

function endings(stages: MadePlan['planned']['stages']) {
  return stages.flatMap(({ steps }) => steps.filter((step) => step.kind === 'end-sessions'));
}

function listFew(names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}

/** The options that the next command needs again; never a password, nor a URI, which may hold one. */
function repeatedOptions(flags: ApplyFlags, fleet: string | undefined): readonly string[] {
  const host = flags.host === true ? undefined : flags.host;
  const options: readonly (readonly [option: string, value: string | undefined])[] = [
    ['-h', host],
    ['-p', flags.port],
    ['-s', flags.socket],
    ['--user', flags.user],
    ['--password-file', flags.passwordFile],
    ['--sentinel-user', flags.sentinelUser],
    ['--sentinel-password-file', flags.sentinelPasswordFile],
    ['--cacert', flags.cacert],
    ['--cert', flags.cert],
    ['--key', flags.key],
    ['--policy', flags.policy],
    ['--state', flags.state],
    ['--secrets', flags.secrets],
    ['--recording', flags.recording],
    ['--canary', flags.canary],
    ['--fleet', fleet ?? flags.fleet],
  ];
  return [
    ...options.flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${quoteWord(value)}`])),
    ...(flags.tls === true ? ['--tls'] : []),
    ...(flags.files === true ? ['--files'] : []),
    ...(flags.undoOnFailure === true ? ['--undo-on-failure'] : []),
    ...flags.allow.map((code) => `--allow ${code}`),
  ];
}

/** As a POSIX shell takes it back as one word. A URI with a password is not repeated. */
function quoteWord(word: string): string {
  if (word.includes('://') && word.includes('@')) return 'URI';
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
