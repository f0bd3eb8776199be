/** Compiled files, for every level, framework, exposure, mode and version: known directives, valid users, no secret. */
import { describe, expect, it } from 'vitest';
import { parseAclFile, tableFor } from '../../src/acl/index.ts';
import { findDirective, parseConf } from '../../src/conf/index.ts';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import { compilePolicy, expectationsFor, generateSecret, policyFor } from '../../src/policy/index.ts';
import { everyRequest, secretOf, SERVERS } from './requests.ts';

const CANARY = /canary-/;

function policyOf(text: string): Parameters<typeof compilePolicy>[0] {
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(parsed.problems.map((each) => each.message).join('\n'));
  return parsed.policy;
}

describe('every compiled policy', () => {
  it.each(SERVERS.map((server) => [`${server.product} ${server.version}`, server] as const))(
    'for %s has only directives it knows, users it takes, and a value that its own check accepts',
    (_, server) => {
      // Most requests share files; each different one is judged once.
      const seen = new Set<string>();
      for (const request of everyRequest([server])) {
        const compiled = compilePolicy(policyFor(request), { secrets: secretOf });
        expect(compiled.refusals).toEqual([]);
        const expected = expectationsFor(request);
        for (const setting of expected.settings.values())
          expect(setting.accepts(setting.value), setting.name).toBe(true);
        for (const artefact of compiled.artefacts) {
          const bare = artefact.content.replace(/^#.*$/m, '');
          if (seen.has(bare)) continue;
          seen.add(bare);
          if (artefact.path.endsWith('.conf') && !artefact.path.startsWith('systemd/')) {
            const document = parseConf(artefact.content, { path: artefact.path, server });
            for (const line of document.lines) {
              expect(['directive', 'comment', 'blank']).toContain(line.kind);
              if (line.kind !== 'directive') continue;
              expect(findDirective(line.name, server).kind, `${line.name} on ${server.version}`).toBe(
                'known',
              );
            }
          }
          if (artefact.path === 'users.acl') {
            const parsed = parseAclFile(artefact.content, tableFor(server));
            expect(parsed.problems).toEqual([]);
            expect(parsed.hazards).toEqual([]);
            expect(parsed.defaultUserDeclared).toBe(true);
            for (const line of artefact.content.trimEnd().split('\n')) expect(line).toMatch(/^user [^ ]/);
          }
        }
      }
    },
    60_000,
  );

  it('holds a secret in files of mode 0600 only, and a password never in the ACL file', () => {
    for (const request of everyRequest([{ product: 'redis', version: '7.2.6' }])) {
      for (const artefact of compilePolicy(policyFor(request), { secrets: secretOf }).artefacts) {
        if (!CANARY.test(artefact.content)) continue;
        expect(artefact.path).toMatch(/^(?:sentinel-)?secrets\.conf$/);
        expect(artefact.mode).toBe(0o600);
      }
    }
  });

  it('is the same bytes for the same policy and secrets', () => {
    const policy = policyFor({
      level: 'compliance',
      frameworks: ['pci_dss'],
      exposure: 'public',
      server: { product: 'valkey', version: '9.1' },
      mode: 'replica',
    });
    const once = compilePolicy(policy, { secrets: secretOf });
    expect(compilePolicy(policy, { secrets: secretOf }).artefacts).toEqual(once.artefacts);
  });
});

describe('what the policy says', () => {
  const policy = policyOf(`version: 1
security_level: hardened
network_exposure: private_network
server: { product: redis, version: "7.2" }
settings: { bind: [10.0.0.5, 127.0.0.1], port: 7000, maxmemory: 3gb, persistence: aof }
fleet: { prod: { clients: [10.0.1.0/24, "fd00:1::/64"], peers: [10.0.0.0/28], monitors: [10.9.0.7] } }
users:
  - { name: ops, role: admin }
  - { name: orders, role: readwrite, keys: ["orders:*", { pattern: "cart:*", access: read }], channels: ["orders.*"] }
  - { name: gone, role: readonly, keys: ["*"], expires: 2026-01-31 }
`);
  const compiled = compilePolicy(policy, { secrets: secretOf, today: '2026-02-01' });
  const file = (path: string): string => compiled.artefacts.find((each) => each.path === path)?.content ?? '';

  it('is in the conf', () => {
    const conf = file('redis.conf');
    expect(conf).toContain('\nbind 10.0.0.5 127.0.0.1\n');
    expect(conf).toContain('\nport 0\n');
    expect(conf).toContain('\ntls-port 7000\n');
    expect(conf).toContain('\nmaxmemory 3gb\n');
    expect(conf).toContain('\nsave ""\nappendonly yes\n');
    expect(conf).toContain('\nclient-output-buffer-limit normal 256mb 64mb 60\n');
    expect(conf).toContain('\ntls-protocols "TLSv1.2 TLSv1.3"\n');
    expect(conf).not.toMatch(/^requirepass/m);
  });

  it('is in the users', () => {
    const [first, ops, orders, gone] = file('users.acl').split('\n');
    expect(first).toBe('user default off resetpass resetkeys resetchannels -@all');
    expect(ops).toMatch(/^user ops on #[0-9a-f]{64} ~\* resetchannels &\* -@all \+@all$/);
    expect(orders).toMatch(
      /^user orders on #[0-9a-f]{64} ~orders:\* %R~cart:\* resetchannels &orders\.\* -@all \+@string/,
    );
    expect(gone).toMatch(/^user gone off /);
  });

  it('is in the firewalls', () => {
    expect(file('firewall/nftables.nft')).toContain('ip saddr @clients4 tcp dport 7000 accept');
    expect(file('firewall/nftables.nft')).toContain('ip6 saddr @clients6 tcp dport 7000 accept');
    expect(file('firewall/nftables.nft')).toContain('tcp dport { 7000 } counter drop');
    expect(file('firewall/iptables.rules')).toContain('-A WARDIS -s 10.0.1.0/24 -p tcp -m tcp --dport 7000');
    expect(file('firewall/ip6tables.rules')).toContain('-A WARDIS -s fd00:1::/64 -p tcp -m tcp --dport 7000');
    const ufw = file('firewall/ufw.sh');
    expect(ufw.indexOf('prepend deny'), 'an allow after it stands before it').toBeLessThan(
      ufw.indexOf('prepend allow'),
    );
    expect(file('firewall/ufw.sh')).toContain('ufw prepend allow proto tcp from 10.9.0.7 to any port 7000');
    expect(JSON.parse(file('firewall/aws-security-group.json'))).toContainEqual({
      IpProtocol: 'tcp',
      FromPort: 7000,
      ToPort: 7000,
      IpRanges: [{ CidrIp: '10.9.0.7/32', Description: 'wardis monitors' }],
      Ipv6Ranges: [],
    });
  });

  it('is in the runbooks and the unit', () => {
    expect(file('runbooks/access.md')).toContain('| orders | readwrite | `orders:*` `cart:*` | – |');
    expect(file('runbooks/revocation.md')).toContain(
      'redis-cli -h "$node" -p 7000 --tls --cacert ca.crt --cert ops.crt',
    );
    expect(file('systemd/redis-server.service.d/wardis.conf')).toContain(
      'IPAddressAllow=localhost 10.0.0.5 10.0.1.0/24 fd00:1::/64 10.0.0.0/28 10.9.0.7',
    );
    for (const [path, text] of compiled.artefacts.map((each) => [each.path, each.content] as const)) {
      expect(text, path).not.toContain('undefined');
      expect(text.endsWith('\n'), path).toBe(true);
    }
  });

  it('leaves nothing unsaid', () => {
    expect(compiled.warnings).toContain('gone expired on 2026-01-31: it compiles as off.');
    const older = compilePolicy(policy, { server: { product: 'redis', version: '6.2' }, secrets: secretOf });
    expect(older.refusals).toEqual([
      'orders: redis 6.2 has no read-only key patterns (7.0 has); give "cart:*" to a user of its own.',
    ]);
    expect(older.users.map((each) => each.user.name)).not.toContain('orders');
    const bare = compilePolicy(policyFor({ ...policy.request, frameworks: ['gdpr', 'sox'] }));
    expect(bare.warnings.join('\n')).toMatch(/settings\.bind is not set/);
    expect(bare.warnings.join('\n')).toMatch(/No client networks are declared/);
    expect(bare.warnings.join('\n')).toMatch(/No secret is given for admin, app/);
    expect(bare.warnings.join('\n')).toMatch(/pull apart/);
  });

  it('is said and placed right for nodes that are not alone', () => {
    const warned = (mode: 'standalone' | 'cluster' | 'sentinel') =>
      compilePolicy(policyFor({ ...policy.request, mode }), { mode }).warnings.join('\n');
    expect(warned('standalone')).not.toMatch(/fleet\.NAME\.peers/);
    expect(warned('cluster')).toMatch(/fleet\.NAME\.peers/);
    const watch = compilePolicy(policy, { mode: 'sentinel' }).artefacts.map(({ path }) => path);
    expect(watch).toContain('systemd/redis-sentinel.service.d/wardis.conf');
  });
});

describe('a runbook', () => {
  it('names every user as one word of the shell', () => {
    const odd = 'a;`id`$HOME';
    const parsed = parsePolicy(
      `version: 1\nserver: { product: redis, version: 7.2 }\nusers:\n  - { name: "${odd}", role: admin }\n`,
      'wardis.yaml',
    );
    if (!parsed.ok) throw new Error('the policy is refused');
    const books = compilePolicy(parsed.policy).artefacts.filter(({ path }) => path.startsWith('runbooks/'));
    const text = books.map(({ content }) => content).join('\n');
    expect(text).toContain(`--user '${odd}' "$@"`);
    expect(text).not.toContain(`--user ${odd}`);
    expect(text).not.toContain(`SETUSER ${odd}`);
  });
});

describe('a generated secret', () => {
  it('carries 256 bits in characters that no file misreads, and prints as nothing', () => {
    const made = generateSecret((bytes) => new Uint8Array(bytes).fill(255));
    expect(made.reveal()).toBe('_'.repeat(42) + '8');
    expect(`${String(made)} ${JSON.stringify(made)}`).not.toContain('__');
    expect(() => generateSecret(() => new Uint8Array(16))).toThrow(RangeError);
  });
});
