/**
 * Restarts as a service manager does them: a script for each node, which asks the process that started the server to
 * restart it, waits until it answers, and ends with what came of it. The request and its answer are files.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { TopologyNode } from './node.ts';

export interface RestartCommands {
  /** Stops answering requests; scripts that wait go on waiting until their time is up. */
  readonly close: () => void;
}

/** The script of the whole topology: takes the name, `host:port` or port of a node. */
export const RESTART_SCRIPT = 'restart.sh';
const REQUESTS = 'restarts';
/** What a script waits for its answer, as `TimeoutStartSec` of systemd. */
const WAIT_SECONDS = 20;

/**
 * Writes `restart.sh` into the folder of the topology and into that of each node, and does what they ask. Nodes end by
 * SIGTERM and start from the configuration on disk, as `systemctl restart` has it.
 */
export function serveRestarts(folder: string, nodes: readonly TopologyNode[]): RestartCommands {
  const requests = join(folder, REQUESTS);
  mkdirSync(requests, { mode: 0o700 });
  writeScript(join(folder, RESTART_SCRIPT), requests, '"${1:?name, host:port or port of a node}"');
  for (const node of nodes) writeScript(node.restartScript, requests, `'${node.name}'`);
  let busy = Promise.resolve();
  const look = (): void => {
    for (const file of readdirSync(requests)) {
      const id = /^(\d+)\.request\.(.+)$/.exec(file);
      if (id === null) continue;
      rmSync(join(requests, file), { force: true });
      busy = busy.then(() => answer(join(requests, `${id[1]}.answer`), nodes, String(id[2])));
    }
  };
  const watcher = watch(requests, { persistent: false }, look);
  watcher.on('error', () => undefined);
  return { close: () => watcher.close() };
}

async function answer(path: string, nodes: readonly TopologyNode[], whom: string): Promise<void> {
  const node = nodes.find(
    ({ name, address, port, tlsPort }) =>
      name === whom || address === whom || [port, tlsPort].some((own) => String(own) === whom),
  );
  let said = '';
  try {
    if (node === undefined) said = `no node ${whom}`;
    else await node.restart('SIGTERM');
  } catch (error) {
    said = error instanceof Error ? error.message : String(error);
  }
  try {
    writeFileSync(`${path}.new`, said);
    renameSync(`${path}.new`, path);
  } catch {
    // The topology was stopped meanwhile, its folder with it.
  }
}

/** The request appears whole, by a rename; so does the answer. */
function writeScript(path: string, requests: string, whom: string): void {
  const text = [
    '#!/bin/sh',
    'set -eu',
    `cd '${requests}'`,
    `whom=${whom}`,
    ': > "$$.new"',
    'mv "$$.new" "$$.request.$whom"',
    'waited=0',
    'while [ ! -e "$$.answer" ]; do',
    '  sleep 0.05',
    '  waited=$((waited + 1))',
    `  if [ "$waited" -ge ${WAIT_SECONDS * 20} ]; then echo "$whom was not restarted in time" >&2; exit 1; fi`,
    'done',
    'said=$(cat "$$.answer")',
    'rm "$$.answer"',
    'if [ -n "$said" ]; then printf "%s\\n" "$said" >&2; exit 1; fi',
    '',
  ];
  writeFileSync(path, text.join('\n'), { mode: 0o700 });
}
