/** Rules without effect: they say what is so already, or a later rule undoes them. */
import { editAll, hitToken, inWords, listSome } from '../hit.ts';
import { idleRulesOf } from '../idle.ts';
import type { IdleRule } from '../idle.ts';
import type { LintEdit, LintFix, LintHit, LintRule, LintToken, LintUser } from '../rule.ts';
import { allowed, denied, prove, SINCE_6_0, SINCE_7_0 } from './proof.ts';
import { accepted } from './shown.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* -@all +@read +ping\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const GRANT: LintRule = {
  id: 'grant-without-effect',
  title: 'Rules grant what is granted already',
  severity: 'info',
  rationale:
    'A rule that adds nothing misleads the next reader: +@read +get looks as if get were not in @read, and removing it seems to matter.',
  fix: 'Leave it out.',
  proof: [prove(SINCE_6_0, 'on nopass ~app:* +@read', allowed('GET', 'app:1'), allowed('TTL', 'app:1'))],
  examples: { bad: bad('+ping', '+get +ttl +ping'), good: { text: good } },
  judge: ({ users }) =>
    users.flatMap((user) => {
      const { grants } = idleRulesOf(user);
      const givers = [...new Set(grants.flatMap(({ by }) => by.map(({ text }) => text)))];
      const already = givers.length === 1 ? `: ${givers[0]} gives it already` : '';
      return report(
        user,
        grants,
        (names) => `${listSome(names)} ${names.length === 1 ? 'adds' : 'add'} nothing${already}.`,
      );
    }),
};

const DENY: LintRule = {
  id: 'deny-without-effect',
  title: 'Rules deny what is not granted',
  severity: 'info',
  rationale:
    'A denial takes away what earlier rules granted. Where they granted nothing of it, it does nothing, and does not guard against later grants either. (-@all is a good habit and never reported.)',
  fix: 'Leave it out, or put it behind the grant that it is meant for.',
  proof: [
    prove(SINCE_6_0, 'on nopass ~app:* +@read', denied('FLUSHALL'), denied('CONFIG', 'GET', 'x')),
    prove(SINCE_6_0, 'on nopass ~app:* +@read -flushall -config', accepted, denied('FLUSHALL')),
  ],
  examples: { bad: bad('+@read', '+@read -flushall -config'), good: { text: good } },
  judge: ({ users }) =>
    users.flatMap((user) =>
      report(
        user,
        idleRulesOf(user).denials,
        (names) =>
          `${listSome(names)} ${names.length === 1 ? 'takes' : 'take'} nothing away: it is not granted, or denied already.`,
      ),
    ),
};

const LOST: LintRule = {
  id: 'grant-lost',
  title: 'A later denial takes a grant away',
  severity: 'high',
  rationale:
    'Rules apply from left to right, and the last one wins. +info +config|get -@dangerous denies both, because INFO and CONFIG are @dangerous: what was asked for by name is not there.',
  fix: 'Put the grant behind the denial.',
  proof: [
    prove(SINCE_6_0, 'on nopass +info -@dangerous', denied('INFO')),
    prove(SINCE_6_0, 'on nopass -@dangerous +info', allowed('INFO')),
  ],
  examples: { bad: bad('+ping', '+ping +info -@dangerous'), good: bad('+ping', '+ping -@dangerous +info') },
  judge: ({ users }) => users.flatMap((user) => lostGrants(user)),
};

