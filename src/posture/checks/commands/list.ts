/** The checks of the area "commands", in the order of their ids. */

import type { Check } from '../../check.ts';
import { changeCluster } from './change-cluster.ts';
import { changeConfiguration } from './change-configuration.ts';
import { changeFunctions } from './change-functions.ts';
import { changePrimary } from './change-primary.ts';
import { copyEverything } from './copy-everything.ts';
import { debugServer } from './debug-server.ts';
import { disturbClients } from './disturb-clients.ts';
import { emptyDatabase } from './empty-database.ts';
import { flushScripts } from './flush-scripts.ts';
import { listKeys } from './list-keys.ts';
import { loadModules } from './load-modules.ts';
import { moveKeysOut } from './move-keys-out.ts';
import { readConfiguredSecrets } from './read-configured-secrets.ts';
import { readHashes } from './read-hashes.ts';
import { readSlowCommands } from './read-slow-commands.ts';
import { renamedCommands } from './renamed-commands.ts';
import { rewriteUsers } from './rewrite-users.ts';
import { saveSnapshots } from './save-snapshots.ts';
import { sortReadsAnyKey } from './sort-reads-any-key.ts';
import { stopServer } from './stop-server.ts';
import { swapDatabases } from './swap-databases.ts';
import { trackEveryKey } from './track-every-key.ts';
import { uncheckedKeys } from './unchecked-keys.ts';
import { vectorsWithoutCategory } from './vectors-without-category.ts';
import { watchCommands } from './watch-commands.ts';
import { writeAnyFile } from './write-any-file.ts';

export const commandsChecks: readonly Check[] = [
  emptyDatabase,
  swapDatabases,
  changeConfiguration,
  rewriteUsers,
  loadModules,
  changePrimary,
  copyEverything,
  watchCommands,
  readSlowCommands,
  readConfiguredSecrets,
  debugServer,
  stopServer,
  moveKeysOut,
  listKeys,
  disturbClients,
  changeFunctions,
  flushScripts,
  changeCluster,
  trackEveryKey,
  sortReadsAnyKey,
  uncheckedKeys,
  vectorsWithoutCategory,
  renamedCommands,
  writeAnyFile,
  readHashes,
  saveSnapshots,
];
