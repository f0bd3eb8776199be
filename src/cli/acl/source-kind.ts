/** What a word names that may be a file or a server: `users.acl`, `redis.conf`, `redis://10.0.0.5`, `10.0.0.5:6379`. */

import { statSync } from 'node:fs';

/** `*.conf` is a conf file, any other file an ACL file, and what is no file a server. */
export function kindOfSource(text: string): 'aclfile' | 'config' | 'server' {
  if (text.includes('://')) return 'server';
  if (text === '-') return 'aclfile';
  if (text.endsWith('.conf')) return 'config';
  const found = statSync(text, { throwIfNoEntry: false });
  if (found?.isSocket() === true) return 'server';
  return found?.isFile() === true || /\.(?:acl|txt)$/.test(text) || text.includes('/') ? 'aclfile' : 'server';
}
