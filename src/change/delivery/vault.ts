/**
 * One field of a secret in Vault's key-value engine, version 2 (HTTP API: `GET` and `POST /v1/MOUNT/data/PATH`). A write
 * replaces the whole secret, so the other fields are read and written back, with check-and-set on the version that was
 * read (`options.cas`): a change by somebody else in between is refused, read anew and tried again.
 */

import { secret, type Secret } from '../../conf/index.ts';
import {
  undelivered,
  withoutSecret,
  type Delivery,
  type Examination,
  type Surroundings,
} from './surroundings.ts';
import { requestVault, vaultAccess, type VaultAccess, type VaultReply } from './vault-request.ts';

export interface VaultField {
  readonly mount: string;
  readonly path: string;
  readonly field: string;
}

const CONFLICT_TRIES_MAX = 5;

interface HeldSecret {
  /** 0: nothing was ever there. */
  readonly version: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Whether the secret can be read, its version, and the value of the field. Whether it may be written shows on writing. */
export async function examineVault(place: VaultField, around: Surroundings): Promise<Examination> {
  const held = await readHeld(vaultAccess(around), place, around);
  const value = Object.hasOwn(held.fields, place.field) ? held.fields[place.field] : undefined;
  if (held.version === 0) return { detail: 'is not there yet' };
  return {
    ...(typeof value === 'string' ? { previous: secret(value) } : {}),
    detail: `is there, version ${held.version}`,
  };
}

export async function deliverToVault(
  place: VaultField,
  value: Secret,
  around: Surroundings,
): Promise<Delivery> {
  const access = vaultAccess(around);
  for (let attempt = 1; ; attempt += 1) {
    const held = await readHeld(access, place, around);
    if (held.fields[place.field] === value.reveal()) {
      return { detail: `held it already, version ${held.version}` };
    }
    const body = {
      options: { cas: held.version },
      data: { ...held.fields, [place.field]: value.reveal() },
    };
    const reply = await requestVault(access, 'POST', apiPath(place), body, around);
    if (reply.status === 200) return { detail: `written, version ${versionOf(reply) ?? held.version + 1}` };
    const conflict = reply.status === 400 && /check-and-set/.test(reply.errors);
    if (!conflict || attempt >= CONFLICT_TRIES_MAX) throw refused(place, 'written', reply, [value]);
  }
}

async function readHeld(access: VaultAccess, place: VaultField, around: Surroundings): Promise<HeldSecret> {
  const reply = await requestVault(access, 'GET', apiPath(place), undefined, around);
  // A deleted version answers 404 with its number; a secret that never was, without.
  if (reply.status === 404) return { version: versionOf(reply) ?? 0, fields: {} };
  if (reply.status !== 200) throw refused(place, 'read', reply, []);
  const data = fieldOf(reply.body, 'data');
  const fields = fieldOf(data, 'data');
  const version = versionOf(reply);
  if (version !== undefined && typeof fields === 'object' && fields !== null) {
    return { version, fields: fields as Readonly<Record<string, unknown>> };
  }
  throw undelivered(subjectOf(place), `${place.mount} is no key-value engine of version 2`, {
    next: 'vault secrets list -detailed',
  });
}

function refused(
  place: VaultField,
  verb: 'read' | 'written',
  reply: VaultReply,
  secrets: readonly Secret[],
): Error {
  const said = withoutSecret(reply.errors, secrets);
  const why = said === '' ? '' : `: ${said}`;
  const capability = verb === 'read' ? 'read' : 'create and update';
  return undelivered(subjectOf(place), `the secret could not be ${verb}, HTTP ${reply.status}${why}`, {
    next:
      reply.status === 403
        ? `give the token ${capability} on ${place.mount}/data/${place.path}, or use another token`
        : 'vault status',
  });
}

/** `metadata` lies in `data` for a read (also of a deleted version); a write answers with it as `data` itself. */
function versionOf(reply: VaultReply): number | undefined {
  const data = fieldOf(reply.body, 'data');
  const version = fieldOf(fieldOf(data, 'metadata'), 'version') ?? fieldOf(data, 'version');
  return typeof version === 'number' ? version : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function apiPath(place: VaultField): string {
  const parts = [place.mount, 'data', ...place.path.split('/')];
  return `/v1/${parts.map(encodeURIComponent).join('/')}`;
}

function subjectOf(place: VaultField): string {
  return `Vault ${place.mount}/${place.path}`;
}
