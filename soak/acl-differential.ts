/**
 * The ACL engine against every real server of this machine: random users and commands, ACL SETUSER, LIST, GETUSER and
 * DRYRUN. Prints one JSON line a server; exits 1 when any answer differs.
 */
import { tableFor } from '../src/acl/index.ts';
import { availableServers, startServer, stopServers } from '../test/servers/server.ts';
import { compareWithServer } from './acl/differential.ts';
import { printLine, readOptions } from './acl/options.ts';
import { openPipe } from './acl/pipe.ts';

const RUNS_DEFAULT = 200_000;

const options = readOptions(RUNS_DEFAULT);
const servers = availableServers().filter(
  ({ id }) => options.servers.length === 0 || options.servers.includes(id),
);
let failures = 0;
for (const server of servers) {
  const { product, version } = server;
  const started = performance.now();
  const connect = async (): ReturnType<typeof openPipe> => {
    await stopServers();
    const { port } = await startServer({ server, args: ['--save', ''] });
    return openPipe(port);
  };
  // Every other seed asks servers whose new users may use every channel.
  const pubsubDefault = options.seed % 2 === 1 && !version.startsWith('6.0') ? 'allchannels' : undefined;
  const outcome = await compareWithServer({
    ...options,
    table: tableFor({ product, version }),
    connect,
    ...(pubsubDefault !== undefined && { pubsubDefault }),
  });
  await stopServers();
  failures += outcome.failures.length;
  printLine({
    soak: 'acl-differential',
    server: server.id,
    version,
    runs: outcome.decisions,
    failures: outcome.failures.length,
    seed: options.seed,
    detail: {
      allowed: outcome.allowed,
      users: outcome.users,
      refusedRules: outcome.refusedRules,
      seconds: Math.round((performance.now() - started) / 1000),
      failures: outcome.failures,
    },
  });
}
if (servers.length === 0) console.error('no server found: npm run servers');
process.exit(failures > 0 || servers.length === 0 ? 1 : 0);
