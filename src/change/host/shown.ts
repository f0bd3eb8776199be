/**
 * Whether a file that a person was asked to place is what the server runs on: the server shows no files, but it shows
 * its users (ACL LIST, after ACL LOAD or a restart) and its settings (CONFIG GET, after a restart).
 */

import { diffUsers, parseAclFile, type CommandTable, type User } from '../../acl/index.ts';
import { effectiveSettings, parseConf, type ServerVersion } from '../../conf/index.ts';

/** One thing that the server shows otherwise than the file says. */
export interface Unshown {
  /** User or setting. */
  readonly name: string;
  /** `missing`: not on the server; `extra`: not in the file; `different`: other rights, passwords or value. */
  readonly how: 'missing' | 'extra' | 'different';
}

/** Users of an ACL file against those of the server; by what they may do, not by text. Empty: the file is in force. */
export function findUnshownUsers(
  aclFile: string,
  shown: readonly User[],
  table: CommandTable,
): readonly Unshown[] {
  const wanted = new Map(parseAclFile(aclFile, table).users.map(({ user }) => [user.name, user]));
  const live = new Map(shown.map((user) => [user.name, user]));
  const names = [...new Set([...wanted.keys(), ...live.keys()])].sort();
  return names.flatMap((name): readonly Unshown[] => {
    const [should, is] = [wanted.get(name), live.get(name)];
    if (should === undefined) return [{ name, how: 'extra' }];
    if (is === undefined) return [{ name, how: 'missing' }];
    return diffUsers(is, should).same ? [] : [{ name, how: 'different' }];
  });
}

/**
 * Settings of a configuration file against those of the server, `shown` by canonical name as CONFIG GET prints them.
 * Secrets, and settings that CONFIG GET does not show, are not looked at.
 */
export function findUnshownSettings(
  conf: { readonly path: string; readonly text: string },
  shown: ReadonlyMap<string, string>,
  server: ServerVersion,
): readonly Unshown[] {
  const { settings } = effectiveSettings(parseConf(conf.text, { path: conf.path, server }), server);
  return [...settings.values()].flatMap(({ name, text, secret }): readonly Unshown[] => {
    const is = shown.get(name);
    if (secret !== undefined || is === undefined || is === text) return [];
    return [{ name, how: 'different' }];
  });
}
