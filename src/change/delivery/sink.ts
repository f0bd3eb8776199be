/**
 * Where a new secret goes: read from `--to`, and said again in words. A sink names a place and never holds a secret.
 * Key names of Kubernetes secrets are `[-._a-zA-Z0-9]+`, names of objects DNS labels (Kubernetes API, v1 Secret).
 */

import { splitArguments } from '../../conf/index.ts';

export type Sink =
  /** The only line of a file. */
  | { readonly kind: 'file'; readonly path: string }
  /** Printed once, alone on its line. */
  | { readonly kind: 'stdout' }
  /** Standard input of a program, without a line break. */
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  /** One key of a Kubernetes Secret, by kubectl. */
  | { readonly kind: 'kubernetes'; readonly namespace: string; readonly name: string; readonly key: string }
  /** The same as a manifest on standard output, for who seals or applies it otherwise. */
  | { readonly kind: 'manifest'; readonly namespace: string; readonly name: string; readonly key: string }
  /** One field of a secret in Vault's key-value engine, version 2. */
  | { readonly kind: 'vault'; readonly mount: string; readonly path: string; readonly field: string };

export type ParsedSink =
  { readonly sink: Sink } | { readonly sink: undefined; readonly message: string; readonly help: string };

/** The forms of `--to`, for help and messages. */
export const SINK_FORMS = [
  'file:PATH',
  'stdout',
  'exec:COMMAND',
  'kubernetes:NAMESPACE/SECRET/KEY',
  'manifest:NAMESPACE/SECRET/KEY',
  'vault:MOUNT/PATH#FIELD',
] as const;

/** Longer text is not a place. */
export const SINK_CHARS_MAX = 4096;

const HELP = `Write one of ${SINK_FORMS.join(', ')}.`;
const DNS_NAME = /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/;
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const SECRET_KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const EXTERNAL_KEYS: ReadonlySet<string> = new Set(['.', '..']);

/** Reads one `--to`; never throws. */
export function parseSink(text: string): ParsedSink {
  if (text.length > SINK_CHARS_MAX) return refuse(`--to is longer than ${SINK_CHARS_MAX} characters.`);
  // oxlint-disable-next-line no-control-regex -- control characters are what must be found
  if (/[\u0000-\u001f\u007f]/.test(text)) return refuse('--to holds a control character.');
  const [, kind = '', rest = ''] = /^([a-z]+)(?::(.*))?$/s.exec(text) ?? [];
  switch (kind) {
    case 'stdout':
      return rest === '' ? { sink: { kind } } : refuse('stdout takes nothing after it.');
    case 'file':
      return rest === '' ? refuse('file: needs a path.') : { sink: { kind, path: rest } };
    case 'exec':
      return parseExec(rest);
    case 'kubernetes':
    case 'manifest':
      return parseKubernetes(kind, rest);
    case 'vault':
      return parseVault(rest);
    default:
      return refuse('--to names no place that Wardis knows.');
  }
}

/** The place in words: `file ./secrets/app`, `Vault secret/app#password`. Arguments of a program are left out. */
export function describeSink(sink: Sink): string {
  switch (sink.kind) {
    case 'file':
      return `file ${sink.path}`;
    case 'stdout':
      return 'standard output';
    case 'exec':
      return `standard input of ${sink.command[0]}`;
    case 'kubernetes':
      return `Kubernetes secret ${sink.namespace}/${sink.name}, key ${sink.key}`;
    case 'manifest':
      return `manifest of ${sink.namespace}/${sink.name}, key ${sink.key}`;
    case 'vault':
      return `Vault ${sink.mount}/${sink.path}#${sink.field}`;
  }
}

function parseExec(rest: string): ParsedSink {
  const split = splitArguments(rest, 'joining');
  if (!split.ok) return refuse('exec: has quotes that do not end.');
  if (split.args.length === 0) return refuse('exec: needs a program.');
  return { sink: { kind: 'exec', command: split.args } };
}

function parseKubernetes(kind: 'kubernetes' | 'manifest', rest: string): ParsedSink {
  const [namespace = '', name = '', key = '', ...more] = rest.split('/');
  if (more.length > 0 || key === '') return refuse(`${kind}: needs NAMESPACE/SECRET/KEY.`);
  if (!DNS_LABEL.test(namespace)) return refuse('The namespace is not a name that Kubernetes takes.');
  if (!DNS_NAME.test(name)) return refuse('The secret is not a name that Kubernetes takes.');
  if (!SECRET_KEY.test(key) || EXTERNAL_KEYS.has(key)) {
    return refuse('The key is not a name that Kubernetes takes: letters, digits, - _ and . only.');
  }
  return { sink: { kind, namespace, name, key } };
}

function parseVault(rest: string): ParsedSink {
  const [, mount = '', path = '', field = ''] = /^([^/#]+)\/([^#]+)#(.+)$/.exec(rest) ?? [];
  if (field === '') return refuse('vault: needs MOUNT/PATH#FIELD, for example vault:secret/orders#password.');
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return refuse('The path in Vault has an empty part, . or .. in it.');
  }
  return { sink: { kind: 'vault', mount, path, field } };
}

function refuse(message: string): ParsedSink {
  return { sink: undefined, message, help: HELP };
}
