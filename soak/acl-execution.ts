/**
 * The ACL engine against servers without ACL DRYRUN (Redis 6.x), by queueing and by really running commands as the user.
 * Prints one JSON line a way; exits 1 when any answer differs.
 */
import { tableFor } from '../src/acl/index.ts';
import { availableServers, startServer, stopServers } from '../test/servers/server.ts';
import { compareByRunning } from './acl/execution.ts';
import { printLine, readOptions } from './acl/options.ts';
import { openPipe } from './acl/pipe.ts';

const RUNS_DEFAULT = 100_000;

const options = readOptions(RUNS_DEFAULT);
const servers = availableServers().filter(
  ({ id, version }) =>
    version.startsWith('6.') && (options.servers.length === 0 || options.servers.includes(id)),
);
let failures = 0;
for (const server of servers) {
  const { product, version } = server;
  for (const how of ['queue', 'run'] as const) {
    const { port } = await startServer({ server, args: ['--save', ''] });
    const [admin, guest] = [await openPipe(port), await openPipe(port)];
    const table = tableFor({ product, version });
    const outcome = await compareByRunning({ ...options, table, how, admin, guest });
    await stopServers();
    failures += outcome.failures.length;
    printLine({
      soak: 'acl-execution',
      server: server.id,
      version,
      runs: outcome.compared,
      failures: outcome.failures.length,
      seed: options.seed,
      detail: { how, allowed: outcome.allowed, failures: outcome.failures.slice(0, options.failuresMax) },
    });
  }
}
if (servers.length === 0) console.error('no server of 6.x found: npm run servers');
process.exit(failures > 0 || servers.length === 0 ? 1 : 0);
