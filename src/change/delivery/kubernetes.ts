/**
 * One key of a Kubernetes Secret, by the operator's own kubectl. The Secret is read, and replaced with the version that
 * was read (`metadata.resourceVersion`), so that a change by somebody else in between is a conflict and not a loss;
 * where it is not there it is created. Manifests go in by `-f -`: `--patch-file /dev/stdin` cannot be opened where
 * standard input is a socket, as it is under Node.
 */

import { secret, type Secret } from '../../conf/index.ts';
import { explainEnd, runProgram, type ProgramEnd } from './program.ts';
import {
  undelivered,
  withoutSecret,
  type Delivery,
  type Examination,
  type Surroundings,
} from './surroundings.ts';

export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

const TRIES_MAX = 3;
const RETRY_MS = 200;

/** A manifest as far as it is looked at; the rest is handed back as it came. */
interface SecretManifest {
  readonly data?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
  readonly [field: string]: unknown;
}

/** A Secret with this one key, as JSON, which every YAML reader takes. */
export function printSecretManifest(place: SecretKey, value: Secret): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: place.name, namespace: place.namespace },
      type: 'Opaque',
      data: { [place.key]: encode(value) },
    },
    null,
    2,
  )}\n`;
}

/** Whether the Secret can be read, and the value of its key. */
export async function examineKubernetes(place: SecretKey, around: Surroundings): Promise<Examination> {
  const manifest = await readManifest(place, around);
  if (manifest === undefined) return { detail: 'is not there yet' };
  if (manifest.immutable === true) {
    throw undelivered(
      subjectOf(place),
      'the secret is marked immutable, so that nothing can be put into it',
      {
        next: 'name another secret',
      },
    );
  }
  const held = Object.hasOwn(manifest.data ?? {}, place.key) ? manifest.data?.[place.key] : undefined;
  if (held === undefined) return { detail: `is there, without the key ${place.key}` };
  return { previous: secret(Buffer.from(held, 'base64').toString('utf8')), detail: 'is there' };
}

export async function deliverToKubernetes(
  place: SecretKey,
  value: Secret,
  around: Surroundings,
): Promise<Delivery> {
  for (let attempt = 1; ; attempt += 1) {
    const manifest = await readManifest(place, around);
    if (manifest?.data?.[place.key] === encode(value)) return { detail: 'held it already' };
    const end =
      manifest === undefined
        ? await kubectl(place, ['create', '-f', '-'], printSecretManifest(place, value), around)
        : await kubectl(
            place,
            ['replace', '-f', '-'],
            JSON.stringify({ ...manifest, data: { ...manifest.data, [place.key]: encode(value) } }),
            around,
          );
    if (end.code === 0) return { detail: manifest === undefined ? 'created' : 'replaced' };
    if (attempt >= TRIES_MAX || !/\((?:Conflict|AlreadyExists)\)/.test(end.stderr)) {
      throw undelivered(subjectOf(place), explainEnd('kubectl', end, [value]), {
        next: `kubectl auth can-i update secrets -n ${place.namespace}`,
      });
    }
    await (around.sleep ?? defaultSleep)(RETRY_MS * attempt);
  }
}

async function readManifest(place: SecretKey, around: Surroundings): Promise<SecretManifest | undefined> {
  const end = await kubectl(place, ['get', 'secret', place.name, '-o', 'json'], '', around);
  if (end.code !== 0) {
    if (/\(NotFound\)/.test(end.stderr) && !/namespaces "/.test(end.stderr)) return undefined;
    throw undelivered(subjectOf(place), explainEnd('kubectl', end, []), {
      next: `kubectl auth can-i get secrets -n ${place.namespace}`,
    });
  }
  const manifest = parseManifest(end.stdout);
  if (manifest !== undefined) return manifest;
  throw undelivered(subjectOf(place), `kubectl printed no Secret: ${withoutSecret(end.stderr, [])}`);
}

function parseManifest(text: string): SecretManifest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isSecret =
      typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Secret';
    return isSecret ? value : undefined;
  } catch {
    return undefined;
  }
}

function kubectl(
  place: SecretKey,
  args: readonly string[],
  input: string,
  around: Surroundings,
): Promise<ProgramEnd> {
  return runProgram(['kubectl', '--namespace', place.namespace, ...args], input, around.environment);
}

function subjectOf(place: SecretKey): string {
  return `Kubernetes secret ${place.namespace}/${place.name}`;
}

function encode(value: Secret): string {
  return Buffer.from(value.reveal(), 'utf8').toString('base64');
}

function defaultSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
