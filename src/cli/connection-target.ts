/** Connection flags, targets and the environment, put together into targets to dial. */

import { statSync } from 'node:fs';
import type { Secret } from '../conf/index.ts';
import { parseTarget, type ConnectionLimits, type Target, type TlsOptions } from '../fleet/index.ts';
import type { ConnectionFlags } from './connection-options.ts';
import { CommandFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/**
 * The targets of a command: the ones named, or the single one that the flags describe. Flags apply to every
 * target that does not say otherwise itself.
 */
export function resolveTargets(
  named: readonly string[],
  flags: ConnectionFlags,
  password: Secret | undefined,
  terminal: Terminal,
): readonly Target[] {
  const texts = named.length > 0 ? named : [textOfFlags(flags)];
  return texts.map((text) => {
    refuseFile(text);
    const parsed = parseTarget(text);
    if (parsed.target === undefined) {
      const [problem] = parsed.problems;
      throw new CommandFailure({ code: 'E_TARGET', what: problem.message, next: problem.help });
    }
    if (parsed.target.credentials !== undefined && flags.authWarning !== false && /:\/\//.test(text)) {
      terminal.err(
        'warning: a password in a URL on the command line is visible to other users of this host\n',
      );
    }
    return withFlags(parsed.target, flags, password);
  });
}

/** `wardis audit redis.conf` means a file, not a host. */
function refuseFile(text: string): void {
  if (!/\.(?:conf|acl|ya?ml|json)$/.test(text) && !/^\.{0,2}\//.test(text)) return;
  if (!statSync(text, { throwIfNoEntry: false })?.isFile()) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'this is a file, not a server',
    target: text,
    next: `wardis audit --config ${text}`,
  });
}

/** Timeouts from the flags, in milliseconds. */
export function readTimeouts(flags: ConnectionFlags): ConnectionLimits {
  return {
    connectMs: seconds('--connect-timeout', flags.connectTimeout),
    commandMs: seconds('--command-timeout', flags.commandTimeout),
  };
}

function textOfFlags(flags: ConnectionFlags): string {
  if (flags.uri !== undefined) return flags.uri;
  if (flags.socket !== undefined)
    return `unix://${flags.socket.startsWith('/') ? '' : `${process.cwd()}/`}${flags.socket}`;
  const host = typeof flags.host === 'string' ? flags.host : '127.0.0.1';
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${bracketed}:${flags.port ?? '6379'}`;
}

function withFlags(target: Target, flags: ConnectionFlags, password: Secret | undefined): Target {
  const tls = tlsOf(flags);
  const transport =
    target.transport === 'plaintext' &&
    (flags.tls === true || tls.certFile !== undefined || tls.caFile !== undefined)
      ? 'tls'
      : target.transport;
  const credentials = credentialsOf(target, flags, password);
  return {
    endpoint: target.endpoint,
    transport,
    ...(transport === 'tls' ? { tls: { ...target.tls, ...tls } } : {}),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** What the URL says wins over flags; a name given by flag completes a password without one. */
function credentialsOf(
  target: Target,
  flags: ConnectionFlags,
  password: Secret | undefined,
): Target['credentials'] {
  const secret = target.credentials?.password ?? password;
  const username = target.credentials?.username ?? flags.user;
  return secret === undefined
    ? undefined
    : { password: secret, ...(username === undefined ? {} : { username }) };
}

function tlsOf(flags: ConnectionFlags): TlsOptions {
  return {
    ...(flags.cacert === undefined ? {} : { caFile: flags.cacert }),
    ...(flags.cacertdir === undefined ? {} : { caDir: flags.cacertdir }),
    ...(flags.cert === undefined ? {} : { certFile: flags.cert }),
    ...(flags.key === undefined ? {} : { keyFile: flags.key }),
    ...(flags.sni === undefined ? {} : { serverName: flags.sni }),
    ...(flags.insecure === true ? { verify: 'none' as const } : {}),
  };
}

function seconds(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > 3600) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `${flag} ${text} is not a time in seconds`,
      next: `${flag} 5`,
    });
  }
  return Math.round(value * 1000);
}
