/** The transcript of a revocation in the documentation is what the program says when it is run. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../cli/run.ts';
import { availableServers } from '../servers/index.ts';
import type { TopologyNode } from '../servers/node.ts';
import { startSentinelFleet, type Topology } from '../servers/topology.ts';
import { formatUser } from '../servers/topology-users.ts';
import { logIn } from './revocation-fleet.ts';

const PAGE = fileURLToPath(new URL('../../docs/transcripts/revocation.md', import.meta.url));
const SERVER = availableServers().find(({ id }) => id === 'redis-7.0');
const OLD = 'secret-of-ops-temp';
const INTRO = `# A revocation, from beginning to end

What \`wardis user revoke\` says on a primary with two replicas and three Sentinels, which all know the user \`ops-temp\`. Somebody is logged in as \`ops-temp\` at three of them. A test runs this and compares; addresses, times and names of keys are replaced.
`;

/** In the order in which the program shows them. */
function inOrder({ data, sentinels }: Topology): readonly TopologyNode[] {
  const byPort = (a: TopologyNode, b: TopologyNode): number => a.port - b.port;
  const [primary, ...replicas] = data;
  return [
    ...(primary === undefined ? [] : [primary]),
    ...replicas.sort(byPort),
    ...sentinels.toSorted(byPort),
  ];
}

it.skipIf(SERVER === undefined)(
  'the transcript of a revocation is what the program says',
  { timeout: 60_000 },
  async () => {
    const person = formatUser({ user: 'ops-temp', password: OLD }, '~* &* +@all');
    const reports = formatUser({ user: 'reports', password: OLD }, '~* +@read');
    const topology = await startSentinelFleet({
      server: 'redis-7.0',
      users: [person, reports],
      sentinelUsers: [person],
    });
    const folder = mkdtempSync(join(tmpdir(), 'wardis-transcript-'));
    const nodes = inOrder(topology);
    const policy = join(folder, 'wardis.yaml');
    writeFileSync(join(folder, 'admin.secret'), 'admin-secret-1\n', { mode: 0o600 });
    writeFileSync(join(folder, 'old.secret'), `${OLD}\n`, { mode: 0o600 });
    writeFileSync(policy, policyText(topology, join(folder, 'admin.secret')));
    const settle = (text: string): string => settleText(text, folder, nodes);
    const parts = [INTRO];
    const show = async (title: string, shown: string, argv: readonly string[]): Promise<void> => {
      const { out, err } = await run(argv);
      expect(err).toBe('');
      parts.push(`${title}\n\n\`\`\`shell-session\n$ wardis ${shown}\n${settle(out)}\n\`\`\`\n`);
    };
    const revoke = (...flags: readonly string[]): readonly string[] => [
      'user',
      'revoke',
      'ops-temp',
      '--policy',
      policy,
      '--fleet',
      'prod',
      ...flags,
    ];
    const old = ['--old-password-file', join(folder, 'old.secret')];
    try {
      const at = [0, 1, 1, 3].map((place) => nodes[place]).filter((node) => node !== undefined);
      const sessions = await Promise.all(at.map((node) => logIn(node, 'ops-temp', OLD)));
      await show(
        'First, what would be done. Nothing is touched:',
        'user revoke ops-temp --fleet prod',
        revoke(),
      );
      const down = nodes[2];
      await down?.kill();
      await show(
        'One replica is down. The others do not wait for it, and it is never counted as done (exit code 3):',
        'user revoke ops-temp --fleet prod --old-password-file old.secret --deadline 0 --yes',
        revoke(...old, '--deadline', '0', '--yes'),
      );
      await down?.restart();
      await show(
        'The replica is back, and with it the user, from its own file. The revocation is finished:',
        'user revoke ops-temp --fleet prod --old-password-file old.secret --resume --yes',
        revoke(...old, '--resume', '--yes'),
      );
      const receipts = join(folder, '.wardis/receipts');
      const continues = (name: string): boolean =>
        readFileSync(join(receipts, name), 'utf8').includes('"continues": null');
      // Both may have been made in the same second.
      const [first = '', last = ''] = readdirSync(receipts).toSorted((name) => (continues(name) ? -1 : 1));
      const pub = join(folder, '.wardis/receipt.pub');
      await show(
        'Anybody with the public key can check the receipts, without a server. The first one says that it was not finished (exit code 1):',
        'receipt verify .wardis/receipts/2026-11-21T225800Z-revoke-3f9c-ops-temp.json',
        ['receipt', 'verify', join(receipts, first), '--key', pub],
      );
      await show(
        'The second one proves it (exit code 0):',
        'receipt verify .wardis/receipts/2026-11-21T225900Z-revoke-71b0-ops-temp.json',
        ['receipt', 'verify', join(receipts, last), '--key', pub],
      );
      for (const session of sessions) session.close();
    } finally {
      await topology.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    const text = parts.join('\n');
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(PAGE, text);
    expect(text).toBe(readFileSync(PAGE, 'utf8'));
  },
);

function policyText(topology: Topology, secret: string): string {
  const auth = `auth: { user: admin, password: { file: ${secret} } }`;
  return [
    'version: 1',
    'security_level: standard',
    'compliance_requirements: []',
    'network_exposure: private_network',
    'fleet:',
    '  prod:',
    `    seeds: [redis://${topology.node('primary').address}]`,
    `    ${auth}`,
    `    sentinel: { seeds: [redis://${topology.node('sentinel-1').address}], ${auth} }`,
    '',
  ].join('\n');
}

/** Places, times and keys are others each time. */
function settleText(text: string, folder: string, nodes: readonly TopologyNode[]): string {
  // Of the same width, so that columns stay columns.
  const names = new Map(
    nodes.map(({ address }, at) => [address, at < 3 ? `10.0.0.${15 + at}:6379` : `10.0.0.${2 + at}:26379`]),
  );
  return text
    .replace(/127\.0\.0\.1:\d+/g, (address) => names.get(address) ?? address)
    .replaceAll('127.0.0.1', '10.0.1.7')
    .replaceAll(` --policy ${folder}/wardis.yaml`, '')
    .replaceAll(`${folder}/`, '')
    .replace(/\d{4}-\d\d-\d\dT\d{6}Z-revoke-[0-9a-f]{4}/g, nameRun)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-11-21T22:58:00.180Z')
    .replace(/by \S+@\S+,/g, 'by deploy@bastion,')
    .replace(/\b\d+\.\d\d s\b/g, '0.08 s')
    .replace(/\b[0-9a-f]{16}\b/g, '9f3c41d27a0be586')
    .trimEnd();
}

const RUNS = ['2026-11-21T225800Z-revoke-3f9c', '2026-11-21T225900Z-revoke-71b0'];
const seen: string[] = [];

/** Runs in the order in which they were first seen. */
function nameRun(id: string): string {
  if (!seen.includes(id)) seen.push(id);
  return RUNS[seen.indexOf(id)] ?? id;
}
