/** The files of test/fixtures/acl: one for every class of mistake that people make, and some without any. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeConf } from '../../src/conf/index.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures/acl/', import.meta.url));

export interface Fixture {
  readonly name: string;
  readonly kind: 'acl-file' | 'conf' | 'script';
  readonly text: string;
}

export function listFixtures(): readonly Fixture[] {
  return readdirSync(FIXTURES)
    .toSorted()
    .map((name) => ({
      name,
      kind: name.endsWith('.conf') ? 'conf' : name.endsWith('.sh') ? 'script' : 'acl-file',
      text: decodeConf(readFileSync(FIXTURES + name)),
    }));
}
