/**
 * The file that a node keeps its users in, read where it lies on this host: an ACL file, or a configuration with `user`
 * lines. It counts as the node's own only if it holds the very users that the server has; another file at the same path
 * (a container's, another host's) says nothing.
 */

import { readFileSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Endpoint } from '../../fleet/index.ts';
import type { NodeEvidence } from '../receipt/receipt.ts';

const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** `differs` only where the file is surely the server's and still holds the user. */
export function compareSavedFile(
  endpoint: Endpoint,
  path: string | undefined,
  user: string,
  expected: { readonly users: readonly string[]; readonly account: 'absent' | 'off' | 'on' },
): NodeEvidence['persistence']['file'] {
  const here = endpoint.kind === 'unix' || /^(?:127\.|::1$|localhost$)/.test(endpoint.host);
  if (!here || path === undefined || !isAbsolute(path)) return 'not-read';
  const text = readText(path);
  if (text === undefined) return 'not-read';
  const lines = text.split(/\r?\n/).flatMap((line) => {
    // Other blanks are part of a name.
    const [word = '', name, ...rules] = line.replace(/^[ \t]+|[ \t]+$/g, '').split(/[ \t]+/);
    return word.toLowerCase() === 'user' && name !== undefined ? [{ name: unquote(name), rules }] : [];
  });
  const others = lines.filter(({ name }) => name !== user).map(({ name }) => name);
  const known = expected.users.filter((name) => name !== user);
  if (lines.length === 0 || !sameNames(others, known)) return 'not-read';
  const line = lines.find(({ name }) => name === user);
  if (expected.account === 'absent') return line === undefined ? 'matches' : 'differs';
  const off =
    line?.rules.includes('off') === true && !line.rules.some((rule) => /^(?:#|>|nopass$)/.test(rule));
  return off ? 'matches' : 'differs';
}

function readText(path: string): string | undefined {
  try {
    return statSync(path).size > FILE_BYTES_MAX ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.toSorted().join('\n') === right.toSorted().join('\n');
}

/** CONFIG REWRITE quotes what needs it. */
function unquote(word: string): string {
  return /^".*"$/.test(word) ? word.slice(1, -1) : word;
}
