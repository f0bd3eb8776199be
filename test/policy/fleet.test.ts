/** Fleets, ages and emergencies in a policy document: what is read, and what is said about what is not right. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import { printPolicyProblem, type PolicyDocument } from '../../src/policy/index.ts';

function read(text: string): PolicyDocument {
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(printPolicyProblem).join('\n'));
  return parsed.policy;
}

function problems(text: string): readonly string[] {
  return parsePolicy(text).problems.map(printPolicyProblem);
}

describe('the page about fleets', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/fleet.md'), 'utf8');

  it('has an example that is read, with every key of a fleet in it and in the table', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const [fleet] = read(example).fleets;
    const { name, ...keys } = fleet ?? { name: '' };
    expect(name).toBe('prod');
    expect(Object.keys(keys).length).toBeGreaterThan(9);
    for (const [key, value] of Object.entries(keys)) {
      expect(value, key).not.toEqual([]);
      expect(value, key).not.toBeUndefined();
      expect(page).toMatch(new RegExp(`^\\| \`${key}\` `, 'm'));
    }
  });
});

describe('a fleet', () => {
  it('says how files, Sentinels and announced addresses are reached', () => {
    const [fleet] = read(`version: 1
fleet:
  prod:
    seeds: [rediss://10.0.0.5:6379]
    auth: { user: wardis, password: { env: WARDIS_PASSWORD } }
    files: { via: ssh, user: deploy, port: 2222, identity: ~/.ssh/fleet, conf: /etc/redis/redis.conf }
    sentinel:
      seeds: [redis://10.0.0.9:26379]
      auth: { user: watcher, password: { file: ./secrets/watcher } }
      tls: { ca: ./tls/ca.crt }
    addresses: { "10.0.0.5:6379": "127.0.0.1:7001", "[fd00::5]:6379": "localhost:7002" }
`).fleets;
    expect(fleet).toEqual({
      name: 'prod',
      seeds: ['rediss://10.0.0.5:6379'],
      auth: { user: 'wardis', password: { from: 'env', variable: 'WARDIS_PASSWORD' } },
      tls: undefined,
      files: {
        via: 'ssh',
        user: 'deploy',
        port: 2222,
        identity: '~/.ssh/fleet',
        conf: '/etc/redis/redis.conf',
        acl: undefined,
        tls: undefined,
      },
      sentinel: {
        seeds: ['redis://10.0.0.9:26379'],
        auth: { user: 'watcher', password: { from: 'file', path: './secrets/watcher' } },
        tls: { ca: './tls/ca.crt', cert: undefined, key: undefined },
      },
      addresses: { '10.0.0.5:6379': '127.0.0.1:7001', '[fd00::5]:6379': 'localhost:7002' },
      clients: [],
      peers: [],
      monitors: [],
      ownership: 'declared',
    });
  });

  it('may leave its files to a person', () => {
    const [fleet] = read('version: 1\nfleet: { prod: { files: { via: none } } }\n').fleets;
    expect(fleet?.files?.via).toBe('none');
    expect(fleet).toMatchObject({ sentinel: undefined, addresses: {} });
  });

  it('is told every mistake at its place', () => {
    expect(problems('version: 1\nfleet: { test: { files: { via: ftp } } }\n')).toEqual([
      expect.stringContaining('wardis.yaml:2:32: unknown via "ftp"'),
    ]);
    const found = problems(`version: 1
fleet:
  prod:
    files: { via: none, port: 22, identity: ./key }
    sentinel: { seeds: ["redis://u:hunter2@h:1"], auth: { user: w, password: {} } }
    addresses:
      "10.0.0.5:99999": "127.0.0.1:1"
      "10.0.0.6:6379": "127.0.0.1:65536"
`);
    expect(found).toEqual([
      expect.stringContaining('wardis.yaml:4:25: port is of ssh, but the files are reached via none'),
      expect.stringContaining('wardis.yaml:4:35: identity is of ssh'),
      expect.stringContaining('wardis.yaml:5:25: a seed holds a user or a password'),
      expect.stringContaining('wardis.yaml:5:68: password takes exactly one of file, env and exec'),
      expect.stringContaining('wardis.yaml:7:7: "10.0.0.5:99999" has a port over 65535'),
      expect.stringContaining('wardis.yaml:8:24: "127.0.0.1:65536" has a port over 65535'),
    ]);
    expect(found.join('\n')).not.toContain('hunter2');
  });

  it.each(['10.0.0.5', ':6379', '10.0.0.5:', '10.0.0.5:0', 'redis://10.0.0.5:6379', 'a b:1'])(
    'takes no address %j, announced or reached',
    (text) => {
      expect(
        problems(`version: 1\nfleet: { p: { addresses: { ${JSON.stringify(text)}: "h:1" } } }\n`),
      ).toEqual([
        expect.stringContaining(
          `wardis.yaml:2:28: ${JSON.stringify(text)} is not right: expected an address as 10.0.0.5:6379 or [fd00::5]:6379`,
        ),
      ]);
      expect(
        problems(`version: 1\nfleet: { p: { addresses: { "h:1": ${JSON.stringify(text)} } } }\n`),
      ).toEqual([expect.stringContaining('expected an address as 10.0.0.5:6379 or [fd00::5]:6379')]);
    },
  );
});

describe('the age of credentials', () => {
  it('is what level and frameworks ask, unless the policy says otherwise', () => {
    expect(read('version: 1\n').credentialAgeDays).toBeUndefined();
    expect(read('version: 1\ncredential_age: 30\n').credentialAgeDays).toBe(30);
  });

  it.each(['0', '-1', '1.5', '4000', 'ninety'])('is not %s', (days) => {
    expect(problems(`version: 1\ncredential_age: ${days}\n`)).toEqual([
      expect.stringContaining('wardis.yaml:2:17: credential_age'),
    ]);
  });
});

describe('a break-glass administrator', () => {
  const user = (rest: string) => `version: 1\nusers:\n  - { name: fire, ${rest} }\n`;

  it('has a reason and an end', () => {
    const text = user(
      'role: admin, break_glass: { reason: "disk full on cache-3", until: 2026-11-22T18:00:00Z }',
    );
    expect(read(text).users[0]).toMatchObject({
      role: 'admin',
      expires: undefined,
      breakGlass: { reason: 'disk full on cache-3', until: '2026-11-22T18:00:00Z' },
    });
    expect(read(user('role: admin')).users[0]).not.toHaveProperty('breakGlass');
  });

  it.each(['2026-11-22T18:00Z', '2026-11-22T18:00:59+05:30'])('may end at %s', (until) => {
    expect(problems(user(`role: admin, break_glass: { reason: r, until: "${until}" }`))).toEqual([]);
  });

  it.each(['2026-11-22', '2026-11-22T18:00:00', '2026-11-22T24:00Z', 'tomorrow'])(
    'does not end at %s',
    (until) => {
      expect(problems(user(`role: admin, break_glass: { reason: r, until: "${until}" }`))).toEqual([
        expect.stringContaining(`until "${until}" is not right: expected a moment as 2027-01-31T18:00:00Z`),
      ]);
    },
  );

  it('needs both, is an administrator, and ends in one way only', () => {
    expect(problems(user('role: admin, break_glass: { reason: r }'))).toEqual([
      expect.stringContaining('"until" is missing in users[0].break_glass'),
    ]);
    expect(problems(user('role: admin, break_glass: { until: 2026-11-22T18:00:00Z }'))).toEqual([
      expect.stringContaining('"reason" is missing in users[0].break_glass'),
    ]);
    expect(
      problems(
        user('role: monitor, expires: 2026-12-01, break_glass: { reason: r, until: 2026-02-30T18:00:00Z }'),
      ),
    ).toEqual([
      expect.stringContaining('wardis.yaml:3:34: a user ends by expires or by break_glass, not by both'),
      expect.stringContaining('wardis.yaml:3:55: break_glass is for role admin, not monitor'),
      expect.stringContaining('there is no 2026-02-30'),
    ]);
  });
});
