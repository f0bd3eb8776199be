/** Rules without effect: they say what is so already, or a later rule undoes them. */
import type { TokenEffect } from '../../explain/effect.ts';
import { editAll, hitToken, inWords, listSome } from '../hit.ts';
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
    users.flatMap((user) =>
      report(
        user,
        (effect, text) => /^[+~%&(]|^all/i.test(text) && GRANTED.has(effect.reason ?? ''),
        (names, by) =>
          `${listSome(names)} ${names.length === 1 ? 'adds' : 'add'} nothing${by === '' ? '' : `: ${by} gives it already`}.`,
      ),
    ),
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
        (effect, text) => text.startsWith('-') && text.toLowerCase() !== '-@all' && isIdleDenial(effect),
        (names) =>
          `${listSome(names)} ${names.length === 1 ? 'takes' : 'take'} nothing away: nothing of it was granted.`,
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
        if (/^-/.test(text)) whole.delete(text.slice(1));
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
  const lost = new Map<number, LintToken[]>();
  for (const { index, status, lostTo } of user.tokens.some(({ text }) => text.startsWith('-'))
    ? user.effects
    : []) {
    const token = user.tokens[index];
    const [taker] = lostTo;
    if (token === undefined || status !== 'lost' || !/^\+[^@]/.test(token.text) || taker === undefined)
      continue;
    const by = user.tokens[taker.by]?.text.toLowerCase() ?? '';
    if (lostTo.length > 1 || !by.startsWith('-') || by === '-@all') continue;
    const known = lost.get(taker.by);
    if (known === undefined) lost.set(taker.by, [token]);
    else known.push(token);
  }
  return [...lost].flatMap(([by, tokens]): readonly LintHit[] => {
    const [first] = tokens;
    const denial = user.tokens[by];
    if (first === undefined || denial === undefined) return [];
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

/** `regranted-by` and `wiped-by` are lost, not idle: they are mistakes of order. */
const GRANTED: ReadonlySet<string> = new Set(['already-granted', 'implied', 'always-allowed']);

function isIdleDenial(effect: TokenEffect): boolean {
  return effect.reason === 'nothing-to-remove' && effect.by.length === 0;
}

/** One hit for a user: the words that `matches`, and the edits that remove them. */
function report(
  user: LintUser,
  matches: (effect: TokenEffect, text: string) => boolean,
  say: (names: readonly string[], by: string) => string,
): readonly LintHit[] {
  if (user.tokens.length === 0) return [];
  const idle = user.effects.filter((effect) => {
    const token = user.tokens[effect.index];
    return token !== undefined && effect.status === 'none' && matches(effect, token.text);
  });
  const [first] = idle;
  const token = user.tokens[first?.index ?? -1];
  if (first === undefined || token === undefined) return [];
  const names = idle.map((effect) =>
    user.tokens
      .slice(effect.index, effect.last + 1)
      .map(({ text }) => text)
      .join(' '),
  );
  const givers = [...new Set(idle.flatMap(({ by }) => by))].map((index) => user.tokens[index]?.text ?? '');
  const edits = idle.flatMap((effect) => removal(user, effect));
  const words = `Leave out ${listSome(names)}.`;
  return [
    hitToken(user, token, {
      message: say(names, givers.length === 1 ? (givers[0] ?? '') : ''),
      fix: edits.length === idle.length ? editAll(edits, words) : inWords(words),
    }),
  ];
}

function removal(user: LintUser, effect: TokenEffect): readonly LintEdit[] {
  const [token, last] = [user.tokens[effect.index], user.tokens[effect.last]];
  return token === undefined || last === undefined ? [] : cut(user, token, last);
}

/** The words go, with the blanks before them. */
function cut(user: LintUser, token: LintToken, last: LintToken): readonly LintEdit[] {
  const before = user.tokens[token.index - 1];
  if (token.range === undefined || last.range === undefined || last.line !== token.line) return [];
  const start = before?.range !== undefined && before.line === token.line ? before.range[1] : token.range[0];
  return [{ range: [start, last.range[1]], text: '' }];
}
