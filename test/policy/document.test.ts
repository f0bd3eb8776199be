/** Reading policy documents: what is accepted, and what is said about what is not. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, parseRequest } from '../../src/policy/document/reading.ts';
import { printPolicyProblem } from '../../src/policy/index.ts';

const WHOLE = `version: 1
security_level: hardened              # basic | standard | hardened | compliance
compliance_requirements: [pci_dss]
network_exposure: private_network
server: { product: redis, version: 7.0 }
settings: { bind: [10.0.0.5], maxmemory: 2gb }
fleet:
  prod:
    seeds: [rediss://10.0.0.5:6379]
    auth: { user: wardis, password: { file: ./secrets/wardis } }
    tls: { ca: ./tls/ca.crt }
    files: { via: ssh, user: deploy, conf: /etc/redis/redis.conf, acl: /etc/redis/users.acl, tls: /etc/redis/tls }
    clients: [10.0.1.0/24]
    ownership: prefix:app-
users:
  - { name: orders-api, role: readwrite, keys: ["orders:*", { pattern: "cart:*", access: read }], channels: ["orders.*"] }
  - { name: reports, role: readonly, keys: ["*"], expires: 2027-01-31 }
  - { name: exporter, role: monitor }
tenants:
  - { names: [app_a, app_b], user: "{tenant}", role: readwrite, keys: ["{tenant}:*"], channels: ["{tenant}.*"] }
waivers:
  - { check: NET-004, node: cache-3, reason: "moves behind the proxy in Q1", owner: platform, expires: 2027-03-31 }
`;

function problems(text: string): readonly string[] {
  return parsePolicy(text).problems.map(printPolicyProblem);
}

describe('a policy document', () => {
  it('is read whole', () => {
    const parsed = parsePolicy(WHOLE);
    expect(parsed.problems).toEqual([]);
    if (!parsed.ok) throw new Error('refused');
    const { policy } = parsed;
    expect(policy.request).toEqual({
      level: 'hardened',
      frameworks: ['pci_dss'],
      exposure: 'private_network',
      server: { product: 'redis', version: '7.0' },
      mode: 'standalone',
    });
    expect(policy.users.map((user) => user.name)).toEqual([
      'orders-api',
      'reports',
      'exporter',
      'app_a',
      'app_b',
    ]);
    expect(policy.users[0]?.keys).toEqual([
      { pattern: 'orders:*', access: undefined },
      { pattern: 'cart:*', access: 'read' },
    ]);
    expect(policy.users[4]).toMatchObject({
      tenant: 'app_b',
      keys: [{ pattern: 'app_b:*' }],
      channels: ['app_b.*'],
    });
    expect(policy.fleets[0]).toMatchObject({
      name: 'prod',
      clients: ['10.0.1.0/24'],
      ownership: 'prefix:app-',
    });
    expect(policy.waivers).toEqual([
      {
        check: 'NET-004',
        node: 'cache-3',
        reason: 'moves behind the proxy in Q1',
        owner: 'platform',
        expires: '2027-03-31',
        line: 22,
      },
    ]);
    expect(policy.paths.conf).toBe('/etc/redis');
  });

  it('is told its place, its mistake and the likely word, all at once', () => {
    expect(
      problems(`version: 1
security_level: hardend
compliance: [pci_dss]
users:
  - { name: a, role: readwritr, keys: ["a:*"] }
  - name: b
    role: readonly
    key: ["b:*"]
waivers:
  - { check: NET-004, reason: later, expires: 2027-02-30, owner: me }
`).join('\n\n'),
    ).toBe(`wardis.yaml:2:17: unknown security_level "hardend"
  2 | security_level: hardend
    |                 ^^^^^^^ did you mean "hardened"?

wardis.yaml:3:1: unknown key "compliance"
  3 | compliance: [pci_dss]
    | ^^^^^^^^^^

wardis.yaml:5:22: unknown role "readwritr"
  5 |   - { name: a, role: readwritr, keys: ["a:*"] }
    |                      ^^^^^^^^^ did you mean "readwrite"?

wardis.yaml:8:5: unknown key "key" in users[1]
  8 |     key: ["b:*"]
    |     ^^^ did you mean "keys"?`);
  });

  it('leaves the name of the revision to apply', () => {
    expect(problems('version: 1\nusers:\n  - { name: wardis-revision, role: admin }\n')).toEqual([
      expect.stringContaining('wardis.yaml:3:13: the user wardis-revision is made by wardis apply'),
    ]);
  });

  it('finds what the shape alone cannot tell', () => {
    expect(
      problems(`version: 1
server: { version: "7.2" }
fleet: { prod: { clients: [10.0.1.0/33], seeds: ["rediss://u:hunter2@h:1"] } }
users:
  - { name: default, role: admin }
  - { name: a, role: readwrite }
  - { name: a, role: custom, commands: ["+get", "+gte"] }
  - { name: m, role: monitor, keys: ["*"], expires: 2027-02-30 }
tenants:
  - { names: [app_a, app_ab], role: readwrite, keys: ["{tenant}*"] }
`),
    ).toEqual([
      expect.stringContaining(`wardis.yaml:3:28: "10.0.1.0/33" is not a network`),
      expect.stringContaining('wardis.yaml:3:50: a seed holds a user or a password'),
      expect.stringContaining('wardis.yaml:5:13: the user default is always off'),
      expect.stringContaining('wardis.yaml:6:5: role readwrite needs keys'),
      expect.stringContaining('wardis.yaml:7:13: user "a" is declared twice'),
      expect.stringContaining(
        'wardis.yaml:7:49: redis 7.2 refuses "+gte": ERR Error in ACL SETUSER modifier',
      ),
      expect.stringContaining('wardis.yaml:8:31: role monitor takes no keys'),
      expect.stringContaining('wardis.yaml:8:53: there is no 2027-02-30'),
      expect.stringContaining(
        'wardis.yaml:10:55: the pattern of tenant app_a also matches keys of tenant app_ab',
      ),
    ]);
  });

  it('never repeats a secret that was put into it', () => {
    const said = [
      ...problems('version: 1\nusers:\n  - { name: a, role: admin, password: hunter2 }\n'),
      ...problems(
        'version: 1\nfleet: { p: { seeds: ["redis://:hunter2@h"], auth: { user: x, password: hunter2 } } }\n',
      ),
      ...problems('version: 1\nusers:\n  - { name: a, role: admin, commands: [">hunter2"] }\n'),
    ];
    expect(said.length).toBeGreaterThanOrEqual(3);
    expect(said.join('\n')).not.toContain('hunter2');
  });

  it.each([
    ['a tab for indentation', 'version: 1\nusers:\n\t- a\n', 'wardis.yaml:3:1'],
    ['an open bracket', 'version: 1\nusers: [a\n', 'wardis.yaml:3:1'],
    ['a key twice', 'version: 1\nversion: 1\n', 'wardis.yaml:2:1'],
    ['several documents', 'version: 1\n---\nversion: 1\n', 'wardis.yaml:2:1: one document only'],
    ['an empty file', '', 'wardis.yaml'],
    ['a list', '- version: 1\n', 'wardis.yaml:1:1'],
    [
      'an alias bomb',
      `version: 1\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(50)}]\nc: &c [${'*b,'.repeat(50)}]\nd: [${'*c,'.repeat(50)}]\n`,
      'wardis.yaml',
    ],
    ['too much text', `# ${'x'.repeat(9_000_000)}`, 'wardis.yaml'],
  ])('refuses %s with its place', (_, text, place) => {
    const [first] = problems(text);
    expect(first).toContain(place);
  });
});

describe('a bare request', () => {
  it('takes the three keys of the published schema', () => {
    const parsed = parseRequest(
      '{"security_level":"compliance","compliance_requirements":["hipaa","sox"],"network_exposure":"public"}',
    );
    expect(parsed.ok && parsed.policy.request).toMatchObject({
      level: 'compliance',
      frameworks: ['hipaa', 'sox'],
      exposure: 'public',
    });
  });

  it('refuses other keys, wrong words and broken JSON', () => {
    const say = (text: string): string => parseRequest(text).problems.map(printPolicyProblem).join('\n');
    expect(say('{"security_level":"high","level":1}')).toBe(`request.json:1:19: unknown security_level "high"
  1 | {"security_level":"high","level":1}
    |                   ^^^^^^ one of basic, standard, hardened, compliance
request.json:1:26: unknown key "level"
  1 | {"security_level":"high","level":1}
    |                          ^^^^^^^`);
    expect(say('{"security_level":')).toContain('this is not JSON');
    expect(say('security_level: basic')).toContain('this is not JSON');
  });
});

describe('any text at all', () => {
  const word = fc.constantFrom(
    'version: 1',
    'users:',
    '- {',
    'name: a',
    '}',
    '[',
    ']',
    '&a',
    '*a',
    '? ',
    '|',
    '"',
    '\t',
    '\0',
    '---',
    'role: admin',
    'é',
    '#',
  );
  it('is a policy or a list of problems, never an exception, in bounded time', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(word).map((words) => words.join('\n')),
          fc.json(),
        ),
        (text) => {
          for (const parsed of [parsePolicy(text), parseRequest(text)]) {
            expect(parsed.ok).toBe(parsed.problems.length === 0);
            for (const problem of parsed.problems)
              expect(printPolicyProblem(problem)).toContain(problem.message);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
