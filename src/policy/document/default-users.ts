/**
 * The users that a policy without users gets, so that a bare request gives a server that people and programs can work
 * with: one administrator, one application with its own prefix, and who observes, copies and fails over.
 */

import type { PolicyUser, Role } from '../policy-document.ts';
import type { HardeningRequest } from '../request.ts';

export function defaultUsers(request: HardeningRequest): readonly PolicyUser[] {
  if (request.mode === 'sentinel') return [user('admin', 'admin')];
  const peers = [
    ...(request.mode === 'standalone' ? [] : [user('replica', 'replication')]),
    ...(request.mode === 'replica' ? [user('sentinel', 'sentinel')] : []),
  ];
  const people = [user('admin', 'admin'), user('app', 'readwrite', 'app:*')];
  if (request.level === 'basic') return [...people, ...peers];
  return [
    ...people,
    user('reports', 'readonly', 'app:*'),
    user('exporter', 'monitor'),
    user('backup', 'backup'),
    ...peers,
  ];
}

function user(name: string, role: Role, ...keys: readonly string[]): PolicyUser {
  return {
    name,
    role,
    keys: keys.map((pattern) => ({ pattern, access: undefined })),
    channels: [],
    databases: [],
    commands: [],
    expires: undefined,
    password: undefined,
    tenant: undefined,
  };
}
