/** The sources on the command line of `wardis acl lint`: files are opened, servers told apart from them. */

import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { effectiveSettings, parseConf } from '../../conf/index.ts';
import { detectKind, type LintText } from './lint-source.ts';
import { readAclText } from './subject.ts';

/** A URL, or `host:port` where no such file exists. */
export function isTarget(source: string): boolean {
  if (/^(?:rediss?|valkeys?|unix):\/\//i.test(source)) return true;
  return source !== '-' && !existsSync(source) && /^(?:\[[^\]]+\]|[^/:]+):\d{1,5}$/.test(source);
}

/** Reads the files; of a configuration also the ACL file that it names, where that can be read. */
export async function gatherTexts(
  paths: readonly string[],
  kind: LintText['kind'] | undefined,
): Promise<readonly LintText[]> {
  const texts: LintText[] = [];
  for (const path of paths) {
    const text = await readAclText(path);
    const read = { path: path === '-' ? 'standard input' : path, text, kind: kind ?? detectKind(text, path) };
    const aclText = read.kind === 'conf' ? await readNamedFile(text, path) : undefined;
    texts.push(aclText === undefined ? read : { ...read, aclText });
  }
  return texts;
}

async function readNamedFile(text: string, path: string): Promise<string | undefined> {
  const server = { product: 'redis', version: '7.2' } as const;
  const named = effectiveSettings(parseConf(text, { path, server }), server).settings.get('aclfile')?.text;
  if (named === undefined || named === '') return undefined;
  const file = isAbsolute(named) ? named : join(path === '-' ? '.' : dirname(path), named);
  return existsSync(file) ? readAclText(file) : undefined;
}
