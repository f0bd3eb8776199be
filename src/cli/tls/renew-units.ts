/**
 * A service and a timer of systemd that renew what is due (systemd.service(5), systemd.exec(5), systemd.timer(5), as of
 * systemd 252). The service may write where the state and the certificates are, and nowhere else. Pure.
 */

import { CommandFailure } from '../failure.ts';

export interface UnitRequest {
  /** Program and arguments, absolute paths. */
  readonly command: readonly string[];
  /** Who runs it. */
  readonly user: string;
  /** Of capabilities(7), those that it may have at all. */
  readonly capabilities: readonly string[];
  /** Absolute; where relative paths of the policy begin. */
  readonly folder: string;
  /** Absolute folders that it writes to. */
  readonly writes: readonly string[];
  /** The shortest life among the certificates, ms; undefined: none is known. */
  readonly shortestMs: number | undefined;
}

export interface Unit {
  readonly name: string;
  readonly content: string;
}

export const UNIT_NAME = 'wardis-renew';

/** `wardis-renew.service` and `wardis-renew.timer`. Throws a {@link CommandFailure} (`E_USAGE`) where a value has a control character. */
export function printUnits(request: UnitRequest): readonly [Unit, Unit] {
  const { command, user, folder, writes } = request;
  [user, folder, ...command, ...writes].forEach(refuseControl);
  return [
    { name: `${UNIT_NAME}.service`, content: printService(request) },
    { name: `${UNIT_NAME}.timer`, content: printTimer(request) },
  ];
}

const HOUR_MS = 3_600_000;
/** Between two thirds and the end it is tried at least so often. */
const TRIES_MIN = 6;

function printService({ command, user, capabilities, folder, writes }: UnitRequest): string {
  const temporary = [folder, ...writes].some((path) => /^\/(?:var\/)?tmp(?:\/|$)/.test(path));
  const lines = [
    '[Unit]',
    'Description=Renew certificates of Redis and Valkey that are due (Wardis)',
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `User=${escapeSpecifier(user)}`,
    `WorkingDirectory=${escapeSpecifier(folder)}`,
    `ExecStart=${command.map(quoteArgument).join(' ')}`,
    'TimeoutStartSec=15min',
    'UMask=0077',
    'NoNewPrivileges=yes',
    `CapabilityBoundingSet=${capabilities.join(' ')}`,
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    ...[...new Set(writes)].map((path) => `ReadWritePaths=${quotePath(path)}`),
    ...(temporary ? [] : ['PrivateTmp=yes']),
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
  ];
  return `${lines.join('\n')}\n`;
}

function printTimer({ shortestMs }: UnitRequest): string {
  const { calendar, delay } = paceOf(shortestMs);
  const lines = [
    '[Unit]',
    'Description=Renew certificates of Redis and Valkey in time (Wardis)',
    '',
    '[Timer]',
    `OnCalendar=${calendar}`,
    `RandomizedDelaySec=${delay}`,
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ];
  return `${lines.join('\n')}\n`;
}

/** A third of a life is left when a certificate is due: often enough for several tries in it, at most once a quarter of an hour. */
function paceOf(shortestMs: number | undefined): { readonly calendar: string; readonly delay: string } {
  const every = (shortestMs ?? 90 * 24 * HOUR_MS) / 3 / TRIES_MIN;
  if (every >= 24 * HOUR_MS) return { calendar: 'daily', delay: '4h' };
  if (every >= 6 * HOUR_MS) return { calendar: '*-*-* 00/6:00:00', delay: '1h' };
  if (every >= HOUR_MS) return { calendar: 'hourly', delay: '10min' };
  return { calendar: '*-*-* *:00/15:00', delay: '2min' };
}

/** A line end in a value would begin a setting of its own (systemd.syntax(7)), and the unit may run as root. */
function refuseControl(value: string): void {
  if (!/[\p{Cc}\u2028\u2029]/u.test(value)) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'a path or an argument has a control character, which no unit can hold',
    target: JSON.stringify(value),
    next: 'rename it, or leave it out',
  });
}

function escapeSpecifier(text: string): string {
  return text.replaceAll('%', '%%');
}

function quotePath(path: string): string {
  return /[\s"'\\]/.test(path)
    ? `"${escapeSpecifier(path).replaceAll(/["\\]/g, String.raw`\$&`)}"`
    : escapeSpecifier(path);
}

/** Neither a specifier, nor a variable, nor two arguments. */
function quoteArgument(text: string): string {
  const safe = escapeSpecifier(text).replaceAll('$', '$$$$');
  return /[\s"'\\;]/.test(text) || text === '' ? `"${safe.replaceAll(/["\\]/g, String.raw`\$&`)}"` : safe;
}
