/** Selectors: rules in parentheses (7.0 and later). */
import { toBytes, toText } from '../../bytes.ts';
import { globSample } from '../../compare/glob-overlap.ts';
import { decide } from '../../decision/decide.ts';
import { splitArguments } from '../../language/argument-split.ts';
import { mergeSelectors } from '../../language/selector-merge.ts';
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { historiesOf } from './history.ts';
import type { Step } from './history.ts';
import { hitAt, judgedUsers } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_7_0, SINCE_7_2 } from './proof.ts';

const notAdditive: LintRule = {
  id: 'selectors-not-additive',
  title: 'Selectors do not add up within one command',
  severity: 'info',
  rationale:
    'A command runs if one selector allows all of it. A selector that may read the source and another one that may write the destination do not together allow COPY, RENAME, SMOVE or LMOVE between the two.',
  fix: 'Put both patterns into one selector, with %R~ and %W~.',
  proof: [
    prove(SINCE_7_0, '(%R~src* +@all) (%W~dst* +@all)', denied('COPY', 'src1', 'dst1')),
    prove(SINCE_7_0, '(%R~src* %W~dst* +@all)', allowed('COPY', 'src1', 'dst1')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} (%R~src:* +copy +get) (%W~dst:* +copy +set)` },
    good: { text: `user app on ${SECRET} (%R~src:* +get) (%W~dst:* +set) (%R~src:* %W~dst:* +copy)` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) => {
      const argv = findTornCommand(user);
      if (argv === undefined) return [];
      const [name = '', source = '', target = ''] = argv;
      const step = historiesOf(user).at(-1)?.steps.at(-1);
      return [
        hitAt(user, step, {
          message: `User ${user.name} may not ${name} ${source} ${target}: one selector reads the first key, another one writes the second, and they do not add up.`,
          fix: { kind: 'words', words: 'Put both patterns and the command into one selector.' },
          proofCommand: argv,
        }),
      ];
    }),
};

const unbalancedQuote: LintRule = {
  id: 'selector-unbalanced-quote',
  title: 'A quote that is not closed empties the selector',
  severity: 'high',
  rationale:
    'Inside parentheses, rules are split as in a configuration file, with quotes. When a quote is not closed, the server reports nothing and makes an empty selector: none of its rules count.',
  fix: 'Close the quote, or leave it out: patterns need none.',
  proof: [
    prove(SINCE_7_0, `'(+get ~"a)'`, { kind: 'accepted' }, denied('GET', 'a')),
    prove(SINCE_7_0, '(+get ~a)', allowed('GET', 'a')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} (~"app:* +get)` },
    good: { text: `user app on ${SECRET} (~app:* +get)` },
  },
  judge: (subject) =>
    forEachRule(subject, (user, token, step) =>
      subject.table.dialect.selectors &&
      token.startsWith('(') &&
      token.endsWith(')') &&
      splitArguments(token.slice(1, -1), subject.table.dialect.argumentSplit) === undefined
        ? [
            hitAt(user, step, {
              message: `A quote is not closed in the selector of user ${user.name}: the server takes the selector as empty, without an error.`,
              fix: { kind: 'words', words: 'Close the quote, or remove it.' },
            }),
          ]
        : [],
    ),
};

const nestedParenthesis: LintRule = {
  id: 'nested-paren-7.0',
  title: 'A second parenthesis throws the first selector away',
  severity: 'high',
  rationale:
    'Redis 7.0 begins anew when a word starts with "(" while a selector is still open, and drops what the selector held so far, without an error. Later servers refuse the rule.',
  fix: 'Close each selector before the next one begins.',
  proof: [
    prove(
      ['redis-7.0'],
      '(~a* +get (~b* +set)',
      { kind: 'accepted' },
      denied('GET', 'a1'),
      allowed('SET', 'b1', 'x'),
    ),
    prove(SINCE_7_2, '(~a* +get (~b* +set)', { kind: 'refused', message: 'Error in ACL SETUSER modifier' }),
  ],
  examples: {
    bad: { server: 'redis-7.0', text: `user app on ${SECRET} (~a* +get (~b* +set)` },
    good: { server: 'redis-7.0', text: `user app on ${SECRET} (~a* +get) (~b* +set)` },
  },
  judge: (subject) =>
    subject.table.dialect.reopensSelector ? judgedUsers(subject).flatMap((user) => findNested(user)) : [],
};

