/** Delivering a new secret to files and programs: whole or not at all, closed to others, and never told. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ChangeError } from '../../src/change/change-error.ts';
import { canTakeBack, deliverSecret, examineSink } from '../../src/change/delivery/delivery.ts';
import { runProgram } from '../../src/change/delivery/program.ts';
import { describeSink, parseSink, SINK_FORMS, type Sink } from '../../src/change/delivery/sink.ts';
import { withoutSecret, type Surroundings } from '../../src/change/delivery/surroundings.ts';
import { secret } from '../../src/conf/index.ts';

const NEW = secret('canary-new+/=secret');
const folder = (): string => mkdtempSync(join(tmpdir(), 'wardis-delivery-'));

function around(
  environment: Surroundings['environment'] = {},
): Surroundings & { readonly printed: string[] } {
  const printed: string[] = [];
  return {
    environment: { PATH: process.env['PATH'], ...environment },
    print: (text) => void printed.push(text),
    user: 'orders-api',
    fleet: 'prod',
    printed,
  };
}

function sinkOf(text: string): Sink {
  const parsed = parseSink(text);
  if (parsed.sink === undefined) throw new Error(parsed.message);
  return parsed.sink;
}

async function refusalOf(work: Promise<unknown>): Promise<ChangeError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ChangeError)) throw new Error(`no ChangeError: ${String(error)}`);
  expect(error.code).toBe('delivery');
  expect(JSON.stringify([error.message, error.next, error.subject])).not.toContain(NEW.reveal());
  return error;
}

describe('the form of a sink', () => {
  it.each([
    ['file:./secrets/app', { kind: 'file', path: './secrets/app' }],
    ['stdout', { kind: 'stdout' }],
    [`exec:pass insert -m "db/my app"`, { kind: 'exec', command: ['pass', 'insert', '-m', 'db/my app'] }],
    [
      'kubernetes:shop/redis/password',
      { kind: 'kubernetes', namespace: 'shop', name: 'redis', key: 'password' },
    ],
    ['manifest:shop/redis/a.b-c_D', { kind: 'manifest', namespace: 'shop', name: 'redis', key: 'a.b-c_D' }],
    [
      'vault:secret/team/app#password',
      { kind: 'vault', mount: 'secret', path: 'team/app', field: 'password' },
    ],
  ])('%s is read', (text, sink) => {
    expect(parseSink(text)).toEqual({ sink });
    expect(describeSink(sinkOf(text))).not.toBe('');
  });

  it.each([
    'file:',
    'stdout:x',
    'exec:',
    'exec:"open',
    'kubernetes:a/b',
    'kubernetes:a/b/c/d',
    'kubernetes:A/b/c',
    'kubernetes:a/b/../c',
    'kubernetes:a/b/..',
    'kubernetes:a/b/c d',
    'kubernetes:--as=root/b/c',
    'vault:secret#f',
    'vault:secret/app',
    'vault:secret/../sys#f',
    'vault:secret//x#f',
    'ftp:x',
    '',
    'file:a\nb',
  ])('%j is refused with the forms that there are', (text) => {
    const parsed = parseSink(text);
    expect(parsed.sink).toBeUndefined();
    if (parsed.sink === undefined) for (const form of SINK_FORMS) expect(parsed.help).toContain(form);
  });

  it('says which sinks can be put back', () => {
    expect(['file:x', 'vault:a/b#c', 'kubernetes:a/b/c'].map((text) => canTakeBack(sinkOf(text)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['stdout', 'exec:true', 'manifest:a/b/c'].map((text) => canTakeBack(sinkOf(text)))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('a file', () => {
  it('is made with mode 0600 and holds the secret alone', async () => {
    const path = join(folder(), 'app');
    const sink = sinkOf(`file:${path}`);
    expect(await examineSink(sink, around())).toEqual({ detail: 'is not there yet' });
    await deliverSecret(sink, NEW, around());
    expect(readFileSync(path, 'utf8')).toBe(`${NEW.reveal()}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps its mode, gives its content as the previous secret, and can be put back', async () => {
    const path = join(folder(), 'app');
    writeFileSync(path, 'old-secret\n', { mode: 0o640 });
    chmodSync(path, 0o640);
    const sink = sinkOf(`file:${path}`);
    const { previous, detail } = await examineSink(sink, around());
    expect(previous?.reveal()).toBe('old-secret');
    expect(detail).toContain('others');
    await deliverSecret(sink, NEW, around());
    expect(statSync(path).mode & 0o777).toBe(0o640);
    if (previous !== undefined) await deliverSecret(sink, previous, around());
    expect(readFileSync(path, 'utf8')).toBe('old-secret\n');
  });

  it('is followed through a link, which stays a link', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'real'), 'old\n', { mode: 0o600 });
    symlinkSync(join(dir, 'real'), join(dir, 'link'));
    await deliverSecret(sinkOf(`file:${join(dir, 'link')}`), NEW, around());
    expect(readFileSync(join(dir, 'real'), 'utf8')).toBe(`${NEW.reveal()}\n`);
    expect(readdirSync(dir).toSorted()).toEqual(['link', 'real']);
  });

  it('with more than a secret in it is left alone', async () => {
    const path = join(folder(), 'app.env');
    writeFileSync(path, 'HOST=a\nPASSWORD=b\n');
    await refusalOf(examineSink(sinkOf(`file:${path}`), around()));
    await refusalOf(deliverSecret(sinkOf(`file:${path}`), NEW, around()));
    expect(readFileSync(path, 'utf8')).toBe('HOST=a\nPASSWORD=b\n');
  });

  it('in a folder that is not there, or that is a folder, is refused before anything is changed', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'sub'));
    await refusalOf(examineSink(sinkOf(`file:${join(dir, 'none', 'app')}`), around()));
    await refusalOf(examineSink(sinkOf(`file:${join(dir, 'sub')}`), around()));
    await refusalOf(deliverSecret(sinkOf(`file:${join(dir, 'sub')}`), NEW, around()));
    expect(readdirSync(dir)).toEqual(['sub']);
  });

  it('that is a device is never replaced', async () => {
    if (!existsSync('/dev/full')) return;
    await refusalOf(deliverSecret(sinkOf('file:/dev/full'), NEW, around()));
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });
});

describe('standard output', () => {
  it('shows the secret once, and only when it is delivered', async () => {
    const world = around();
    await examineSink({ kind: 'stdout' }, world);
    expect(world.printed).toEqual([]);
    const { detail } = await deliverSecret({ kind: 'stdout' }, NEW, world);
    expect(world.printed).toEqual([`${NEW.reveal()}\n`]);
    expect(detail).not.toContain(NEW.reveal());
  });

  it('shows a manifest that holds the secret in base64', async () => {
    const world = around();
    await deliverSecret(sinkOf('manifest:shop/redis/password'), NEW, world);
    const manifest = JSON.parse(world.printed.join('')) as {
      readonly kind: string;
      readonly metadata: unknown;
      readonly data: Readonly<Record<string, string>>;
    };
    expect(manifest.kind).toBe('Secret');
    expect(manifest.metadata).toEqual({ name: 'redis', namespace: 'shop' });
    expect(Buffer.from(manifest.data['password'] ?? '', 'base64').toString('utf8')).toBe(NEW.reveal());
  });
});

describe('a program', () => {
  function program(text: string): { readonly path: string; readonly dir: string } {
    const dir = folder();
    const path = join(dir, 'take');
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return { path, dir };
  }

  it('gets the secret on standard input, not in arguments or environment, and is told whose it is', async () => {
    const { path, dir } = program(`cat > "$1/stdin"; printf '%s ' "$@" > "$1/args"; env > "$1/env"`);
    await deliverSecret({ kind: 'exec', command: [path, dir, 'x y'] }, NEW, around());
    expect(readFileSync(join(dir, 'stdin'), 'utf8')).toBe(NEW.reveal());
    expect(readFileSync(join(dir, 'args'), 'utf8')).toBe(`${dir} x y `);
    const env = readFileSync(join(dir, 'env'), 'utf8');
    expect(env).toContain('WARDIS_USER=orders-api');
    expect(env).toContain('WARDIS_FLEET=prod');
    expect(env).not.toContain(NEW.reveal());
  });

  it('that fails is an error with what it said, without the secret in any form', async () => {
    const { path } = program(`v=$(cat); echo "refused: $v $(printf %s "$v" | base64)" >&2; exit 3`);
    const error = await refusalOf(deliverSecret({ kind: 'exec', command: [path] }, NEW, around()));
    expect(error.message).toContain('exit code 3');
    expect(error.message).toContain('refused: [secret] [secret]');
  });

  it('that does not read its input but ends well has taken it', async () => {
    const { path } = program('exit 0');
    expect((await deliverSecret({ kind: 'exec', command: [path] }, NEW, around())).detail).toContain(
      'took it',
    );
  });

  it('that is not there is found before anything is changed', async () => {
    await refusalOf(examineSink({ kind: 'exec', command: ['no-such-program-7'] }, around()));
    await refusalOf(deliverSecret({ kind: 'exec', command: ['/no/such/program'] }, NEW, around()));
    expect(await examineSink({ kind: 'exec', command: ['sh', '-c', 'x'] }, around())).toEqual({
      detail: 'is there',
    });
  });

  it('that hangs is ended', async () => {
    const end = await runProgram(['sleep', '30'], '', { PATH: process.env['PATH'] }, 100);
    expect(end.failure).toContain('longer than');
  });

  it('that writes without end is ended', async () => {
    const end = await runProgram(['yes'], '', { PATH: process.env['PATH'] }, 20_000);
    expect(end.failure).toBe('wrote too much');
  });
});

describe('what others say', () => {
  it('is shown without the secret in any usual form, on one line, and not endlessly', () => {
    const clear = NEW.reveal();
    const forms = [
      clear,
      Buffer.from(clear).toString('base64'),
      Buffer.from(clear).toString('hex'),
      encodeURIComponent(clear),
    ];
    const shown = withoutSecret(`${forms.join(' ')}\n\u001b[2J${'x'.repeat(5000)}`, [NEW]);
    for (const form of forms) expect(shown).not.toContain(form);
    expect(shown).not.toContain('\u001b');
    expect(shown).not.toContain('\n');
    expect(shown.length).toBeLessThan(400);
  });
});
