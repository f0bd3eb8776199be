// After TLS files are read anew, whoever rotates must get in anew; else all is as before at once, over what is still held.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  executeRun,
  leafStages,
  trustStages,
  undoRun,
  type Journal,
  type LeafChange,
  type Run,
  type RunOptions,
  type RunPorts,
} from '../../src/change/index.ts';
import { openPorts } from '../../src/cli/change/apply-ports.ts';
import { secret } from '../../src/conf/index.ts';
import {
  createAuthority,
  issueCertificate,
  readServed,
  type Authority,
  type IssuedUsage,
} from '../../src/tls/index.ts';
import { memoryJournal } from '../change/run-scene.ts';
import { fingerprintOf, forEachServer, startServer, talk, type RunningServer } from '../servers/index.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a server that read its TLS files anew', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    const folder = mkdtempSync(join(tmpdir(), 'wardis-entry-'));
    let authority: Authority;
    let foreign: Authority;
    let fleet: readonly RunningServer[] = [];
    const NODES = ['a', 'b'];
    const path = (node: string, file: string): string => join(folder, node, file);
    const read = (node: string, file: string): string => readFileSync(path(node, file), 'utf8');
    const issue = (from: Authority, usage: IssuedUsage = 'node') =>
      issueCertificate(from, { commonName: 'node', ipAddresses: ['127.0.0.1'], usage, days: 10 });
    const portOf = (at: number): number => Number(fleet[at]?.tlsPort);
    const idAt = (at: number): string => `127.0.0.1:${portOf(at)}`;

    beforeAll(async () => {
      authority = await createAuthority({ name: 'test CA', days: 20 });
      foreign = await createAuthority({ name: 'another CA', days: 20 });
      const client = await issue(authority, 'client');
      writeFileSync(join(folder, 'ca.crt'), authority.certPem);
      writeFileSync(join(folder, 'client.crt'), client.certPem);
      writeFileSync(join(folder, 'client.key'), client.keyPem, { mode: 0o600 });
      for (const node of NODES) {
        const leaf = await issue(authority);
        mkdirSync(join(folder, node));
        writeFileSync(path(node, 'ca.crt'), authority.certPem);
        writeFileSync(path(node, 'node.crt'), leaf.certPem);
        writeFileSync(path(node, 'node.key'), leaf.keyPem, { mode: 0o600 });
      }
      const confOf = (node: string): string =>
        `tls-port 1\ntls-ca-cert-file ${path(node, 'ca.crt')}\ntls-cert-file ${path(node, 'node.crt')}\ntls-key-file ${path(node, 'node.key')}\n`;
      fleet = await Promise.all(NODES.map((node) => startServer({ server, conf: confOf(node) })));
    });
    afterAll(async () => {
      await Promise.all(fleet.map((each) => each.stop()));
      rmSync(folder, { recursive: true, force: true });
    });
    let before: unknown;
    beforeEach(() => (before = filesNow()));

    const filesNow = (): unknown =>
      NODES.map((node) => ['ca.crt', 'node.crt'].map((file) => read(node, file)));
    const newRun = (operation: Run['operation'], stages: Run['stages']): Run => ({
      id: `2026-11-22T061000Z-${operation}-${Math.random().toString(16).slice(2, 6)}`,
      operation,
      startedAt: '2026-11-22T06:10:00.000Z',
      actor: 'tester@here',
      subject: 'certificates',
      nodes: NODES.map((_, at) => ({ id: idAt(at), role: 'primary' as const })),
      stages,
      facts: {},
    });
    /** The world as the commands have it, and how often each node was dialled. */
    const portsOf = (journal: Journal): { readonly ports: RunPorts; readonly dials: Map<string, number> } => {
      const tls = {
        caFile: join(folder, 'ca.crt'),
        certFile: join(folder, 'client.crt'),
        keyFile: join(folder, 'client.key'),
      };
      const world = {
        entry: {
          fleet: { files: { via: 'local' } },
          seeds: [{ endpoint: { kind: 'tcp', host: '127.0.0.1', port: portOf(0) }, transport: 'tls', tls }],
          sentinels: [],
          limits: {},
          stateFolder: folder,
        },
        topology: undefined,
        known: new Map(),
        files: 'this-host',
        noise: 'silent',
        signal: new AbortController().signal,
      } as unknown as Parameters<typeof openPorts>[1];
      const context = { now: () => new Date() } as unknown as Parameters<typeof openPorts>[2];
      const ports = openPorts(journal, world, context);
      const dials = new Map<string, number>();
      const count =
        (connect: RunPorts['connect']): RunPorts['connect'] =>
        (node) => {
          dials.set(node, (dials.get(node) ?? 0) + 1);
          return connect(node);
        };
      return { ports: { ...ports, connect: count(ports.connect) }, dials };
    };
    const execute = async (run: Run, options: RunOptions) => {
      const journal = memoryJournal(run);
      const { ports, dials } = portsOf(journal);
      return { journal, dials, report: await executeRun(run, ports, options) };
    };
    const begunOf = ({ entries, run }: Journal, kind: string): readonly string[] =>
      run.stages
        .flatMap(({ steps }) => steps)
        .filter((step) => step.kind === kind && 'on' in step && step.on === 'perform')
        .filter((step) => entries.some((entry) => 'step' in entry && entry.step === step.id))
        .map(({ node }) => node);
    const isServing = async (at: number, certificate: string): Promise<boolean> => {
      const reading = await readServed({ host: '127.0.0.1', port: portOf(at) });
      return reading.kind === 'served' && reading.leaf.fingerprintSha256 === fingerprintOf(certificate);
    };

    const changeTo = (
      at: number,
      leaf: { readonly certPem: string; readonly keyPem: string },
    ): LeafChange => {
      const node = NODES[at] ?? '';
      const [certificate, key] = [path(node, 'node.crt'), path(node, 'node.key')];
      const place = (file: string, name: string, text: string) => ({
        path: file,
        beforeSha256: sha256(read(node, name)),
        after: secret(text),
      });
      return {
        node: { id: idAt(at), role: 'primary' },
        fileGroup: node,
        files: [place(certificate, 'node.crt', leaf.certPem), place(key, 'node.key', leaf.keyPem)],
        reread: {
          by: 'reload',
          settings: [
            { name: 'tls-cert-file', before: certificate, after: certificate },
            { name: 'tls-key-file', before: key, after: key },
          ],
        },
        serves: {
          ports: [{ host: '127.0.0.1', port: portOf(at) }],
          before: fingerprintOf(read(node, 'node.crt')),
          after: fingerprintOf(leaf.certPem),
        },
      };
    };
    const leafRun = async (from: Authority): Promise<Run> => {
      const changes = await Promise.all(NODES.map(async (_, at) => changeTo(at, await issue(from))));
      return newRun('rotate-leaf', leafStages(changes));
    };

    it('is told to read the old pair at once, over the held connection, where nobody trusts the new one', async () => {
      const { journal, dials, report } = await execute(await leafRun(foreign), { onFailure: 'undo' });
      expect(report.outcome, JSON.stringify(report.steps.map(({ state, detail }) => [state, detail]))).toBe(
        'undone',
      );
      const failure = journal.entries.find((entry) => 'step' in entry && entry.state === 'failed');
      expect(failure).toMatchObject({
        detail: expect.stringMatching(/it does not let us in any more: .*not trusted/) as string,
      });
      expect(begunOf(journal, 'reload-tls')).toEqual([idAt(0)]);
      // Held, in vain after the reload, and well after it was taken back.
      expect(dials.get(idAt(0))).toBe(3);
      expect(dials.get(idAt(1))).toBe(1);
      expect(filesNow()).toEqual(before);
      expect(await isServing(0, read('a', 'node.crt'))).toBe(true);
    });

    it('is told to read the old authorities at once, and no other node the new ones, where they shut us out', async () => {
      const nodes = NODES.map((node, at) => ({
        id: idAt(at),
        kind: 'server' as const,
        host: 'here',
        trust: {
          kind: 'file' as const,
          path: path(node, 'ca.crt'),
          sha256: sha256(read(node, 'ca.crt')),
          pem: read(node, 'ca.crt'),
          roots: [],
        } as unknown as Parameters<typeof trustStages>[0][number]['trust'],
        certificateSetting: path(node, 'node.crt'),
        linked: false,
      }));
      const run = newRun(
        'rotate-ca',
        trustStages(nodes, () => foreign.certPem, undefined),
      );
      const { journal, report } = await execute(run, { onFailure: 'undo', unreachable: 'stop' });
      expect(report.outcome).toBe('undone');
      expect(begunOf(journal, 'reload-tls')).toEqual([idAt(0)]);
      expect(journal.entries).toContainEqual(
        expect.objectContaining({
          state: 'failed',
          detail: expect.stringContaining('does not let us in') as string,
        }),
      );
      expect(filesNow()).toEqual(before);
      const { report: after } = await execute(await leafRun(authority), { onFailure: 'undo' });
      expect(after.outcome).toBe('done');
    });

    it('is taken back where its peers would refuse the new one as that of a client', async () => {
      const changes = await Promise.all(
        NODES.map(async (_, at): Promise<LeafChange> => {
          const leaf = await issue(authority, 'server');
          return { ...changeTo(at, leaf), shows: { certificate: leaf.certPem, key: secret(leaf.keyPem) } };
        }),
      );
      const { journal, report } = await execute(newRun('rotate-leaf', leafStages(changes)), {
        onFailure: 'undo',
      });
      expect(report.outcome).toBe('undone');
      const failure = journal.entries.find((entry) => 'step' in entry && entry.state === 'failed');
      expect(failure).toMatchObject({
        detail: expect.stringContaining('the node itself, where it dials others, is not let in') as string,
      });
      expect(begunOf(journal, 'reload-tls')).toEqual([idAt(0)]);
      expect(filesNow()).toEqual(before);
      expect(await isServing(0, read('a', 'node.crt'))).toBe(true);
    });

    it('is taken back by a new connection to the leaf that the run placed, though it does not verify', async () => {
      const run = await leafRun(foreign);
      const { journal } = await execute(run, { onFailure: 'stop' });
      expect(await isServing(0, read('a', 'node.crt'))).toBe(true);
      const { connectKnown: _none, ...strict } = portsOf(journal).ports;
      expect(await undoRun(run, strict)).toMatchObject({ outcome: 'undo-incomplete' });
      expect(await undoRun(run, portsOf(journal).ports)).toMatchObject({ outcome: 'undone' });
      expect(filesNow()).toEqual(before);
      expect(await isServing(0, read('a', 'node.crt'))).toBe(true);
    });

    it('is not entered by a leaf that the run does not know', async () => {
      const run = await leafRun(foreign);
      const { journal } = await execute(run, { onFailure: 'stop' });
      const stranger = await issue(foreign);
      writeFileSync(path('a', 'node.crt'), stranger.certPem);
      writeFileSync(path('a', 'node.key'), stranger.keyPem);
      const paths = ['CONFIG', 'SET', 'tls-cert-file', path('a', 'node.crt')];
      expect(await talk(Number(fleet[0]?.port), [paths])).toEqual(['OK']);
      const report = await undoRun(run, portsOf(journal).ports);
      expect(report.outcome).toBe('undo-incomplete');
      expect(JSON.stringify(report.steps)).toContain('not trusted');
    });
  });
});