export const SELECTOR_RULES: readonly LintRule[] = [notAdditive, unbalancedQuote, nestedParenthesis];

/** Selectors of one user that are compared in pairs; hardly anybody writes more. */
const SELECTORS_MAX = 8;
const TWO_KEYS = ['copy', 'rename', 'smove', 'sunionstore', 'zrangestore'];

/** A command over two keys that two selectors share, and none allows. */
function findTornCommand(user: LintUser): readonly string[] | undefined {
  const { user: whole } = user;
  const { table } = whole;
  const selectors = whole.selectors.slice(0, SELECTORS_MAX);
  for (const reader of selectors) {
    for (const writer of selectors) {
      if (reader === writer || reader.allKeys || writer.allKeys) continue;
      const source = sampleKey(reader.keys.filter(({ read }) => read));
      const target = sampleKey(writer.keys.filter(({ write }) => write));
      if (source === undefined || target === undefined) continue;
      for (const name of TWO_KEYS) {
        const argv = argvOf(name, source, target);
        const both = [reader, writer].every((selector) => {
          const verdict = decide({ ...whole, selectors: [{ ...selector, allKeys: true }] }, argv, table);
          return verdict.allowed;
        });
        if (both && !decide(whole, argv, table).allowed) return argv;
      }
    }
  }
  return undefined;
}

function sampleKey(keys: readonly { readonly pattern: string }[]): string | undefined {
  return keys
    .map(({ pattern }) => globSample(pattern))
    .find((sample) => sample !== undefined && sample !== '');
}

function argvOf(name: string, source: string, target: string): readonly string[] {
  if (name === 'smove') return ['SMOVE', source, target, 'member'];
  if (name === 'sunionstore') return ['SUNIONSTORE', target, source];
  if (name === 'zrangestore') return ['ZRANGESTORE', target, source, '0', '-1'];
  return [name.toUpperCase(), source, target];
}

function findNested(user: LintUser): readonly LintHit[] {
  let open: LintUser['tokens'][number] | undefined;
  const hits: LintHit[] = [];
  for (const token of user.tokens) {
    const opens = token.text.startsWith('(') && !token.text.endsWith(')');
    if (opens && open !== undefined) {
      hits.push({
        user: user.name,
        ...(token.line !== undefined && { line: token.line }),
        ...(token.range !== undefined && { range: token.range }),
        token: token.text,
        message: `Redis 7.0 drops what the selector of user ${user.name} held before ${token.text}.`,
        fix: { kind: 'words', words: `Close the selector with ")" before ${token.text}.` },
      });
    }
    if (opens) open = token;
    else if (token.text.endsWith(')')) open = undefined;
  }
  return hits;
}

/** Every rule as the server sees it: words of a selector in parentheses joined. */
function forEachRule(
  subject: LintSubject,
  judge: (user: LintUser, token: string, step: Step | undefined) => readonly LintHit[],
): readonly LintHit[] {
  return judgedUsers(subject).flatMap((user) =>
    mergeSelectors(
      user.tokens.map(({ text }) => toBytes(text)),
      subject.table.dialect,
    ).rules.flatMap((merged) => {
      const token = user.tokens[merged.index];
      const last = user.tokens[merged.last];
      if (token === undefined || last === undefined) return [];
      const state = {
        bits: new Uint32Array(),
        firstArgs: new Map(),
        allKeys: false,
        keys: [],
        allChannels: false,
        channels: [],
      };
      const step: Step = {
        rule: toText(merged.token),
        token,
        last,
        before: state,
        after: state,
        names: { kind: 'other' },
      };
      return judge(user, merged.token, step);
    }),
  );
}
