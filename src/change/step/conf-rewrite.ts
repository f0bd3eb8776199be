/**
 * What CONFIG REWRITE may not be asked for where users are kept in the configuration: it answers OK and leaves a file that
 * the server refuses at its next start, or that brings back who was removed. Seen on real servers: user lines are written
 * without quotes (Redis 6.0.16 to 8.0.6, Valkey 8.0.1 to 9.1.2); Redis 6.0.16 reads the file that it rewrites in pieces of
 * 1024 bytes and leaves the rest of a longer line behind; users of an included file are written a second time, which 7.0
 * and later refuse to start with and 6.0 merges.
 */

import { versionAtLeast, type ServerVersion } from '../../conf/index.ts';

/** Bytes of a line that Redis before 7.0 rewrites as a whole. */
const LINE_BYTES_MAX = 1023;

/** An included file; `text` undefined: it cannot be read from here. */
export interface IncludedFile {
  readonly path: string;
  readonly text: string | undefined;
}

export interface RewriteInput {
  readonly server: ServerVersion;
  /** ACL LIST as it would be written. */
  readonly users: readonly string[];
  /** The configuration file as it is, where it can be read, and the files that it includes. */
  readonly conf?: string | undefined;
  readonly included?: readonly IncludedFile[];
}

/** Why the server would not start again as it is now; undefined where nothing is known against it. */
export function findRewriteHazard({ server, users, conf, included = [] }: RewriteInput): string | undefined {
  const quoted = users.find((line) => /["']/.test(line));
  if (quoted !== undefined) {
    return `CONFIG REWRITE writes the quote in the rules of ${nameOf(quoted)} as it is, and the server would not start with it: keep users in an aclfile`;
  }
  if (!versionAtLeast(server, { redis: '7.0', valkey: '7.2' })) {
    const long = [...users, ...(conf?.split('\n') ?? [])].find(
      (line) => Buffer.byteLength(line) > LINE_BYTES_MAX,
    );
    if (long !== undefined) {
      return `CONFIG REWRITE of this version breaks lines of more than ${LINE_BYTES_MAX} bytes, such as that of ${nameOf(long)}, and the server would not start with it: keep users in an aclfile`;
    }
  }
  const holder = included.find(({ text }) => (text === undefined ? !hasUsers(conf) : hasUsers(text)));
  if (holder === undefined) return undefined;
  return holder.text === undefined
    ? `the conf file includes ${holder.path}, which cannot be read from here: if users are in there, CONFIG REWRITE writes them a second time and the server would not start with it`
    : `users are in ${holder.path}, which the conf file includes: CONFIG REWRITE writes them a second time, and the server would not start with it or would bring back who was removed: move them into the conf file or an aclfile`;
}

/** Paths of `include` lines. */
export function includesOf(conf: string): readonly string[] {
  return [...conf.matchAll(/^[ \t]*include[ \t]+"?([^"\r\n]+?)"?[ \t]*\r?$/gim)].map(([, path = '']) => path);
}

function hasUsers(text: string | undefined): boolean {
  return text !== undefined && /^[ \t]*["']?user["']?[ \t]/im.test(text);
}

function nameOf(line: string): string {
  return /^user (\S+) /.exec(line)?.[1] ?? JSON.stringify(line.slice(0, 12));
}
