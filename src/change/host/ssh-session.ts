/**
 * The system's own ssh, one connection a host: the first command opens it, the others share it (ControlMaster), its
 * socket lies in a folder that only we may enter, and it ends with us. Whoever the host is must be known to ssh already:
 * host keys are never accepted here, and nothing is ever asked.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainSshFailure, HostError } from './host-error.ts';

/** How a host is reached by ssh. What is absent is the ssh client's own business. */
export interface SshPlace {
  /** Name, address, or alias of the ssh configuration. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** Private key file. */
  readonly identity?: string;
  /** Instead of ~/.ssh/config. */
  readonly configFile?: string;
  /** For one script, its content included. Default 60,000. */
  readonly timeoutMs?: number;
}

export interface SshOutcome {
  readonly exit: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface SshSession {
  readonly host: string;
  /** Runs one line in the login shell of the host. Throws {@link HostError} when it could not be run at all. */
  readonly run: (command: string, input: Uint8Array, stdoutBytesMax: number) => Promise<SshOutcome>;
  readonly close: () => Promise<void>;
}

const TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_S = 10;
/** Idle time after which the shared connection ends, should we be killed. */
const PERSIST_S = 60;
const CLOSE_TIMEOUT_MS = 3000;
const STDERR_BYTES_MAX = 16 * 1024;
/** ssh's own exit code. */
const SSH_FAILED = 255;
/** A shell's code for a program that is not there. */
const NOT_FOUND = 127;

export function openSshSession(place: SshPlace): SshSession {
  checkPlace(place);
  // Short, because a socket's path may have 104 bytes only.
  const folder = mkdtempSync(join(tmpdir(), 'wardis-ssh-'));
  const options = sshOptions(place, join(folder, 's'));
  const timeoutMs = place.timeoutMs ?? TIMEOUT_MS;
  let isUsed = false;
  return {
    host: place.host,
    run: async (command, input, stdoutBytesMax) => {
      isUsed = true;
      const argv = [...options, '--', place.host, command];
      const outcome = await runProgram('ssh', argv, input, { stdoutBytesMax, timeoutMs, host: place.host });
      if (outcome.exit === SSH_FAILED) throw explainSshFailure(outcome.stderr, place.host);
      if (outcome.exit === NOT_FOUND) {
        throw new HostError(
          'no-program',
          place.host,
          `${place.host} lacks a program: ${firstLine(outcome.stderr)}`,
        );
      }
      return outcome;
    },
    close: async () => {
      const limits = { stdoutBytesMax: STDERR_BYTES_MAX, timeoutMs: CLOSE_TIMEOUT_MS, host: place.host };
      const argv = [...options, '-O', 'exit', '--', place.host];
      if (isUsed) await runProgram('ssh', argv, new Uint8Array(), limits).catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing that the policy names may be read as an option, or as several words. */
function checkPlace({ host, user, port, identity, configFile }: SshPlace): void {
  const refuse = (what: string, value: string): never => {
    const shown = value.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
    throw new HostError('bad-name', shown, `${what} of ssh cannot be used: ${shown}`);
  };
  if (!/^[0-9A-Za-z_[:][0-9A-Za-z_.:%\]-]{0,252}$/.test(host)) refuse('the host', host);
  if (user !== undefined && !/^[A-Za-z_][0-9A-Za-z_.-]{0,63}\$?$/.test(user)) refuse('the user', user);
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    refuse('the port', String(port));
  }
  for (const path of [identity, configFile]) {
    if (path !== undefined && (path === '' || path.startsWith('-') || /[\u0000-\u001f\u007f]/.test(path))) {
      refuse('a file', path);
    }
  }
}

function sshOptions(place: SshPlace, socket: string): readonly string[] {
  const settings = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'ControlMaster=auto',
    `ControlPath=${socket.replaceAll('%', '%%')}`,
    `ControlPersist=${PERSIST_S}`,
    `ConnectTimeout=${CONNECT_TIMEOUT_S}`,
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'RemoteCommand=none',
    'RequestTTY=no',
    'EscapeChar=none',
    'LogLevel=ERROR',
    ...(place.identity === undefined ? [] : ['IdentitiesOnly=yes']),
  ];
  return [
    ...(place.configFile === undefined ? [] : ['-F', place.configFile]),
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(place.port === undefined ? [] : ['-p', String(place.port)]),
    ...(place.user === undefined ? [] : ['-l', place.user]),
    ...(place.identity === undefined ? [] : ['-i', place.identity]),
  ];
}

interface RunLimits {
  readonly stdoutBytesMax: number;
  readonly timeoutMs: number;
  readonly host: string;
}

function runProgram(
  program: string,
  argv: readonly string[],
  input: Uint8Array,
  limits: RunLimits,
): Promise<SshOutcome> {
  const { host } = limits;
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let bytes = 0;
    const fail = (error: HostError): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(new HostError('unreachable', host, `${host} did not answer within ${limits.timeoutMs} ms`));
    }, limits.timeoutMs);
    child.once('error', (error) => {
      fail(new HostError('no-program', host, `${program} cannot be started on this machine`, error));
    });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.stdoutBytesMax) {
        fail(new HostError('too-large', host, `${host} sent more than ${limits.stdoutBytesMax} bytes`));
      } else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.reduce((sum, part) => sum + part.length, 0) < STDERR_BYTES_MAX) stderr.push(chunk);
    });
    // A host that closes its end early says why in its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      // The shared connection may keep our pipes for longer than the command: what is there is read, no more awaited.
      const finish = (): void => {
        if (signal !== null)
          return fail(new HostError('unreachable', host, `${program} was ended by ${signal}`));
        const said = Buffer.concat(stderr).toString('utf8').slice(0, STDERR_BYTES_MAX);
        resolve({ exit: code ?? SSH_FAILED, stdout: Buffer.concat(stdout), stderr: said });
      };
      const late = setTimeout(finish, DRAIN_MS);
      child.once('close', () => {
        clearTimeout(late);
        finish();
      });
    });
  });
}

/** For output that is still in the pipes when the program has ended. */
const DRAIN_MS = 2000;

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