const SUB_AFTER_FULL: LintRule = {
  id: 'sub-after-full',
  title: 'A subcommand behind its whole command narrows nothing',
  severity: 'high',
  rationale:
    '+config allows every subcommand; +config|get behind it does not narrow it to one. 6.0 refuses the rule, 6.2 ignores it, later versions keep all of CONFIG.',
  fix: 'Grant the subcommands only.',
  proof: [
    prove(SINCE_7_0, 'on nopass +config +config|get', allowed('CONFIG', 'SET', 'maxmemory', '0')),
    prove(['redis-6.0'], 'on nopass +config +config|get', {
      kind: 'refused',
      message: 'Adding a subcommand of a command already fully added is not allowed',
    }),
    prove(SINCE_7_0, 'on nopass +config|get', denied('CONFIG', 'SET', 'maxmemory', '0')),
  ],
  examples: { bad: bad('+ping', '+config +config|get'), good: bad('+ping', '+ping +config|get') },
  judge: ({ users }) =>
    users.flatMap((user) => {
      const hits: LintHit[] = [];
      const whole = new Map<string, LintToken>();
      for (const token of user.tokens) {
        const text = token.text.toLowerCase();
        const head = /^\+([^@|]+)\|/.exec(text)?.[1];
        const before = head === undefined ? undefined : whole.get(head);
        if (/^\+[^@|]+$/.test(text)) whole.set(text.slice(1), token);
        if (text.startsWith('-')) whole.delete(text.slice(1));
        if (/^(?:-@all|nocommands)$/.test(text)) whole.clear();
        if (before === undefined || head === undefined) continue;
        hits.push(
          hitToken(user, token, {
            message: `${before.text} allows every subcommand of ${head.toUpperCase()} already: ${token.text} does not narrow it.`,
            fix: inWords(`Drop ${before.text} to keep the subcommands only.`),
          }),
        );
      }
      return hits;
    }),
};

export const NO_EFFECT_RULES: readonly LintRule[] = [LOST, GRANT, DENY, SUB_AFTER_FULL];

/** One hit for each denial that takes whole grants away; -@all is another matter. */
function lostGrants(user: LintUser): readonly LintHit[] {
  const lost = new Map<LintToken, LintToken[]>();
  for (const { token, by } of idleRulesOf(user).lost) {
    const tokens = lost.get(by);
    if (tokens === undefined) lost.set(by, [token]);
    else tokens.push(token);
  }
  return [...lost].flatMap(([denial, tokens]): readonly LintHit[] => {
    const [first] = tokens;
    if (first === undefined) return [];
    const names = tokens.map(({ text }) => text);
    const words = `Put ${listSome(names)} behind ${denial.text}.`;
    return [
      hitToken(user, first, {
        message: `${listSome(names)} ${names.length === 1 ? 'is' : 'are'} taken away by ${denial.text} further right: the last rule wins.`,
        fix: moveBehind(user, tokens, denial, words),
      }),
    ];
  });
}

function moveBehind(user: LintUser, tokens: readonly LintToken[], denial: LintToken, words: string): LintFix {
  const end = denial.range?.[1];
  const removed = tokens.flatMap((token) => cut(user, token, token));
  if (end === undefined || removed.length < tokens.length) return inWords(words);
  const text = tokens.map((token) => ` ${token.text}`).join('');
  return editAll([...removed, { range: [end, end], text }], words);
}

/** One hit for a user: the idle words, and the edits that remove them. */
function report(
  user: LintUser,
  idle: readonly IdleRule[],
  say: (names: readonly string[]) => string,
): readonly LintHit[] {
  const [first] = idle;
  if (first === undefined) return [];
  const names = idle.map(({ token, last }) =>
    user.tokens
      .slice(token.index, last.index + 1)
      .map(({ text }) => text)
      .join(' '),
  );
  const edits = idle.flatMap(({ token, last }) => cut(user, token, last));
  const words = `Leave out ${listSome(names)}.`;
  return [
    hitToken(user, first.token, {
      message: say(names),
      fix: edits.length === idle.length ? editAll(edits, words) : inWords(words),
    }),
  ];
}

/** The words go, with the blanks before them. */
function cut(user: LintUser, token: LintToken, last: LintToken): readonly LintEdit[] {
  const before = user.tokens[token.index - 1];
  if (token.range === undefined || last.range === undefined || last.line !== token.line) return [];
  const start = before?.range !== undefined && before.line === token.line ? before.range[1] : token.range[0];
  return [{ range: [start, last.range[1]], text: '' }];
}
