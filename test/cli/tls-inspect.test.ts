/** `wardis tls inspect` on files: what a file can tell, in every format, and which exit code. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectionSchema } from '../../src/cli/tls/inspect-schema.ts';
import { createFoundation, openAuthority } from '../../src/pki/index.ts';
import { REPORT_FORMATS } from '../../src/posture/index.ts';
import { NOW, sampleAuthorities, sampleLeaf, type SampleAuthorities } from './tls-inspect-samples.ts';
import { run as runProgram } from './run.ts';

let folder: string;
let ours: SampleAuthorities;
const at = (name: string): string => join(folder, name);
const run = (...argv: readonly string[]) =>
  runProgram(['tls', 'inspect', ...argv, '--state', at('state')], { now: NOW });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-inspect-'));
  ours = await sampleAuthorities();
  const leaf = await sampleLeaf(ours.issuer, 'db-1');
  const other = await sampleLeaf(ours.issuer, 'db-2');
  const server = await sampleLeaf(ours.issuer, 'web', { usage: 'server' });
  const client = await sampleLeaf(ours.issuer, 'app', { usage: 'client', days: 365 });
  const past = await sampleLeaf(ours.issuer, 'past', { days: 10 });
  const files: Readonly<Record<string, string>> = {
    'chain.crt': leaf.certPem + ours.issuer.certPem,
    'leaf.crt': leaf.certPem,
    'leaf.key': leaf.keyPem,
    'other.key': other.keyPem,
    'server.crt': server.certPem + ours.issuer.certPem,
    'client.crt': client.certPem + ours.issuer.certPem,
    'past.crt': past.certPem + ours.issuer.certPem,
    'root.crt': ours.root.certPem,
    'bundle.crt': ours.root.certPem + ours.issuer.certPem,
    'two.crt': leaf.certPem + other.certPem,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text, { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a certificate file', () => {
  it('that is sound exits 0 and is described', async () => {
    const answer = await run(at('chain.crt'), '--key', at('leaf.key'), '--cacert', at('root.crt'));
    expect(answer.exit, answer.out + answer.err).toBe(0);
    expect(answer.out).toContain('judged as the certificate of a node');
    expect(answer.out).toContain('a client that has only CN=Sample Root can follow it');
    expect(answer.out).toContain('belongs to the certificate');
    expect(answer.out).toContain('no findings');
  });

  it('without its intermediate, with a strange key, or past its end exits 1 and names the check', async () => {
    const alone = await run(at('leaf.crt'), '--cacert', at('bundle.crt'));
    expect([alone.exit, alone.out]).toEqual([1, expect.stringContaining('TLS-034')]);
    const strange = await run(at('chain.crt'), '--key', at('other.key'), '--cacert', at('root.crt'));
    expect([strange.exit, strange.out]).toEqual([1, expect.stringContaining('TLS-018')]);
    const past = await run(at('past.crt'), '--cacert', at('root.crt'));
    expect([past.exit, past.out]).toEqual([1, expect.stringContaining('TLS-009')]);
  });

  it('shows no byte of the key in any format', async () => {
    const key = readFileSync(at('leaf.key'), 'utf8').split('\n')[1] ?? 'none';
    for (const format of ['table', 'json', 'markdown', 'html', 'junit', 'sarif', 'csv', 'ndjson']) {
      const answer = await run(
        at('chain.crt'),
        '--key',
        at('leaf.key'),
        '--cacert',
        at('root.crt'),
        '-o',
        format,
      );
      expect(answer.exit, format).toBe(0);
      expect(answer.out.length, format).toBeGreaterThan(100);
      expect(answer.out + answer.err, format).not.toContain(key);
    }
    expect(REPORT_FORMATS).toContain('sarif');
  });

  it('is judged by the names that are given', async () => {
    const answer = await run(
      at('chain.crt'),
      '--cacert',
      at('root.crt'),
      '--name',
      'db-1.example',
      '--name',
      'localhost',
    );
    expect(answer.out).toContain('TLS-014');
    expect(answer.out).toContain('does not cover localhost');
    expect(answer.exit).toBe(0);
    const strict = await run(
      at('chain.crt'),
      '--cacert',
      at('root.crt'),
      '--name',
      'localhost',
      '--fail-on',
      'medium',
    );
    expect(strict.exit).toBe(1);
  });

  it('for clients is not judged as a server’s, unless asked to', async () => {
    const client = await run(at('client.crt'), '--cacert', at('root.crt'));
    expect(client.out).toContain('judged as the certificate of a client');
    expect(client.out).not.toContain('TLS-002');
    const asServer = await run(at('client.crt'), '--cacert', at('root.crt'), '--purpose', 'server');
    expect(asServer.out).toContain('TLS-002');
    const asNode = await run(at('server.crt'), '--cacert', at('root.crt'), '--purpose', 'node');
    expect([asNode.exit, asNode.out]).toEqual([1, expect.stringContaining('TLS-017')]);
  });

  it('with two leaves is told that only the first is served', async () => {
    const answer = await run(at('two.crt'), '--cacert', at('bundle.crt'));
    expect(answer.out).toContain('TLS-020');
    expect(answer.out).toContain('the server presents only the first as its own');
  });

  it('of authorities is judged as what others trust', async () => {
    const answer = await run(at('bundle.crt'));
    expect(answer.exit).toBe(0);
    expect(answer.out).toContain('certificates of authorities');
    expect(answer.out).toContain('CN=Sample Issuer');
  });

  it('that was revoked or replaced here is known by the inventory', async () => {
    await createFoundation(at('state'), { name: 'Here', days: 30 });
    const authority = await openAuthority(at('state'));
    const issued = await authority.issue({ commonName: 'own', usage: 'node', dnsNames: ['own.example'] });
    writeFileSync(at('own.crt'), issued.certPem);
    const answer = await run(at('own.crt'));
    expect(answer.out).toContain('this is the one that was issued or adopted last');
    expect(answer.out).toContain('a client that has only CN=Here can follow it');
    rmSync(at('state'), { recursive: true });
  });
});

describe('the answer', () => {
  it('as JSON keeps its contract', async () => {
    const answer = await run(at('chain.crt'), at('root.crt'), '--key', at('leaf.key'), '--json');
    const parsed = inspectionSchema.safeParse(JSON.parse(answer.out));
    expect(parsed.error?.issues).toBeUndefined();
    expect(parsed.data?.files).toHaveLength(2);
    expect(parsed.data?.timeline.map(({ subject }) => subject)).toEqual([
      'CN=db-1',
      'CN=Sample Issuer',
      'CN=Sample Root',
    ]);
  });

  it('as a timeline has the bars and the heads of the findings only', async () => {
    const answer = await run(at('past.crt'), at('chain.crt'), '--cacert', at('root.crt'), '--timeline');
    expect(answer.out).toMatch(/past +file +.*expired 11 days ago/);
    expect(answer.out).toContain('TLS-009');
    expect(answer.out).not.toContain('fix:');
    expect(answer.exit).toBe(1);
  });

  it('goes to several files at once', async () => {
    const answer = await run(at('chain.crt'), '-o', `html=${at('a.html')}`, '-o', `json=${at('a.json')}`);
    expect(answer.out).toBe('');
    expect(readFileSync(at('a.html'), 'utf8')).toContain('What expires when');
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toMatchObject({ schemaVersion: 1, kind: 'files' });
  });
});

describe('what cannot be inspected', () => {
  it('is said with the next command', async () => {
    const key = await run(at('leaf.key'));
    expect([key.exit, key.err]).toEqual([2, expect.stringContaining('there is no certificate in this file')]);
    const missing = await run(at('missing.crt'));
    expect([missing.exit, missing.err]).toEqual([2, expect.stringContaining('E_READ')]);
    const both = await run(at('leaf.crt'), '127.0.0.1:1');
    expect([both.exit, both.err]).toEqual([2, expect.stringContaining('one or the other')]);
    const wrong = await run(at('leaf.crt'), '--purpose', 'mail');
    expect([wrong.exit, wrong.err]).toEqual([2, expect.stringContaining('server, client, node')]);
  });

  it('is a server where nobody listens: incomplete, not sound', async () => {
    const answer = await run('127.0.0.1:1', '-q');
    expect(answer.exit).toBe(3);
    expect(answer.out).toContain('NOT SEEN');
    expect(answer.out).toContain('E611');
  });
});
