/**
 * Settings of a Sentinel, which has no CONFIG: from its file, where that can be read. A Sentinel rewrites its own file, so
 * that the file is what it runs by, but for certificates that were replaced since it started.
 */

import { listDirectives, type ServerVersion } from '../../conf/index.ts';
import type { LiveSettings } from '../config-reply.ts';
import { unknown, type Fact } from '../fact.ts';
import { snapshotFromText } from '../text-snapshot.ts';
import type { TextReader } from './certificate-texts.ts';
import { isSurveyed } from './survey-commands.ts';

const CONF_CHARS_MAX = 32 * 1024 * 1024;

/** `path`: `config_file` of INFO; `read` absent: the files of its host cannot be read from here. */
export async function readSentinelSettings(
  path: string | undefined,
  server: ServerVersion,
  read: TextReader | undefined,
): Promise<LiveSettings> {
  const look = 'read the tls-* lines of sentinel.conf on its host';
  if (read === undefined) return withheld(server, unknown('not-asked', 'a Sentinel has no CONFIG', look));
  if (path === undefined || path === '') {
    return withheld(server, unknown('missing', 'INFO does not show the file of this Sentinel', look));
  }
  try {
    const conf = await read(path);
    if (conf.length > CONF_CHARS_MAX) {
      return withheld(server, unknown('failed', `${path} is too large for a configuration`, look));
    }
    const { settings, secrets } = snapshotFromText({ server, conf, subject: path });
    return { settings: keep(settings), secrets: keep(secrets) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : `${path} cannot be read`;
    return withheld(server, unknown('unreachable', detail, look));
  }
}

function withheld(server: ServerVersion, why: Fact<never>): LiveSettings {
  const names = [...listDirectives(server)].filter(
    ([name, directive]) => directive.default !== undefined && isSurveyed(name),
  );
  const of = (wanted: 'secret' | 'plain'): ReadonlyMap<string, Fact<never>> =>
    new Map(
      names.flatMap(([name, { secret }]) => (secret === (wanted === 'secret') ? [[name, why] as const] : [])),
    );
  return { settings: of('plain'), secrets: of('secret') };
}

function keep<T>(facts: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...facts].filter(([name]) => isSurveyed(name)));
}
