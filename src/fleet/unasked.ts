/**
 * The facts that files cannot tell, each with the place where a person finds it, and the sealed form of a
 * snapshot: whatever prints or serialises one gets no password, no hash and no line of a configuration file.
 */

import { unknown, type Fact } from './fact.ts';
import type { Snapshot } from './snapshot.ts';

type LiveFacts = Pick<
  Snapshot,
  | 'denials'
  | 'clients'
  | 'modules'
  | 'info'
  | 'clock'
  | 'listeners'
  | 'login'
  | 'process'
  | 'packageVersion'
  | 'cluster'
>;

type HostFacts = Pick<Snapshot, 'unit' | 'volume'>;

/** Everything that only a running server shows. */
export function unaskedLiveFacts(): LiveFacts {
  return {
    denials: live('ACL LOG'),
    clients: live('CLIENT LIST'),
    modules: live('MODULE LIST'),
    info: live('INFO'),
    clock: live('TIME'),
    listeners: live('a connection attempt'),
    login: live('ACL WHOAMI'),
    process: live('/proc of the host'),
    packageVersion: live('the package manager of the host'),
    cluster: live('CLUSTER NODES'),
  };
}

/** Everything that only the host of the server shows. */
export function unaskedHostFacts(why = 'only the text of the files was given'): HostFacts {
  return {
    unit: unknown(
      'not-asked',
      why,
      'run wardis audit on the server’s own host, or read `systemctl cat redis-server`',
    ),
    volume: unknown(
      'not-asked',
      why,
      'run wardis audit on the server’s own host, or read `findmnt -T` of dir',
    ),
  };
}

function live(source: string): Fact<never> {
  return unknown(
    'not-asked',
    'files do not show it',
    `audit the running server (wardis audit redis://host:port); it is read from ${source}`,
  );
}

/**
 * The same snapshot, with a serialised form that is safe to show: users as redacted rule text, files as their
 * paths, no parsed secret. Reading its fields works as before.
 */
export function seal(snapshot: Snapshot): Snapshot {
  const show = (): unknown => describe(snapshot);
  return Object.defineProperties(snapshot, {
    toJSON: { value: show, enumerable: false },
    [Symbol.for('nodejs.util.inspect.custom')]: { value: show, enumerable: false },
  });
}

function describe(snapshot: Snapshot): unknown {
  return {
    ...snapshot,
    settings: Object.fromEntries(snapshot.settings),
    secrets: Object.fromEntries(
      [...snapshot.secrets].map(([name, fact]) => [
        name,
        change(fact, (secret) => (secret.isEmpty() ? 'empty' : 'set')),
      ]),
    ),
    users: change(snapshot.users, (users) =>
      users.map(({ text, from, clearPasswords }) => ({ text, from, clearPasswords: clearPasswords.length })),
    ),
    commands: change(snapshot.commands, (table) => ({ server: table.server, commands: table.commands.size })),
    info: change(snapshot.info, (info) => Object.fromEntries(info)),
    conf: change(snapshot.conf, (conf) => ({
      root: conf.root,
      documents: conf.documents.map(({ path, lines }) => ({ path, lines: lines.length })),
      problems: conf.problems,
    })),
    aclFile: change(snapshot.aclFile, ({ path, file }) => ({
      path,
      users: file.users.length,
      problems: file.problems.length,
    })),
    certificateFiles: Object.fromEntries(snapshot.certificateFiles),
    paths: Object.fromEntries(snapshot.paths),
    unit: change(snapshot.unit, ({ name, service }) => ({ name, service: Object.fromEntries(service) })),
  };
}

function change<T, U>(fact: Fact<T>, to: (value: T) => U): Fact<U> {
  return fact.known ? { ...fact, value: to(fact.value) } : fact;
}
