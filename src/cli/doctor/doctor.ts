/** The work of `wardis doctor`: examine, judge, print. Exit codes: 0 works, 1 a cause was found, 3 none could be named, 4 our credentials were refused. */

import type { Target } from '../../fleet/index.ts';
import { printEndpoint } from '../../fleet/index.ts';
import type { TlsVersion } from '../../tls/index.ts';
import type { DoctorFlags } from '../commands/doctor.ts';
import { readTimeouts, resolveTargets } from '../connection-target.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { readPassword } from '../password.ts';
import { readVersion } from '../version.ts';
import { diagnose, type Diagnosis } from './diagnosis.ts';
import { quote } from './local-files.ts';
import type { Observations, Subject } from './observation.ts';
import { printDiagnosis } from './print.ts';
import { examine } from './probe.ts';
import { parseClockSource } from './server-clock.ts';

/** Schema of `--json`. Fields are added, never changed. */
const SCHEMA_VERSION = 1;
/** Where the flags name no other: as the fleet room's own. */
const CONNECT_MS = 5000;
const COMMAND_MS = 10_000;

export async function runDoctor(
  target: string | undefined,
  denied: readonly string[],
  flags: DoctorFlags,
  context: CommandContext,
): Promise<void> {
  // `wardis doctor -p 6380 -- GET k`: what follows is the command, for the flags have named the place.
  const placed = flags.uri ?? flags.socket ?? flags.host ?? flags.port;
  // Without them a word in capitals is no host.
  const isCommand =
    target !== undefined && (placed === undefined ? /^[A-Z][A-Z._]*$/ : /^[A-Za-z][\w.-]*$/).test(target);
  const named = target === undefined || isCommand ? [] : [target];
  const argv = isCommand ? [target, ...denied] : denied;
  const password = await readPassword(flags, context.environment, context.terminal);
  const [resolved] = resolveTargets(named, flags, password, context.terminal);
  if (resolved === undefined) return;
  const subject = describeSubject(resolved, named[0] ?? flags.uri ?? '', flags);
  const clock = flags.serverClock === undefined ? undefined : parseClockSource(flags.serverClock);
  const seen = await examine({
    target: resolved,
    subject,
    denied: argv,
    at: context.now(),
    ...(flags.serverLog === undefined ? {} : { serverLog: flags.serverLog }),
    ...(clock === undefined ? {} : { serverClock: clock }),
  });
  const diagnosis = diagnose(seen);
  const exit = exitOf(diagnosis);
  context.terminal.out(
    flags.json === true
      ? `${JSON.stringify(dataOf(seen, diagnosis, exit), null, 2)}\n`
      : printDiagnosis(seen, diagnosis, context.terminal.outLook),
  );
  context.finish(exit);
}

/** Refused credentials have a code of their own, as in every other command. */
export function exitOf({ outcome, code }: Diagnosis): ExitCode {
  switch (outcome) {
    case 'healthy':
      return EXIT.ok;
    case 'undetermined':
      return EXIT.incomplete;
    case 'found':
      return code === 'E603' ? EXIT.refused : EXIT.findings;
  }
}

function describeSubject(target: Target, text: string, flags: DoctorFlags): Subject {
  const { endpoint, transport, tls, credentials } = target;
  const { connectMs = CONNECT_MS, commandMs = COMMAND_MS } = readTimeouts(flags);
  const words = [
    `${SCHEMES[transport]}${printEndpoint(endpoint)}`,
    ...option('--cacert', tls?.caFile),
    ...option('--cacertdir', tls?.caDir),
    ...option('--cert', tls?.certFile),
    ...option('--key', tls?.keyFile),
    ...option('--sni', tls?.serverName),
    ...(tls?.verify === 'none' ? ['--insecure'] : []),
  ].join(' ');
  const user = credentials === undefined ? flags.user : (credentials.username ?? 'default');
  const source =
    flags.passwordFile === undefined || flags.passwordFile === '-'
      ? '--askpass'
      : `--password-file ${quote(flags.passwordFile)}`;
  const login = credentials === undefined ? [] : [...option('--user', credentials.username), source];
  return {
    node: printEndpoint(endpoint),
    endpoint,
    transport,
    user,
    password: credentials === undefined ? 'none' : 'given',
    form: formOf(credentials, text),
    ...(isNameAlone(text) ? { nameAsPassword: true as const } : {}),
    ...(flags.user !== undefined && credentials !== undefined && credentials.username !== flags.user
      ? { unusedUser: flags.user }
      : {}),
    verify: tls?.verify ?? 'full',
    serverName: tls?.serverName,
    ...(tls?.certFile === undefined ? {} : { certFile: tls.certFile }),
    ...(flags.tlsVersion === undefined ? {} : { tlsVersion: readTlsVersion(flags.tlsVersion) }),
    words,
    loginWords: [words, ...login].join(' '),
    connectMs,
    commandMs,
  };
}

function readTlsVersion(text: string): TlsVersion {
  if (text === '1.2' || text === '1.3') return `TLSv${text}`;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--tls-version takes 1.2 or 1.3, not ${JSON.stringify(text)}`,
    next: 'wardis help doctor',
  });
}

function formOf(credentials: Target['credentials'], text: string): Subject['form'] {
  if (credentials === undefined) return 'none';
  if (credentials.username !== undefined) return 'with-user';
  return isNameAlone(text) ? 'url-alone' : 'alone';
}

/** `redis://app@host`: what looks like a user is the password. */
function isNameAlone(text: string): boolean {
  return /^[a-z+-]+:\/\/[^:/@]+@/i.test(text);
}

const SCHEMES: Readonly<Record<Target['transport'], string>> = {
  plaintext: 'redis://',
  tls: 'rediss://',
  unix: 'unix://',
};

function option(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${flag} ${quote(value)}`];
}

function dataOf(seen: Observations, diagnosis: Diagnosis, exit: ExitCode): object {
  const { subject, at, steps, traces, session, managed } = seen;
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'wardis', version: readVersion() },
    at: at.toISOString(),
    target: {
      node: subject.node,
      transport: subject.transport,
      ...(subject.user === undefined ? {} : { user: subject.user }),
      ...(session?.greeting?.server === undefined ? {} : { server: session.greeting.server }),
      ...(managed === undefined ? {} : { managed: managed.id }),
    },
    diagnosis,
    ...(seen.denied?.least === undefined ? {} : { least: seen.denied.least }),
    steps,
    leftInAclLog: traces,
    exit,
  };
}
