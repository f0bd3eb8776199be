/** Delivering into a Kubernetes Secret, against a kubectl that keeps one object in a file and says what the real one says. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { deliverSecret, examineSink } from '../../src/change/delivery/delivery.ts';
import type { Sink } from '../../src/change/delivery/sink.ts';
import type { Surroundings } from '../../src/change/delivery/surroundings.ts';
import { secret } from '../../src/conf/index.ts';

const NEW = secret('canary-kubernetes-secret');
const SINK: Sink = { kind: 'kubernetes', namespace: 'shop', name: 'redis', key: 'password' };

/** Keeps `object.json`, counts its version up, refuses a replace of another version. `conflicts`: so many first. */
const KUBECTL = String.raw`#!/usr/bin/env node
const fs = require('node:fs'), path = require('node:path');
const dir = path.dirname(process.argv[1]);
const at = (name) => path.join(dir, name);
fs.appendFileSync(at('calls'), JSON.stringify(process.argv.slice(2)) + '\n');
const [, , flag, namespace, verb] = process.argv;
const fail = (text) => { process.stderr.write(text + '\n'); process.exit(1); };
if (flag !== '--namespace') fail('error: no namespace');
if (fs.existsSync(at('forbidden'))) fail('Error from server (Forbidden): secrets "redis" is forbidden: User "x" cannot get resource "secrets"');
const held = fs.existsSync(at('object.json')) ? JSON.parse(fs.readFileSync(at('object.json'), 'utf8')) : undefined;
if (verb === 'get') {
  if (!held) fail('Error from server (NotFound): secrets "redis" not found');
  process.stdout.write(JSON.stringify(held));
} else {
  const given = JSON.parse(fs.readFileSync(0, 'utf8'));
  if (verb === 'create') {
    if (held) fail('Error from server (AlreadyExists): error when creating "STDIN": secrets "redis" already exists');
    given.metadata.resourceVersion = '1';
  } else {
    const left = fs.existsSync(at('conflicts')) ? Number(fs.readFileSync(at('conflicts'), 'utf8')) : 0;
    if (left > 0) {
      fs.writeFileSync(at('conflicts'), String(left - 1));
      held.metadata.resourceVersion = String(Number(held.metadata.resourceVersion) + 1);
      held.data.other = Buffer.from('changed-' + left).toString('base64');
      fs.writeFileSync(at('object.json'), JSON.stringify(held));
    }
    if (given.metadata.resourceVersion !== held.metadata.resourceVersion)
      fail('Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on secrets "redis": the object has been modified');
    given.metadata.resourceVersion = String(Number(held.metadata.resourceVersion) + 1);
  }
  fs.writeFileSync(at('object.json'), JSON.stringify(given));
  process.stdout.write('secret/redis done\n');
}
`;

interface Held {
  readonly data: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

function cluster(): {
  readonly around: Surroundings;
  readonly put: (name: string, text: string) => void;
  readonly held: () => Held;
  readonly calls: () => string;
} {
  const dir = mkdtempSync(join(tmpdir(), 'wardis-kubectl-'));
  writeFileSync(join(dir, 'kubectl'), KUBECTL, { mode: 0o755 });
  return {
    around: {
      environment: { PATH: `${dir}:${process.env['PATH']}` },
      print: () => undefined,
      sleep: () => Promise.resolve(),
      user: 'orders-api',
    },
    put: (name, text) => writeFileSync(join(dir, name), text),
    held: () => JSON.parse(readFileSync(join(dir, 'object.json'), 'utf8')) as Held,
    calls: () => (existsSync(join(dir, 'calls')) ? readFileSync(join(dir, 'calls'), 'utf8') : ''),
  };
}

function existing(data: Readonly<Record<string, string>>, more: object = {}): string {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'example.com/own',
    metadata: { name: 'redis', namespace: 'shop', resourceVersion: '7', labels: { team: 'a' } },
    data: encoded,
    ...more,
  });
}

const clear = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString('utf8');

describe('a Kubernetes Secret', () => {
  it('that is not there is created, with the secret on standard input only', async () => {
    const { around, held, calls } = cluster();
    expect(await examineSink(SINK, around)).toEqual({ detail: 'is not there yet' });
    expect(await deliverSecret(SINK, NEW, around)).toEqual({ detail: 'created' });
    expect(clear(held().data['password'])).toBe(NEW.reveal());
    expect(calls()).not.toContain(NEW.reveal());
    expect(calls()).not.toContain(Buffer.from(NEW.reveal()).toString('base64'));
    expect(calls()).toContain('["--namespace","shop","create","-f","-"]');
  });

  it('that is there keeps its other keys, labels and type', async () => {
    const { around, put, held } = cluster();
    put('object.json', existing({ password: 'old', other: 'kept' }));
    const { previous } = await examineSink(SINK, around);
    expect(previous?.reveal()).toBe('old');
    await deliverSecret(SINK, NEW, around);
    expect(clear(held().data['password'])).toBe(NEW.reveal());
    expect(clear(held().data['other'])).toBe('kept');
    expect(held().type).toBe('example.com/own');
    expect(held().metadata['labels']).toEqual({ team: 'a' });
  });

  it('that somebody changes at the same time is read anew, and loses nothing of theirs', async () => {
    const { around, put, held } = cluster();
    put('object.json', existing({ password: 'old', other: 'x' }));
    put('conflicts', '2');
    await deliverSecret(SINK, NEW, around);
    expect(clear(held().data['password'])).toBe(NEW.reveal());
    expect(clear(held().data['other'])).toBe('changed-1');
  });

  it('that is changed again and again is given up with the reason', async () => {
    const { around, put, held } = cluster();
    put('object.json', existing({ password: 'old', other: 'x' }));
    put('conflicts', '99');
    await expect(deliverSecret(SINK, NEW, around)).rejects.toThrow(/Conflict/);
    expect(clear(held().data['password'])).toBe('old');
  });

  it('that holds the secret already is left as it is', async () => {
    const { around, put, calls } = cluster();
    put('object.json', existing({ password: NEW.reveal() }));
    expect(await deliverSecret(SINK, NEW, around)).toEqual({ detail: 'held it already' });
    expect(calls()).not.toContain('replace');
  });

  it('that may not be read, or is immutable, is refused before anything is changed', async () => {
    const denied = cluster();
    denied.put('forbidden', '');
    await expect(examineSink(SINK, denied.around)).rejects.toThrow(/Forbidden/);
    const fixed = cluster();
    fixed.put('object.json', existing({ password: 'old' }, { immutable: true }));
    await expect(examineSink(SINK, fixed.around)).rejects.toThrow(/immutable/);
  });

  it('needs a kubectl', async () => {
    const { around } = cluster();
    const bare = { ...around, environment: { PATH: '/nowhere' } };
    await expect(examineSink(SINK, bare)).rejects.toThrow(/not on this machine/);
  });
});
