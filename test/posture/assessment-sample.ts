/**
 * Assessments to print: one made up around text that strangers chose, one of a real stock configuration judged by
 * the whole catalogue, and one in which nothing was reached.
 */
import { expectationsFor } from '../../src/policy/index.ts';
import { snapshotFromText } from '../../src/fleet/index.ts';
import {
  assess,
  CATALOGUE,
  type Assessment,
  type Check,
  type ReportOptions,
  type Verdict,
} from '../../src/posture/index.ts';

export const NOW = new Date('2026-11-21T12:00:00Z');

/** What strangers can put into user names, key patterns, client names and replies. */
export const HOSTILE = {
  script: '<script>alert(1)</script>',
  attribute: '"><img src=x onerror=alert(1)>',
  entity: '&lt;b&gt; &amp; &#60;',
  table: 'a|b|c',
  fence: 'a`b``c```d',
  markdown: '[x](javascript:alert(1)) **b** ![i](https://evil.example/p.png) @everyone #1 www.evil.example',
  formula: "=cmd|' /C calc'!A0",
  plus: '+1+1',
  at: '@SUM(1)',
  wideFormula: '＝1+1',
  comma: 'a,b "c" d',
  escape: '\u001b[31mred\u001b]0;title\u0007\u009b2J',
  override: 'user\u202egnp.exe\u2066x',
  invisible: 'ad\u200bmin\u00ad\ufeff\u{e0041}',
  nul: 'a\0b',
  lines: 'a\r\nb\nc\u2028d\u0085e',
  cdata: ']]><x/>--!>',
  surrogate: 'x\ud800y',
  nonCharacter: 'x\uffffy\ufffe',
  placeholder: '{0} [text](1) {tenant}:*',
  wide: '数据库用户名称'.repeat(30),
  long: 'z'.repeat(5000),
  words: 'word '.repeat(400),
} as const;

/** A check that always answers the same. */
export function makeCheck(
  id: string,
  verdict: Verdict | (() => Verdict),
  change: Partial<Check> = {},
): Check {
  const example = { server: 'redis-7.2', conf: '' };
  return {
    id,
    area: 'network',
    title: `Defect of ${id}`,
    goal: `Goal of ${id}`,
    severity: 'high',
    rationale: `Why ${id} matters.`,
    evaluate: () => (typeof verdict === 'function' ? verdict() : verdict),
    remedy: `Mend ${id}.`,
    references: [{ title: 'A page', url: 'https://redis.io/docs/' }],
    examples: { bad: example, good: example },
    ...change,
  };
}

export function makeTarget(
  subject: string,
  conf = 'port 6379\n',
  acl?: string,
): Parameters<typeof assess>[0][number] {
  const snapshot = snapshotFromText({
    server: 'redis-7.2',
    conf,
    subject,
    ...(acl === undefined ? {} : { acl }),
  });
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: ['pci_dss'],
    exposure: 'private_network',
    server: { product: 'redis', version: '7.2' },
    mode: 'standalone',
  });
  return { snapshot, expected, gatheredInMs: 12 };
}

export function judge(
  checks: readonly Check[],
  change: Partial<Parameters<typeof assess>[1]> = {},
  targets: Parameters<typeof assess>[0] = [makeTarget('10.0.0.5:6379')],
): Assessment {
  return assess(targets, { checks, now: NOW, toolVersion: '0.1.0', advisoriesAsOf: '2026-11-18', ...change });
}

const hostileTexts: readonly string[] = Object.values(HOSTILE);

