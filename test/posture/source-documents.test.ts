/**
 * Two published guides on Redis security, their own lines as input: every real defect is found by the check that is
 * meant for it, and none of their wrong statements is repeated by Wardis.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listRecordedServers } from '../../src/conf/index.ts';
import { snapshotFromText } from '../../src/fleet/index.ts';
import { compilePolicy, expectationsFor, policyFor, SECURITY_LEVELS } from '../../src/policy/index.ts';
import { assess, CATALOGUE, MYTHS, type Outcome } from '../../src/posture/index.ts';

const SERVERS = [
  'redis-6.0',
  'redis-6.2',
  'redis-7.0',
  'redis-7.2',
  'redis-8.0',
  'valkey-8.1',
  'valkey-9.1',
] as const;

interface Snippet {
  readonly what: string;
  readonly conf?: string;
  readonly acl?: string;
  /** Checks that must find it, on every version. */
  readonly found: readonly string[];
  /** More of them on some versions. */
  readonly foundOn?: Readonly<Partial<Record<(typeof SERVERS)[number], readonly string[]>>>;
  /** Text that the evidence of a check must hold: the defect itself, or the right word for it. */
  readonly says?: Readonly<Record<string, string>>;
  /** Checks that must stay silent: the guide is right about these. */
  readonly silent?: readonly string[];
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/source-documents/${name}`, import.meta.url), 'utf8');
}

const OFF = 'user default off resetpass\n';

const SNIPPETS: readonly Snippet[] = [
  {
    what: 'one shared password in clear',
    conf: fixture('requirepass-plain.conf'),
    found: ['AUTH-003', 'AUTH-012', 'USER-004', 'TLS-001'],
    silent: ['AUTH-001', 'AUTH-006'],
  },
  {
    what: 'a placeholder as requirepass',
    conf: fixture('requirepass.conf'),
    found: ['AUTH-003', 'USER-004', 'FILE-005'],
  },
  {
    what: 'users.acl with comments and $(VAR)',
    acl: fixture('users.acl'),
    // The comments stop the server; $(VAR) is the password itself; without a default line everybody is in.
    found: ['USER-025', 'AUTH-011', 'AUTH-004', 'AUTH-001', 'AUTH-014', 'USER-008', 'USER-023', 'CMD-014'],
    foundOn: { 'redis-7.2': ['CMD-016'], 'valkey-9.1': ['CMD-016'] },
  },
  {
    what: 'the same users.acl without the comments',
    acl: fixture('users-without-comments.acl'),
    found: ['AUTH-004', 'AUTH-001', 'AUTH-011', 'USER-008', 'USER-023', 'CMD-009', 'CMD-014'],
    // 6.0 has no channels: &* is a syntax error there.
    foundOn: { 'redis-6.0': ['USER-025'], 'redis-7.0': ['CMD-016'], 'valkey-8.1': ['CMD-016'] },
    says: { 'AUTH-004': 'default' },
  },
  {
    what: 'requirepass beside that users.acl, silently dropped',
    conf: fixture('requirepass-plain.conf'),
    acl: fixture('users-without-comments.acl'),
    found: ['AUTH-001', 'AUTH-004', 'AUTH-005', 'NET-001'],
  },
  {
    what: 'the redis.conf called hardened, with that users.acl',
    conf: fixture('hardened.conf').replace(/^aclfile .*\n/m, ''),
    acl: fixture('users-without-comments.acl'),
    found: [
      'AUTH-001',
      'AUTH-004',
      'AUTH-011',
      'TLS-005',
      'TLS-007',
      'CMD-023',
      'CMD-003',
      'CMD-006',
      'LIM-001',
    ],
    // There any bind switches protected mode off.
    foundOn: {
      'redis-6.0': ['NET-004', 'CMD-024', 'CMD-005'],
      'redis-6.2': ['NET-004', 'CMD-024', 'CMD-005'],
    },
    silent: ['NET-001', 'NET-006', 'TLS-001', 'TLS-004', 'TLS-006', 'LIM-006'],
  },
  {
    what: 'TLS with comments behind the values',
    conf: fixture('tls.conf'),
    found: ['FILE-004', 'TLS-007', 'TLS-025'],
    says: { 'FILE-004': 'a comment only at the start of a line' },
    silent: ['TLS-005', 'TLS-006'],
  },
  { what: 'TLS without a CA', conf: fixture('tls-without-ca.conf'), found: ['TLS-027', 'NET-006'] },
  {
    what: 'tls-cert and tls-key, which are no directives',
    conf: fixture('tls-misnamed.conf'),
    found: ['FILE-001', 'TLS-027'],
    says: { 'FILE-001': 'tls-cert-file' },
  },
  {
    what: 'tls-replication yes as the end of plaintext',
    conf: fixture('tls-replication.conf'),
    found: ['TLS-003', 'NET-006'],
  },
  {
    what: 'bind 127.0.0.1 -::1',
    conf: fixture('bind-loopback.conf'),
    found: [],
    foundOn: { 'redis-6.0': ['NET-012'] },
    silent: ['NET-001'],
  },
  {
    what: 'every interface, with protected mode to save it',
    conf: fixture('bind-every.conf'),
    found: ['NET-001'],
    foundOn: { 'redis-6.0': ['NET-004'], 'redis-6.2': ['NET-004'] },
  },
  { what: 'rename-command', conf: fixture('rename.conf'), found: ['CMD-023', 'AUTH-001'] },
  {
    what: 'acl-log-max-len, which is no directive',
    conf: fixture('acl-log.conf'),
    found: ['FILE-001', 'LOG-001'],
    says: { 'FILE-001': 'acllog-max-len' },
  },
  {
    what: 'tls-handshake-timeout and tls-cert-file-new, which are none',
    conf: fixture('tls-handshake-timeout.conf'),
    found: ['FILE-001'],
    says: { 'FILE-001': 'tls-handshake-timeout' },
  },
  {
    what: '+get +set ~* -@all +@write, meant as GET and SET',
    acl: `${OFF}user app_user on >strong-password +get +set ~* -@all +@write\n`,
    found: ['USER-006', 'CMD-001', 'CMD-002', 'CMD-013', 'USER-002', 'AUTH-012'],
    foundOn: { 'redis-7.2': ['CMD-016'], 'valkey-9.1': ['CMD-016'] },
  },
  {
    what: 'on +@read +@write ~app:* -@all, meant as the keys app:*',
    acl: `${OFF}user app_user on +@read +@write ~app:* -@all\n`,
    found: ['USER-006', 'AUTH-008'],
  },
  {
    what: 'everything but FLUSHALL',
    acl: `${OFF}user app_user on >app-secret ~* +@all -FLUSHALL\n`,
    found: ['USER-003', 'CMD-001', 'CMD-003', 'CMD-004', 'CMD-006', 'CMD-007', 'CMD-008'],
    says: { 'CMD-001': 'FLUSHDB' },
  },
  {
    what: 'an open default user with a password and every right',
    acl: 'user default on >password ~* &* +@all\n',
    found: [],
    foundOn: {
      // A syntax error there: nothing is changed, and the server stays open.
      'redis-6.0': ['USER-025'],
      'redis-7.2': ['AUTH-003', 'AUTH-010', 'USER-004'],
      'valkey-9.1': ['AUTH-003', 'AUTH-010', 'USER-004'],
    },
  },
  {
    what: 'default without FLUSHALL, FLUSHDB, DEBUG and KEYS',
    acl: 'user default on nopass ~* +@all -FLUSHALL -FLUSHDB -DEBUG -KEYS\n',
    found: ['AUTH-001', 'CMD-003', 'CMD-006'],
  },
  {
    what: 'the application user of the hardening guide',
    acl: `${OFF}user appuser on >app-secret ~app:* +@read +@write -@dangerous\n`,
    found: ['USER-023', 'CMD-014', 'AUTH-012'],
    foundOn: { 'redis-7.0': ['CMD-016'], 'redis-7.2': ['CMD-016'], 'valkey-9.1': ['CMD-016'] },
    silent: ['CMD-001', 'CMD-003', 'CMD-004', 'USER-001'],
  },
  {
    what: 'the read-only user',
    acl: `${OFF}user readonly on >readonly-secret ~* +@read -@write\n`,
    found: ['USER-023', 'AUTH-012'],
    silent: ['USER-028', 'CMD-001'],
  },
  {
    what: 'default off, its nopass left',
    acl: 'user default off nopass ~* +@all\nuser app on >a-secret-of-enough-letters-0123 ~app:* +get\n',
    found: ['AUTH-019'],
    foundOn: { 'redis-7.2': ['NET-005'], 'valkey-9.1': ['NET-005'] },
    silent: ['AUTH-001'],
  },
];

function judge(server: string, snippet: Snippet): readonly Outcome[] {
  const conf = `${snippet.conf ?? ''}${snippet.acl === undefined ? '' : 'aclfile users.acl\n'}`;
  const snapshot = snapshotFromText({
    server,
    conf,
    ...(snippet.acl === undefined ? {} : { acl: snippet.acl }),
  });
  if (!snapshot.product.known) throw new Error('no version');
  const { product, version } = snapshot.product.value;
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    mode: 'standalone',
    server: { product, version },
  });
  const assessment = assess([{ snapshot, expected, gatheredInMs: 0 }], {
    checks: CATALOGUE,
    now: new Date('2026-11-21T12:00:00Z'),
    toolVersion: '0.0.0',
    advisoriesAsOf: '2026-11-18',
  });
  return assessment.targets.flatMap(({ outcomes }) => outcomes);
}

describe.each(SNIPPETS)('$what', (snippet) => {
  it.each(SERVERS)('is judged rightly on %s', (server) => {
    const outcomes = judge(server, snippet);
    const failed = outcomes.filter(({ status }) => status === 'fail');
    const ids = failed.map(({ checkId }) => checkId);
    expect(ids).toEqual(expect.arrayContaining([...snippet.found, ...(snippet.foundOn?.[server] ?? [])]));
    expect(ids.filter((id) => snippet.silent?.includes(id))).toEqual([]);
    for (const [id, text] of Object.entries(snippet.says ?? {})) {
      expect(JSON.stringify(failed.find(({ checkId }) => checkId === id))).toContain(text);
    }
    // Placeholders are shown as what they are; the guides' passwords are not.
    const shown = JSON.stringify(outcomes);
    for (const secret of ['strong-password"', 'app-secret', 'readonly-secret', 'plaintext-password'])
      expect(shown).not.toContain(secret);
  });
});

/** What the guides say and servers do not do; each may be told only by a myth, which says so. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ['a setting that does not exist', /acl-log-max-len|tls-handshake-timeout|tls-cert-file-new/i],
  ['a counter that does not exist', /acl_log_count/i],
  ['a form of ACL LOG that does not exist', /ACL LOG GET/i],
  ['evidence deleted to switch the log on', /(?:enables?|switch(?:es)? on)[^.\n]*ACL LOG RESET/i],
  ['checks switched off by tls-prefer-server-ciphers', /tls-prefer-server-ciphers yes/],
  ['protected mode switched off as a cure', /CONFIG SET protected-mode no/i],
  ['CONFIG SET given to read a setting', /SETUSER \S+ \+CONFIG(?!\|)/i],
  ['an audit that empties the database', /redis-cli[^\n]* FLUSHALL/i],
  ['a replica promoted to reconnect it', /REPLICAOF NO ONE[^.]*reconnect/i],
  ['a rule taken away by a later -@all', /\+\S+[^\n`]* -@all \+@write/],
  ['a shell placeholder in an ACL file', /^user .*>\$\(/m],
];

