/** Which paths the server writes its data to: dir, and the RDB and AOF files in it. */

import type { PathFact, Provenance, Snapshot } from '../../../fleet/index.ts';
import { settingValue } from '../../reading.ts';

export interface DataPath {
  readonly path: string;
  readonly fact: PathFact;
  readonly from: Provenance;
}

/** Known paths of the RDB file and of everything of the append-only log. */
export function dataFiles(snapshot: Snapshot): readonly DataPath[] {
  const names = ['dbfilename', 'appendfilename', 'appenddirname']
    .map((name) => settingValue(snapshot, name) ?? '')
    .filter((name) => name !== '');
  const found: DataPath[] = [];
  for (const [path, fact] of snapshot.paths) {
    const parts = path.split('/');
    const isData = names.some((name) => parts.some((part) => part === name || part.startsWith(`${name}.`)));
    if (fact.known && isData) found.push({ path, fact: fact.value, from: fact.from });
  }
  return found;
}
