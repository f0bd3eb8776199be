/** Recorded vectors: what real servers answered (Redis 6.2.16 - 8.0.6, Valkey 8.0.1 - 9.1.2). */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { tableFor } from '../../src/acl/index.ts';
import type { CommandTable, Product } from '../../src/acl/index.ts';

const FOLDER = join(import.meta.dirname, '../vectors/acl');

/** Versions that recorded them: patch levels decide which holes are open. */
const VERSIONS: Readonly<Record<string, string>> = {
  'redis-6.2': '6.2.16',
  'redis-7.0': '7.0.15',
  'redis-7.2': '7.2.6',
  'redis-7.4': '7.4.1',
  'redis-8.0': '8.0.6',
  'valkey-8.0': '8.0.1',
  'valkey-8.1': '8.1.1',
  'valkey-9.1': '9.1.2',
};

export interface RuleVector {
  readonly server: string;
  readonly rules: readonly string[];
  readonly ok: boolean;
  readonly list?: string;
  readonly getuser?: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

export interface CaseVector {
  readonly server: string;
  readonly rules: readonly string[];
  readonly argv: readonly string[];
  readonly db?: number;
  readonly verdict: string;
  readonly message: string;
}

/** Servers with a file of this kind. */
export function recordedServers(kind: 'rules' | 'cases'): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(`.${kind}.jsonl.gz`))
    .map((file) => file.slice(0, -`.${kind}.jsonl.gz`.length));
}

export function readRules(server: string): readonly RuleVector[] {
  return readLines(server, 'rules') as readonly RuleVector[];
}

export function readCases(server: string): readonly CaseVector[] {
  return readLines(server, 'cases') as readonly CaseVector[];
}

function readLines(server: string, kind: 'rules' | 'cases'): readonly unknown[] {
  const lines = gunzipSync(readFileSync(join(FOLDER, `${server}.${kind}.jsonl.gz`)))
    .toString('utf8')
    .trimEnd();
  return lines.split('\n').map((line) => JSON.parse(line) as unknown);
}

export function recordedTable(server: string): CommandTable {
  const [product, minor] = server.split('-') as [Product, string];
  return tableFor({ product, version: VERSIONS[server] ?? minor });
}
