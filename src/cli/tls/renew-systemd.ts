/** `wardis tls renew --systemd`: the units for this very command line, printed or written into a folder. */

import { existsSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { InventoryEntry } from '../../pki/index.ts';
import type { TlsRenewFlags } from '../commands/tls/renew.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { writeTogether } from '../file-output.ts';
import { counted } from './certificate-words.ts';
import { FOR_OTHERS, judgeRights } from './renew-rights.ts';
import type { Renewal } from './renew-scene.ts';
import { printUnits } from './renew-units.ts';

const UNIT_MODE = 0o644;
/** User and group names as useradd(8) takes them. */
const USER_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?$/;

export function writeUnits(
  named: readonly string[],
  flags: TlsRenewFlags,
  renewal: Renewal,
  context: CommandContext,
): void {
  refusePassword(flags);
  const { policy, stateFolder, entries, entry } = renewal;
  const user = flags.as ?? userInfo().username;
  if (!USER_NAME.test(user)) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `--as ${JSON.stringify(user)} is no name of a user`,
      next: '--as wardis',
    });
  }
  const live = entries.filter(
    ({ supersededBy, revoked, usage }) =>
      supersededBy === undefined &&
      revoked === undefined &&
      usage !== 'authority' &&
      usage !== 'intermediate',
  );
  const { terminal } = context;
  const units = printUnits({
    command: [process.execPath, programPath(), ...argumentsOf(named, flags, renewal)],
    user,
    capabilities: capabilitiesOf(user, flags, renewal, live, terminal.err),
    folder: policy === undefined ? process.cwd() : dirname(resolve(policy)),
    writes: [stateFolder, ...filesOf(live).map((file) => dirname(file))],
    shortestMs: shortestLife(live),
  });
  if (typeof flags.systemd === 'string') {
    const folder = resolve(flags.systemd);
    const files = units.map(({ name, content }) => ({ path: join(folder, name), content, mode: UNIT_MODE }));
    refuseWritten(files.map(({ path }) => path));
    writeTogether(files);
    terminal.err(`${files.map(({ path }) => path).join('\n')}\n`);
  } else {
    terminal.out(units.map(({ name, content }) => `# /etc/systemd/system/${name}\n${content}`).join('\n'));
  }
  if (entry?.fleet?.files?.via === 'local') {
    terminal.err(
      'servers on this machine: add a line ReadWritePaths= for the folder of their certificates\n',
    );
  }
  terminal.err('then: systemctl daemon-reload && systemctl enable --now wardis-renew.timer\n');
  context.finish(EXIT.ok);
}

/** Throws where the unit would fail at every run. */
function capabilitiesOf(
  user: string,
  flags: TlsRenewFlags,
  { policy, stateFolder, entry }: Renewal,
  live: readonly InventoryEntry[],
  say: (text: string) => void,
): readonly string[] {
  const { secrets, passphraseFile, passwordFile, sentinelPasswordFile, cacert, cert, key } = flags;
  const named = [policy, secrets, passphraseFile, passwordFile, sentinelPasswordFile, cacert, cert, key];
  const rights = judgeRights(user, {
    renewed: filesOf(live),
    stateFolder: resolve(stateFolder),
    read: [
      process.execPath,
      programPath(),
      ...named.flatMap((file) => (file === undefined ? [] : [resolve(file)])),
    ],
  });
  switch (rights.kind) {
    case 'enough':
      // What servers on this machine read is theirs.
      return user === 'root' && entry?.fleet?.files?.via === 'local' ? FOR_OTHERS : rights.capabilities;
    case 'unknown-user':
      say(`${user} is no user of this machine: the state folder and the files must be that user’s\n`);
      return [];
    case 'refused':
      throw new CommandFailure({
        code: 'E_USAGE',
        what: `${user} could not renew: ${counted(rights.why.length, 'obstacle')}; no unit was made`,
        cause: shownFirst(rights.why),
        next: `give these files to ${user} (chown), or let root do it: --as root`,
      });
  }
}

const OBSTACLES_SHOWN_MAX = 8;

function shownFirst(why: readonly string[]): string {
  const more = why.length - OBSTACLES_SHOWN_MAX;
  return [...why.slice(0, OBSTACLES_SHOWN_MAX), ...(more > 0 ? [`and ${more} more`] : [])].join(
    '\n         ',
  );
}

function refuseWritten(paths: readonly string[]): void {
  const there = paths.find((path) => existsSync(path));
  if (there === undefined) return;
  throw new CommandFailure({
    code: 'E_EXISTS',
    what: 'the unit exists and was left as it is',
    target: there,
    next: 'to see what would be written, --systemd without a folder prints it; to replace it, remove it first',
  });
}

/** A unit is readable for everybody. */
function refusePassword({ pass, askpass, passwordFd }: TlsRenewFlags): void {
  if (pass === undefined && askpass !== true && passwordFd === undefined) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'a unit holds no password, and nobody is there to be asked for one',
    next: 'name its file: --password-file FILE, or auth in the policy',
  });
}

function programPath(): string {
  const [, program = 'wardis'] = process.argv;
  try {
    return realpathSync(program);
  } catch {
    return resolve(program);
  }
}

/** The same command line with absolute paths, without what only prints. */
function argumentsOf(
  named: readonly string[],
  flags: TlsRenewFlags,
  { policy, stateFolder }: Renewal,
): readonly string[] {
  const path = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [name, resolve(value)];
  const text = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [name, value];
  return [
    'tls',
    'renew',
    ...named,
    ...path('--policy', policy),
    ...path('--state', stateFolder),
    ...text('--fleet', flags.fleet),
    ...path('--secrets', flags.secrets),
    ...text('--within', flags.within),
    ...(flags.filesOnly === true ? ['--files-only'] : []),
    ...path('--passphrase-file', flags.passphraseFile),
    ...text('--user', flags.user),
    ...path('--password-file', flags.passwordFile),
    ...text('--sentinel-user', flags.sentinelUser),
    ...path('--sentinel-password-file', flags.sentinelPasswordFile),
    ...(flags.tls === true ? ['--tls'] : []),
    ...path('--cacert', flags.cacert),
    ...path('--cert', flags.cert),
    ...path('--key', flags.key),
    ...text('--host', typeof flags.host === 'string' ? flags.host : undefined),
    ...text('--port', flags.port),
  ];
}

/** Of clients, which are written in place. */
function filesOf(live: readonly InventoryEntry[]): readonly string[] {
  return live.flatMap(({ usage, files }) =>
    usage !== 'client' || files === undefined
      ? []
      : [files.certificate, ...(files.key === undefined ? [] : [files.key])].map((file) => resolve(file)),
  );
}

function shortestLife(live: readonly InventoryEntry[]): number | undefined {
  const lives = live.map(({ notBefore, notAfter }) => Date.parse(notAfter) - Date.parse(notBefore));
  return lives.length === 0 ? undefined : Math.min(...lives);
}
