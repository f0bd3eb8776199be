/**
 * `npm run demo`: makes a fresh clone ready and shows the whole loop on a throw-away server. The server is one on
 * PATH, or one fetched into the cache; without either the program shows a recorded one and says so.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { fetchServers, findLocalServer, SLOTS } from './servers.mjs';
import { build, checkNode, installDependencies, ROOT } from './setup.mjs';

checkNode();
installDependencies();
if (!build()) {
  console.error('the build failed: see above');
  process.exit(2);
}
if (!findLocalServer()) {
  const slots = SLOTS.filter(({ slot }) => slot === 'bookworm/redis');
  await fetchServers({ slots, log: (line) => console.error(line) });
}
const server = findLocalServer();
const given = process.argv.slice(2);
const chosen = server && !given.includes('--server') ? ['--server', server.program] : [];
const demo = spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'demo', ...chosen, ...given], {
  stdio: 'inherit',
});
process.exit(demo.status ?? 130);
