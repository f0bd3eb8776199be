/**
 * Revocations on random fleets with nodes that are down, paused, slow or cut off, intruders who log in again all the
 * time, and administrators who bring the user back: the receipt must be true of a node only if an observer finds no way
 * in and nobody in. Prints one JSON line a server; exits 1 when any receipt told a lie.
 */
import { availableServers } from '../test/servers/server.ts';
import { printLine, readOptions } from './acl/options.ts';
import { soakRevocations } from './revoke/soak.ts';

const RUNS_DEFAULT = 200;
const SERVERS_DEFAULT = ['redis-7.0', 'redis-8.0', 'valkey-9.1'];

const options = readOptions(RUNS_DEFAULT);
const wanted = options.servers.length === 0 ? SERVERS_DEFAULT : options.servers;
const servers = availableServers().filter(({ id }) => wanted.includes(id));
let failures = 0;
for (const server of servers) {
  const outcome = await soakRevocations(server, options.seed, options.runs);
  failures += outcome.failures.length;
  printLine({
    soak: 'revoke',
    server: server.id,
    version: server.version,
    runs: outcome.runs,
    failures: outcome.failures.length,
    seed: options.seed,
    detail: {
      verdicts: outcome.verdicts,
      excused: outcome.excused,
      failures: outcome.failures.slice(0, options.failuresMax),
    },
  });
}
if (servers.length === 0) console.error('no server found: npm run servers');
process.exit(failures > 0 || servers.length === 0 ? 1 : 0);