/** Rules that somebody asks about are no advice. */
function withoutQuestions(page: string): string {
  return page.replace(/^.*wardis acl (?:explain|check|lint) .*$/gm, '');
}

describe('the wrong statements of the guides', () => {
  const prose = CATALOGUE.map(
    ({ id, goal, remedy }) =>
      [
        id,
        `${goal}
${remedy}`,
      ] as const,
  );
  const compiled = listRecordedServers().flatMap((server) =>
    SECURITY_LEVELS.flatMap((level) => {
      const request = {
        level,
        exposure: 'private_network',
        frameworks: [],
        mode: 'standalone',
        server,
      } as const;
      const { artefacts, warnings } = compilePolicy(policyFor(request));
      return [
        ...artefacts.map(({ path, content }) => [`${server.product} ${level} ${path}`, content] as const),
        [`${server.product} ${level} warnings`, warnings.join('\n')] as const,
      ];
    }),
  );
  const root = new URL('../../', import.meta.url);
  const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)]
    .filter((name) => name.endsWith('.md') && name !== 'docs/myths.md')
    .map((name) => [name, withoutQuestions(readFileSync(new URL(name, root), 'utf8'))] as const);

  it.each(WRONG)('%s is in no advice, file or page', (_, pattern) => {
    const repeated = [...prose, ...compiled, ...pages].filter(([, text]) => pattern.test(text));
    expect(repeated.map(([name]) => name)).toEqual([]);
  });

  it('are myths, each with what happens and how it was shown', () => {
    // One entry for each statement of the guides that real servers contradict, wholly or in part.
    const numbered = (letter: string, last: number, but: readonly string[] = []): readonly string[] =>
      Array.from({ length: last }, (_, at) => `${letter}${at + 1}`).filter((id) => !but.includes(id));
    const wrong = [
      numbered('A', 22, ['A13', 'A15']),
      numbered('B', 14),
      numbered('C', 20, ['C6', 'C8', 'C9']),
      numbered('D', 8),
    ].flat();
    expect(MYTHS.map(({ id }) => id)).toEqual(expect.arrayContaining(wrong));
    for (const { id, truth, shown } of MYTHS) {
      expect(truth.length, id).toBeGreaterThan(20);
      expect(shown.length, id).toBeGreaterThan(10);
    }
  });
});
