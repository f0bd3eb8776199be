/** What tests of a rotation share: the command line as an operator types it, against a topology, and clients that follow a file. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run, type Answer } from '../cli/run.ts';
import { createCredentials, type CredentialSource } from '../servers/credentials.ts';
import type { TopologyNode } from '../servers/node.ts';
import type { Topology } from '../servers/topology.ts';
import { TOPOLOGY_LOGINS } from '../servers/topology-users.ts';

export interface Scene {
  readonly folder: string;
  /** Where the new secret goes. */
  readonly secretPath: string;
  readonly statePath: string;
  /** `wardis user rotate USER SEED …` as the administrator. */
  readonly rotate: (user: string, ...argv: readonly string[]) => Promise<Answer>;
  /** What the file holds now. */
  readonly secret: () => string;
}

/** `oldSecret`: what the file holds before; absent: there is no file. */
export function makeScene(topology: Topology, oldSecret?: string, seed: 'one' | 'all' = 'one'): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-rotation-'));
  const secretPath = join(folder, 'new.secret');
  const statePath = join(folder, 'state');
  if (oldSecret !== undefined) writeFileSync(secretPath, `${oldSecret}\n`, { mode: 0o600 });
  const admin = join(folder, 'admin.secret');
  writeFileSync(admin, `${topology.admin.password ?? ''}\n`, { mode: 0o600 });
  // A replica that is down is found by nobody but who names it.
  const seeds = seed === 'all' ? topology.data : [topology.sentinels[0] ?? topology.data[0]];
  const login = [
    ...(topology.admin.user === undefined ? [] : ['--user', topology.admin.user]),
    ...(topology.admin.password === undefined ? [] : ['--password-file', admin]),
  ];
  return {
    folder,
    secretPath,
    statePath,
    rotate: (user, ...argv) =>
      run(
        [
          'user',
          'rotate',
          user,
          ...seeds.map((node) => node?.address ?? ''),
          ...login,
          '--state',
          statePath,
          '-q',
          ...argv,
        ],
        {
          environment: { PATH: process.env['PATH'] ?? '' },
        },
      ),
    secret: () => readFileSync(secretPath, 'utf8').trim(),
  };
}

/** Credentials of clients that read the file again whenever it changes, as an application with a mounted secret does. */
export function followFile(
  path: string,
  user: string | undefined,
  first: string,
): { readonly credentials: CredentialSource; readonly stop: () => void } {
  const credentials = createCredentials({ ...(user === undefined ? {} : { user }), password: first });
  let held = first;
  const timer = setInterval(() => {
    let now = '';
    try {
      now = readFileSync(path, 'utf8').trim();
    } catch {
      return;
    }
    if (now === held || now === '') return;
    held = now;
    credentials.replace({ ...(user === undefined ? {} : { user }), password: now });
  }, 20);
  return { credentials, stop: () => clearInterval(timer) };
}

/** Whether a login works: `OK`, or the code of the refusal. */
export async function tryLogin(
  node: TopologyNode,
  user: string | undefined,
  password: string,
): Promise<string> {
  const reply = await node.commandAs({ ...(user === undefined ? {} : { user }), password }, 'ACL', 'WHOAMI');
  if (typeof reply === 'string') return 'OK';
  const error = JSON.stringify(reply);
  // Logged in, and without the right to ask who: in.
  return error.includes('NOPERM') ? 'OK' : (/WRONGPASS|NOAUTH/.exec(error)?.[0] ?? error);
}

export const APP = TOPOLOGY_LOGINS.app;
