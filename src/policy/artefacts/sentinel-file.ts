/**
 * sentinel.conf and the Sentinel's own users (6.2 and later; 6.0 has only requirepass). Seen on real servers: a Sentinel
 * rewrites its conf, secrets included, so the file is 0600; its TLS files are read at start only.
 */

import { isIP } from 'node:net';
import { formatDirective, versionAtLeast, type Secret } from '../../conf/index.ts';
import {
  describeRequest,
  namesByRole,
  type Artefact,
  type Blueprint,
  type CompiledUser,
} from '../blueprint.ts';
import type { PolicyUser } from '../policy-document.ts';
import type { Credential } from '../secret-source.ts';
import { aclFile, secretsFile } from './acl-file.ts';
import { printEntries, settingEntries, type ConfEntry } from './conf-file.ts';

const PEER = 'sentinel-peer';
const CLIENT = 'sentinel-client';

/** Users of the Sentinels themselves, beside the policy's administrators. */
export function sentinelUsers(): readonly PolicyUser[] {
  return [sentinelUser(PEER, ['__sentinel__:hello']), sentinelUser(CLIENT, ['*'])];
}

/** What Sentinels say to each other, and what clients ask them. Valkey 8.0 added names without "master". */
function sentinelRules(blueprint: Blueprint, name: string): readonly string[] {
  const neutral = versionAtLeast(blueprint.request.server, { valkey: '8.0' });
  const common = ['-@all', '+ping', '+hello', '+client|setname'];
  if (name === PEER) {
    return [
      'resetchannels',
      '&__sentinel__:hello',
      ...common,
      '+publish',
      '+sentinel|is-master-down-by-addr',
      ...(neutral ? ['+sentinel|is-primary-down-by-addr'] : []),
    ];
  }
  const asked = ['get-master-addr-by-name', 'masters', 'master', 'replicas', 'slaves', 'sentinels', 'myid'];
  const newer = neutral ? ['get-primary-addr-by-name', 'primaries', 'primary'] : [];
  return [
    'resetchannels',
    '&*',
    ...common,
    '+client|id',
    '+command',
    '+info',
    '+role',
    ...(versionAtLeast(blueprint.request.server, { redis: '7.2', valkey: '7.2' }) ? ['+client|setinfo'] : []),
    ...['subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe'].map((each) => `+${each}`),
    ...[...asked, ...newer].map((each) => `+sentinel|${each}`),
  ];
}

/** The Sentinel's files. `sentinelBlueprint` is the same policy with mode sentinel. */
export function sentinelFiles(
  sentinelBlueprint: Blueprint,
  watched: { readonly port: number },
  credentialOf: (user: PolicyUser) => Credential | undefined,
  clearOf: (credential: Credential | undefined) => Secret | undefined,
): readonly Artefact[] {
  const { request, paths } = sentinelBlueprint;
  const hasUsers = versionAtLeast(request.server, { redis: '6.2', valkey: '7.2' });
  const own = sentinelUsers().map((user) => ({ user, credential: credentialOf(user) }));
  const peer = clearOf(own[0]?.credential);
  const watcher = namesByRole(sentinelBlueprint, 'sentinel')[0];
  const watcherSecret = clearOf(
    sentinelBlueprint.users.find((each) => each.user.name === watcher)?.credential,
  );
  const secrets = secretLines(sentinelBlueprint, hasUsers, peer, watcherSecret);
  const conf = confText(sentinelBlueprint, watched, watcher, hasUsers, secrets.length > 0);
  const users: readonly CompiledUser[] = [
    ...sentinelBlueprint.users.filter((each) => each.user.role === 'admin'),
    ...own.map(({ user, credential }) => ({
      user,
      credential,
      enabled: true,
      rules: sentinelRules(sentinelBlueprint, user.name),
    })),
  ];
  return [
    {
      path: 'sentinel.conf',
      content: conf,
      mode: 0o600,
      about: `Sentinel configuration, read from ${paths.conf}`,
    },
    ...(hasUsers
      ? [{ ...aclFile('sentinel-users.acl', users, request.server), about: 'users of the Sentinels' }]
      : []),
    ...(secrets.length > 0 ? [secretsFile('sentinel-secrets.conf', secrets)] : []),
  ];
}

function secretLines(
  blueprint: Blueprint,
  hasUsers: boolean,
  peer: Secret | undefined,
  watcher: Secret | undefined,
): readonly (readonly [string, ...string[]])[] {
  const { name } = blueprint.choices.sentinel;
  const own: readonly (readonly [string, ...string[]])[] =
    peer === undefined
      ? []
      : hasUsers
        ? [['sentinel', 'sentinel-pass', peer.reveal()]]
        : [['requirepass', peer.reveal()]];
  return watcher === undefined ? own : [...own, ['sentinel', 'auth-pass', name, watcher.reveal()]];
}

function confText(
  blueprint: Blueprint,
  watched: { readonly port: number },
  watcher: string | undefined,
  hasUsers: boolean,
  hasSecrets: boolean,
): string {
  const { request, choices, paths } = blueprint;
  const host = choices.primary?.host ?? '127.0.0.1';
  const port = choices.primary?.port ?? watched.port;
  const { name, quorum } = choices.sentinel;
  const sentinel = (...args: readonly string[]): ConfEntry => ({ name: 'sentinel', args });
  const entries: ConfEntry[] = [
    ...[...blueprint.expected.settings.values()].flatMap((setting) => settingEntries(blueprint, setting)),
    {
      name: 'dir',
      args: [paths.data],
      reason: 'Working directory; Sentinel also writes beside its own conf.',
    },
    { name: 'logfile', args: [`${paths.log}/sentinel.log`] },
    { name: 'daemonize', args: ['no'] },
    { name: 'pidfile', args: [`${paths.run}/sentinel.pid`] },
    ...(hasUsers ? [{ name: 'aclfile', args: [`${paths.conf}/sentinel-users.acl`] }] : []),
    ...(hasUsers && isIP(host) === 0 ? [sentinel('resolve-hostnames', 'yes')] : []),
    sentinel('monitor', name, host, String(port), String(quorum)),
    sentinel('down-after-milliseconds', name, '5000'),
    sentinel('failover-timeout', name, '60000'),
    sentinel('parallel-syncs', name, '1'),
    ...(watcher === undefined ? [] : [sentinel('auth-user', name, watcher)]),
    ...(hasUsers ? [sentinel('sentinel-user', PEER)] : []),
    { ...sentinel('deny-scripts-reconfig', 'yes'), reason: 'SENTINEL SET cannot name a script to run.' },
  ];
  const include = hasSecrets
    ? `# Passwords; Sentinel copies them into this file when it rewrites it.\n${formatDirective('include', [`${paths.conf}/sentinel-secrets.conf`])}\n`
    : '';
  return `# sentinel.conf written by wardis for ${describeRequest(request)}.\n\n${printEntries(entries, request.server)}${include}`;
}

function sentinelUser(name: string, channels: readonly string[]): PolicyUser {
  return {
    name,
    role: 'custom',
    keys: [],
    channels,
    databases: [],
    commands: [],
    expires: undefined,
    password: undefined,
    tenant: undefined,
  };
}
