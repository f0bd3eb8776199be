/** `wardis tls renew --systemd`: the units for this very command line, printed or written into a folder. */

import { realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { InventoryEntry } from '../../pki/index.ts';
import type { TlsRenewFlags } from '../commands/tls/renew.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { refuseExisting, writeTogether } from '../file-output.ts';
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
  const units = printUnits({
    command: [process.execPath, programPath(), ...argumentsOf(named, flags, renewal)],
    user,
    folder: policy === undefined ? process.cwd() : dirname(resolve(policy)),
    writes: [stateFolder, ...foldersOf(live)],
    shortestMs: shortestLife(live),
  });
  const { terminal } = context;
  if (typeof flags.systemd === 'string') {
    const folder = resolve(flags.systemd);
    const files = units.map(({ name, content }) => ({ path: join(folder, name), content, mode: UNIT_MODE }));
    for (const { path } of files) refuseExisting(path, 'keep');
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

function foldersOf(live: readonly InventoryEntry[]): readonly string[] {
  return live.flatMap(({ usage, files }) =>
    usage !== 'client' || files === undefined
      ? []
      : [files.certificate, ...(files.key === undefined ? [] : [files.key])].map((file) =>
          dirname(resolve(file)),
        ),
  );
}

function shortestLife(live: readonly InventoryEntry[]): number | undefined {
  const lives = live.map(({ notBefore, notAfter }) => Date.parse(notAfter) - Date.parse(notBefore));
  return lives.length === 0 ? undefined : Math.min(...lives);
}