/** Every status, every severity, and text of strangers in every place. */
export const hostileChecks: readonly Check[] = [
  makeCheck(
    'NET-001',
    {
      status: 'fail',
      evidence: hostileTexts.map((text, index) => ({
        text,
        from:
          index % 2 === 0
            ? { kind: 'command', node: text, command: `ACL GETUSER ${text}` }
            : { kind: 'file', path: `/etc/redis/${text}.conf`, line: index },
      })),
      risk: hostileTexts.join(' '),
      severity: { value: 'critical', because: HOSTILE.script },
      fix: hostileTexts.map((name) => ({ kind: 'set-user', name, rules: [`~${name}`, '-@all'] })),
    },
    { attackPaths: Array.from({ length: 40 }, (_, index) => `A${index}`) },
  ),
  makeCheck('NET-002', { status: 'pass', evidence: hostileTexts.map((text) => ({ text })) }),
  makeCheck('NET-003', { status: 'pass' }, { severity: 'info' }),
  ...hostileTexts.map((text, index) =>
    makeCheck(
      `AUTH-${String(index + 1).padStart(3, '0')}`,
      { status: 'unknown', missing: text, why: text, look: text },
      { area: 'authentication', severity: 'medium' },
    ),
  ),
  makeCheck('USER-001', { status: 'manual', instruction: hostileTexts.join(' ') }, { area: 'users' }),
  makeCheck('TLS-001', { status: 'not-applicable', why: HOSTILE.markdown }, { area: 'tls' }),
  makeCheck(
    'LIM-001',
    { status: 'fail', evidence: [{ text: HOSTILE.script }], fix: [] },
    { area: 'limits', severity: 'low' },
  ),
  makeCheck('LOG-001', { status: 'fail', evidence: [], fix: [] }, { area: 'logging', severity: 'info' }),
];

export const hostileAssessment: Assessment = judge(
  hostileChecks,
  {
    waivers: [
      { check: 'LIM-001', reason: HOSTILE.markdown, owner: HOSTILE.script, expires: '2027-01-31' },
      { check: 'LOG-001', reason: HOSTILE.table, owner: HOSTILE.formula, expires: '2020-01-01' },
      { check: HOSTILE.script, reason: 'r', owner: 'o', expires: '2027-01-31' },
    ],
    unreachable: hostileTexts.map((text) => ({ subject: text, code: 'refused', message: text, next: text })),
    baseline: {
      targets: [
        {
          subject: HOSTILE.script,
          outcomes: [
            {
              checkId: 'NET-003',
              title: HOSTILE.markdown,
              status: 'fail',
              fingerprint: 'f'.repeat(32),
              evidence: [],
            },
          ],
        },
      ],
    },
  },
  [
    makeTarget(HOSTILE.script),
    makeTarget(`${HOSTILE.escape}${HOSTILE.override}`),
    makeTarget(HOSTILE.formula),
  ],
);

/** Open to everybody, with a user whose name is an attack on reports. */
export const stockChecks: readonly Check[] = CATALOGUE;
export const stockAssessment: Assessment = judge(stockChecks, {}, [
  makeTarget('cache-1:6379', 'bind * -::*\nprotected-mode no\nport 6379\n'),
  makeTarget(
    'deploy/redis.conf',
    'port 6379\naclfile users.acl\n',
    'user default on nopass ~* &* +@all\nuser <b>|`=x on >secret-canary-8271 ~* +@all\n',
  ),
]);

export const emptyAssessment: Assessment = judge([], {}, []);

export const samples: readonly {
  readonly name: string;
  readonly assessment: Assessment;
  readonly checks: readonly Check[];
}[] = [
  { name: 'hostile text', assessment: hostileAssessment, checks: hostileChecks },
  { name: 'a stock server', assessment: stockAssessment, checks: stockChecks },
  { name: 'nothing', assessment: emptyAssessment, checks: [] },
];

export function optionsFor(checks: readonly Check[], change: Partial<ReportOptions> = {}): ReportOptions {
  return { checks, columns: 80, colour: false, unicode: true, detail: 'all', ...change };
}

/** Characters that act on a terminal, hide, or turn text around. Line breaks are looked at separately. */
export const ACTING =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff](?<![\ud800-\udbff][\udc00-\udfff])(?![\udc00-\udfff])/;
