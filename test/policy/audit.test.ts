/** What is compiled passes its own audit: no check finds a defect in any compiled conf and ACL file. */
import { describe, expect, it } from 'vitest';
import { snapshotFromText } from '../../src/fleet/index.ts';
import {
  compilePolicy,
  expectationsFor,
  parsePolicy,
  policyFor,
  ROLES,
  SECURITY_LEVELS,
  type PolicyDocument,
} from '../../src/policy/index.ts';
import { assess, CATALOGUE, type DeclaredUsers } from '../../src/posture/index.ts';
import { everyRequest, secretOf, SERVERS } from './requests.ts';

/** The release itself is no work of the compiler: old ones have advisories whatever their conf says. */
const CHECKS = CATALOGUE.filter((check) => check.area !== 'version');

describe('audit(compile(policy))', () => {
  it.each(SERVERS.map((server) => [`${server.product} ${server.version}`, server] as const))(
    'has no fail for %s at any level, framework and exposure',
    (_, server) => {
      const judged = new Set<string>();
      for (const request of everyRequest([server])) {
        // A Sentinel's files are judged live.
        if (request.mode === 'sentinel') continue;
        const { artefacts } = compilePolicy(policyFor(request), { secrets: secretOf });
        const file = (path: string): string => artefacts.find((each) => each.path === path)?.content ?? '';
        const conf = file(`${server.product}.conf`).replace(/^include .*$/m, () => file('secrets.conf'));
        // Requests that give the same files and the same expectations are judged once.
        const { settings, tls, credentials, users, host } = expectationsFor(request);
        const wanted = [...settings.values()].map((setting) => `${setting.name} ${setting.accepted}`);
        const { level, exposure, frameworks } = request;
        const regulated = frameworks.length > 0;
        const bare = conf.replace(/^#.*$/m, '');
        const key = JSON.stringify([bare, level, exposure, regulated, wanted, tls, credentials, users, host]);
        if (judged.has(key)) continue;
        judged.add(key);
        const assessment = assess(
          [
            {
              snapshot: snapshotFromText({ server, conf, acl: file('users.acl') }),
              expected: expectationsFor(request),
              gatheredInMs: 0,
            },
          ],
          {
            checks: CHECKS,
            now: new Date('2026-11-22T00:00:00Z'),
            toolVersion: '0.0.0',
            advisoriesAsOf: '2026-11-18',
            waivers: [],
            elapsedMs: () => 0,
            unreachable: [],
          },
        );
        const failed = assessment.targets
          .flatMap((target) => target.outcomes)
          .filter((outcome) => outcome.status === 'fail')
          .map((outcome) => `${outcome.checkId} ${outcome.title}`);
        expect(failed, JSON.stringify(request)).toEqual([]);
      }
    },
    120_000,
  );
});

const NEEDS_ADMIN = '  - { name: operator, role: admin }\n';

/** Policies as people write them: each role with every key, with a prefix, with both kinds of access. */
const WRITTEN: readonly (readonly [string, string])[] = [
  [
    'the users of the README',
    `  - { name: orders-api, role: readwrite, keys: ["orders:*"], channels: ["orders.*"] }
  - { name: reports, role: readonly, keys: ["*"] }
  - { name: exporter, role: monitor }
`,
  ],
  [
    'a tenant each',
    `${NEEDS_ADMIN}  - { name: cart, role: readwrite, keys: ["cart:*", { pattern: "orders:*", access: read }] }
  - { name: intake, role: writeonly, keys: ["in:*"] }
  - { name: bus, role: pubsub, channels: ["bus.*"] }
tenants:
  - { names: [app_a, app_b], user: "{tenant}", role: readwrite, keys: ["{tenant}:*"], channels: ["{tenant}.*"] }
`,
  ],
  ...ROLES.filter((role) => role !== 'custom').flatMap((role) => {
    const forms = ['["*"]', '["p:*"]', '["**"]', '[{ pattern: "*", access: read }, "own:*"]'];
    if (role === 'writeonly') forms.pop();
    const keyed = ['readwrite', 'readonly', 'writeonly'].includes(role) ? forms : [undefined];
    return keyed.map((keys) => {
      const channels = role === 'pubsub' ? ', channels: ["c.*"]' : '';
      const line = `  - { name: somebody, role: ${role}${keys === undefined ? '' : `, keys: ${keys}`}${channels} }\n`;
      return [`${role} with keys ${keys ?? 'as the role has them'}`, `${NEEDS_ADMIN}${line}`] as const;
    });
  }),
];

/** Confining applications is what these levels ask: writing every key is then a finding, and a true one. */
const TRUE_FINDINGS: Readonly<Record<string, readonly string[]>> = {
  'readwrite with keys ["*"]': ['USER-002'],
  'readwrite with keys ["**"]': ['USER-002'],
  'writeonly with keys ["*"]': ['USER-002'],
  'writeonly with keys ["**"]': ['USER-002'],
};

describe('audit(compile(policy)) of a policy with users', () => {
  it.each(WRITTEN)('%s: has no fail that the policy does not ask for', async (name, users) => {
    const judged = new Set<string>();
    for (const server of SERVERS) {
      for (const level of SECURITY_LEVELS) {
        const text = `version: 1\nsecurity_level: ${level}\nnetwork_exposure: private_network\nsettings: { bind: [10.0.0.5], maxmemory: 2gb }\nusers:\n${users}`;
        const parsed = await parsePolicy(text);
        if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
        const { policy } = parsed;
        const compiled = compilePolicy(policy, { server, secrets: secretOf });
        // 6.x has no %R~: such a policy is refused for it.
        if (compiled.refusals.length > 0) continue;
        const file = (path: string): string =>
          compiled.artefacts.find((each) => each.path === path)?.content ?? '';
        const snapshot = snapshotFromText({
          server,
          conf: file(`${server.product}.conf`),
          acl: file('users.acl'),
        });
        const { targets } = assess(
          [{ snapshot, expected: expectationsFor(compiled.request), gatheredInMs: 0 }],
          {
            checks: CHECKS,
            now: new Date('2026-11-22T00:00:00Z'),
            toolVersion: '0.0.0',
            advisoriesAsOf: '2026-11-18',
            declared: declaredBy(policy),
          },
        );
        const failed = targets
          .flatMap(({ outcomes }) => outcomes)
          .filter(({ status }) => status === 'fail')
          .filter(({ checkId }) => !(TRUE_FINDINGS[name] ?? []).includes(checkId))
          .map(({ checkId, evidence }) => `${checkId} ${evidence[0]?.text ?? ''}`);
        expect(failed, `${server.product} ${server.version} at ${level}`).toEqual([]);
        judged.add(`${server.product} ${server.version}`);
      }
    }
    expect(judged.size).toBeGreaterThan(5);
  });
});

function declaredBy({ users }: PolicyDocument): DeclaredUsers {
  return new Map(users.map(({ name, role, expires }) => [name, { role, expires }]));
}
