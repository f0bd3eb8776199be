/**
 * The work of `wardis demo`: a throw-away server with the defaults that people really run is audited, a hardened
 * policy is compiled, the server is started again from the compiled files, audited again, and both are compared.
 * Without a server binary the same is shown from recorded defaults, and said so.
 */

import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerVersion } from '../conf/index.ts';
import {
  snapshotFromFiles,
  snapshotFromText,
  snapshotLive,
  type Snapshot,
  type Target,
} from '../fleet/index.ts';
import { expectationsFor, type Compilation } from '../policy/index.ts';
import { ADVISORIES_AS_OF, assess, CATALOGUE, type Assessment } from '../posture/index.ts';
import type { DemoFlags } from './commands/demo.ts';
import type { CommandContext } from './context.ts';
import { printComparison, printWorst } from './demo/comparison.ts';
import { writeHardened } from './demo/hardened-files.ts';
import {
  findFreePort,
  findServerBinary,
  startServer,
  type Account,
  type DemoServer,
  type ServerBinary,
} from './demo/server-process.ts';
import { requestFor } from './judgement-request.ts';
import { readVersion } from './version.ts';

/** What the recorded demo shows. */
const RECORDED: ServerVersion = { product: 'redis', version: '7.0.15' };

/** As people run it in a container: no password, protected mode off. Loopback only, because this is your machine. */
const STOCK = ['--bind', '127.0.0.1', '--protected-mode', 'no', '--daemonize', 'no'] as const;

export async function runDemo(flags: DemoFlags, context: CommandContext): Promise<void> {
  const started = performance.now();
  const binary = findServerBinary(flags.server, context.environment);
  const folder = mkdtempSync(join(tmpdir(), 'wardis-demo-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (flags.keep !== true) process.once('exit', remove);
  try {
    openFolder(folder, binary?.account ?? {});
    const [before, after] =
      binary === undefined
        ? await compareRecorded(folder, context)
        : await compareLive(binary, folder, context);
    report(before, after, context);
    context.terminal.out(`\n  the whole loop took ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    context.terminal.out(
      flags.keep === true ? `  the compiled files are in ${folder}\n` : '  --keep keeps the compiled files\n',
    );
    context.terminal.out('  next: wardis audit redis://127.0.0.1:6379\n');
  } finally {
    process.removeListener('exit', remove);
    if (flags.keep !== true) remove();
  }
}

type Pair = readonly [Assessment, Assessment];

async function compareLive(binary: ServerBinary, folder: string, context: CommandContext): Promise<Pair> {
  const { terminal } = context;
  const name = `${binary.version.product} ${binary.version.version}`;
  const stockPort = await findFreePort();
  const stock: Target = {
    endpoint: { kind: 'tcp', host: '127.0.0.1', port: stockPort },
    transport: 'plaintext',
  };
  terminal.out(`1. A stock ${name} on 127.0.0.1:${stockPort}: no password, no TLS, protected mode off\n`);
  const first = await startServer(
    binary,
    [...STOCK, '--port', String(stockPort), '--dir', folder],
    folder,
    stock,
  );
  const before = await snapshotAndStop(first, stock);
  showAudit(judge(before, binary.version, context), context);
  const port = await findFreePort();
  terminal.out('\n2. wardis harden: level hardened, private network, TLS, named users\n');
  const hardened = await writeHardened(folder, binary.version, port, binary.account);
  terminal.out(describeFiles(hardened.compiled.artefacts));
  terminal.out(`\n3. The same ${name}, started from those files, on 127.0.0.1:${port} by TLS\n`);
  const second = await startServer(binary, [hardened.confPath], folder, hardened.target);
  const after = await snapshotAndStop(second, hardened.target);
  return [judge(before, binary.version, context), judge(after, binary.version, context)];
}

async function snapshotAndStop(server: DemoServer, target: Target): Promise<Snapshot> {
  try {
    return await snapshotLive(target);
  } finally {
    await server.stop();
  }
}

async function compareRecorded(folder: string, context: CommandContext): Promise<Pair> {
  const { terminal } = context;
  const takenAt = context.now().toISOString();
  terminal.out(
    `No redis-server or valkey-server was found, so nothing is started: this shows what a stock ${RECORDED.product} ${RECORDED.version}\nholds by its recorded defaults, and then the compiled files. Install redis-server to see the real thing.\n\n`,
  );
  const before = snapshotFromText({
    server: RECORDED,
    conf: 'protected-mode no\n',
    takenAt,
    subject: 'stock redis (recorded)',
  });
  showAudit(judge(before, RECORDED, context), context);
  const hardened = await writeHardened(folder, RECORDED, 6379, {});
  const after = snapshotFromFiles({
    configPath: hardened.confPath,
    server: RECORDED,
    takenAt,
    scope: 'files',
  });
  return [judge(before, RECORDED, context), judge(after, RECORDED, context)];
}

/** Server files by name, the others counted by folder. */
function describeFiles(artefacts: Compilation['artefacts']): string {
  const [files, folders] = [
    artefacts.filter(({ path }) => !path.includes('/')),
    artefacts.filter(({ path }) => path.includes('/')),
  ];
  const names = [...new Set(folders.map(({ path }) => path.split('/')[0] ?? ''))];
  const counts = names.map(
    (name) => `${name}/ (${folders.filter(({ path }) => path.startsWith(`${name}/`)).length})`,
  );
  return `   ${files.map(({ path }) => path).join('  ')}\n   ${counts.join('  ')}\n`;
}

function judge(snapshot: Snapshot, server: ServerVersion, context: CommandContext): Assessment {
  const chosen = { level: 'hardened', exposure: 'private_network', frameworks: [] } as const;
  const expected = expectationsFor(requestFor(chosen, snapshot, server));
  return assess([{ snapshot, expected, gatheredInMs: snapshot.effort?.elapsedMs ?? 0 }], {
    checks: CATALOGUE,
    now: context.now(),
    toolVersion: readVersion(),
    advisoriesAsOf: ADVISORIES_AS_OF,
    elapsedMs: () => performance.now(),
  });
}

function showAudit(assessment: Assessment, context: CommandContext): void {
  const [target] = assessment.targets;
  if (target !== undefined) context.terminal.out(`\n${printWorst(target, context.terminal.outLook)}\n`);
}

function report(before: Assessment, after: Assessment, context: CommandContext): void {
  const [left] = before.targets;
  const [right] = after.targets;
  if (left === undefined || right === undefined) throw new Error('both halves of the demo hold one server');
  context.terminal.out(`\n${printComparison(left, right, context.terminal.outLook)}\n`);
}

/** The server's account must be able to enter the folder, nobody else. */
function openFolder(folder: string, { uid, gid }: Account): void {
  chmodSync(folder, 0o711);
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
}
