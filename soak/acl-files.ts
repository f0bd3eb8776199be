/**
 * The ACL engine against every real server of this machine: random ACL files, ACL LOAD and ACL LIST. Prints one JSON line
 * a server; exits 1 when any answer differs.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFor } from '../src/acl/index.ts';
import { availableServers, startServer, stopServers } from '../test/servers/server.ts';
import { compareFiles } from './acl/files.ts';
import { printLine, readOptions } from './acl/options.ts';
import { openPipe } from './acl/pipe.ts';

const RUNS_DEFAULT = 5_000;

const options = readOptions(RUNS_DEFAULT);
const servers = availableServers().filter(
  ({ id }) => options.servers.length === 0 || options.servers.includes(id),
);
let failures = 0;
for (const server of servers) {
  const { product, version } = server;
  const file = join(tmpdir(), `wardis-soak-${process.pid}.acl`);
  writeFileSync(file, '');
  const outcome = await compareFiles({
    ...options,
    table: tableFor({ product, version }),
    file,
    write: (bytes) => writeFileSync(file, bytes, 'latin1'),
    connect: async () => {
      await stopServers();
      writeFileSync(file, '');
      const { port } = await startServer({ server, args: ['--save', '', '--aclfile', file] });
      return openPipe(port);
    },
  });
  await stopServers();
  rmSync(file, { force: true });
  failures += outcome.failures.length;
  const { loaded, refused } = outcome;
  printLine({
    soak: 'acl-files',
    server: server.id,
    version,
    runs: outcome.files,
    failures: outcome.failures.length,
    seed: options.seed,
    detail: { loaded, refused, failures: outcome.failures },
  });
}
if (servers.length === 0) console.error('no server found: npm run servers');
process.exit(failures > 0 || servers.length === 0 ? 1 : 0);
