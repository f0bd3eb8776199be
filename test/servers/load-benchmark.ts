/**
 * redis-benchmark or valkey-benchmark as a load: short runs one after the other, each with the credentials of its start,
 * as a job does that starts, works and ends.
 */
import { spawn } from 'node:child_process';

import type { LoadOptions, LoadTally, Worker } from './load.ts';
import type { TopologyNode } from './node.ts';
import { isOlder } from './topology-users.ts';

const REQUESTS = 400;
const TESTS = ['set', 'get'] as const;
const CLIENTS = 4;
const GAP_MS = 20;
/** One that does not trust the server tries again without end. */
const RUN_TIMEOUT_MS = 15_000;
const OUTPUT_BYTES_MAX = 64 * 1024;

/** Starts the runs and resolves when the first one went well; throws what it said when it did not. */
export async function runBenchmark(options: LoadOptions, tally: LoadTally): Promise<Worker> {
  const first = await runOnce(options);
  if (first.error !== undefined) throw new Error(first.error);
  const work = async (): Promise<void> => {
    while (!tally.isStopping()) {
      const { error } = await runOnce(options).catch((error: unknown) => ({ error: String(error) }));
      if (error === undefined) tally.succeed(REQUESTS * TESTS.length);
      else tally.fail(error);
      await new Promise((resolve) => setTimeout(resolve, options.pauseMs ?? GAP_MS));
    }
  };
  return { ended: work() };
}

async function runOnce(options: LoadOptions): Promise<{ readonly error?: string }> {
  const node = await chooseNode(options);
  if (node === undefined) return { error: 'no node says that it is the primary' };
  const { benchmark } = node.server;
  if (benchmark === undefined) return { error: `${node.server.id} came without its benchmark` };
  const argv = [...benchmark, ...describeArguments(options, node)];
  return new Promise((resolve) => {
    const child = spawn(String(argv[0]), argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      if (output.length < OUTPUT_BYTES_MAX) output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ error: error.message }));
    const timer = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(readOutcome(code, output));
    });
  });
}

async function chooseNode({ topology }: LoadOptions): Promise<TopologyNode | undefined> {
  return topology.kind === 'sentinel' ? (await topology.findPrimaries())[0] : topology.data[0];
}

function describeArguments(options: LoadOptions, node: TopologyNode): readonly string[] {
  const { user, password } = options.credentials.current();
  const { topology } = options;
  const tls = topology.tls;
  const files = tls?.clientFiles();
  return [
    '-h',
    node.host,
    '-p',
    String(node.target.port),
    '-c',
    String(options.clients ?? CLIENTS),
    '-n',
    String(REQUESTS),
    '-t',
    TESTS.join(','),
    '-r',
    '1000',
    '-q',
    // From 7.0 on an error ends the run without being asked for.
    ...(isOlder(node.server, 7, 0) ? ['-e'] : []),
    ...(user === undefined ? [] : ['--user', user]),
    ...(password === undefined ? [] : ['-a', password]),
    ...(topology.kind === 'cluster' ? ['--cluster'] : []),
    ...(tls === undefined || files === undefined || node.port !== 0
      ? []
      : ['--tls', '--cacert', tls.caPath, '--cert', files.certificate, '--key', files.key]),
  ];
}

/** Versions differ in whether an error of the server ends the run; all of them print it. */
function readOutcome(code: number | null, output: string): { readonly error?: string } {
  const lines = output
    .replace(/:[\r\n]+/g, ': ')
    .split(/[\r\n]+/)
    .map((line) => line.trim());
  const said = lines.find((line) => /error|failed|could not connect/i.test(line) && !/CONFIG/.test(line));
  if (code === 0 && said === undefined) return {};
  return {
    error: `benchmark ended with ${code}: ${said ?? lines.filter((line) => line !== '').at(-1) ?? ''}`,
  };
}
