/**
 * A look at the TLS of a thousand endpoints: real servers that answer by TLS on a thousand loopback addresses. Measured
 * are wall time and the peak of this process's resident memory. Then the time of one handshake, by turns with the openssl
 * program: in one process (`s_time`), and a process for each (`s_client`); and what a port offers, found by groups,
 * against a process for each suite.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers } from '../scripts/servers.mjs';
import { surveyTls, type FleetNode, type TlsOptions } from '../src/fleet/index.ts';
import {
  createAuthority,
  inspectTls,
  issueCertificate,
  openTlsContext,
  probeOffer,
} from '../src/tls/index.ts';
import { startServer } from '../test/servers/server.ts';
import {
  opensslVersion,
  timeInOneProcess,
  timeProcess,
  timeStart,
  timeSuites,
  type OpensslTarget,
} from './peer/openssl.ts';
import { median, printFigure, quick } from './record/line.ts';

const ENDPOINTS = quick ? 100 : 1000;
const PROCESSES = quick ? 6 : 30;
const ROUNDS = quick ? 3 : 7;
const VERSIONS = ['redis-7.0', 'valkey-8.1', 'valkey-9.1'];
/** One side of a round; `s_time` takes whole seconds. */
const ROUND_SECONDS = quick ? 1 : 2;
const CLIENTS_PER_ROUND = quick ? 5 : 15;
/** Handshakes before timing, so that code is compiled. */
const WARM_HANDSHAKES = 50;
/** One certificate serves a thousand addresses, so that it is checked by name. */
const SERVER_NAME = 'node.bench.test';

const folder = mkdtempSync(join(tmpdir(), 'wardis-tls-inspect-'));
const path = (name: string): string => join(folder, name);
const tls: TlsOptions = {
  caFile: path('ca.crt'),
  certFile: path('node.crt'),
  keyFile: path('node.key'),
  serverName: SERVER_NAME,
};
await issue();

const servers = findServers().filter(({ id }) => VERSIONS.includes(id));
const [some] = servers;
if (some === undefined) throw new Error(`needs one of ${VERSIONS.join(', ')}: npm run servers`);
const running = await Promise.all(
  Array.from({ length: PROCESSES }, (_, index) =>
    startServer({
      server: servers[index % servers.length] ?? some,
      conf: `tls-port 1\ntls-ca-cert-file ${path('ca.crt')}\ntls-cert-file ${path('node.crt')}\ntls-key-file ${path('node.key')}\n`,
      args: ['--bind', '0.0.0.0', '--maxclients', '2000'],
    }),
  ),
);
try {
  await measureFleet();
  const first = running[0]?.tlsPort ?? 0;
  const version = opensslVersion();
  if (version === undefined) throw new Error('needs the openssl program');
  const target: OpensslTarget = {
    port: first,
    caFile: path('ca.crt'),
    certFile: path('node.crt'),
    keyFile: path('node.key'),
  };
  await measureHandshakes(target, version);
  await measureOffer(target, version);
} finally {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}

async function issue(): Promise<void> {
  const authority = await createAuthority({ name: 'Bench CA', days: 2 });
  const request = { commonName: 'node', dnsNames: [SERVER_NAME], usage: 'node', days: 1 } as const;
  const { certPem, keyPem } = await issueCertificate(authority, request);
  writeFileSync(path('ca.crt'), authority.certPem);
  writeFileSync(path('node.crt'), certPem);
  writeFileSync(path('node.key'), keyPem, { mode: 0o600 });
}

/** 127.0.0.0/8 is all loopback: another address makes another endpoint of the same process. */
function endpoints(): readonly FleetNode[] {
  return Array.from({ length: ENDPOINTS }, (_, index): FleetNode => {
    const host = `127.1.${index >> 8}.${index & 255}`;
    const port = running[index % running.length]?.tlsPort ?? 0;
    const endpoint = { kind: 'tcp', host, port } as const;
    return {
      id: `${host}:${port}`,
      target: { endpoint, transport: 'tls', tls },
      role: 'primary',
      flags: [],
      reachable: 'yes',
    };
  });
}

async function measureFleet(): Promise<void> {
  const nodes = endpoints();
  const started = performance.now();
  const survey = await surveyTls({ kind: 'standalone', nodes, notes: [] });
  const seconds = (performance.now() - started) / 1000;
  const peakMib = process.resourceUsage().maxRSS / 1024;
  const good = survey.nodes.filter(
    ({ ports: [port], clock }) =>
      clock.known &&
      port?.handshake.ok === true &&
      port.handshake.authorized &&
      port.clientAuthentication === 'required',
  );
  if (good.length !== ENDPOINTS) throw new Error(`${good.length} of ${ENDPOINTS} endpoints were seen whole`);
  show(`processes behind ${ENDPOINTS} endpoints`, PROCESSES, 'count');
  show(`${ENDPOINTS} endpoints: wall time`, seconds, 's');
  show(`${ENDPOINTS} endpoints: time for each`, (seconds * 1000) / ENDPOINTS, 'ms');
  show(`${ENDPOINTS} endpoints: peak memory`, peakMib, 'MiB');
}

function readMaterial(target: OpensslTarget): Readonly<Record<'ca' | 'cert' | 'key', string>> {
  return {
    ca: readFileSync(target.caFile, 'utf8'),
    cert: readFileSync(target.certFile, 'utf8'),
    key: readFileSync(target.keyFile, 'utf8'),
  };
}

async function measureHandshakes(target: OpensslTarget, version: string): Promise<void> {
  const material = readMaterial(target);
  // As a survey does, and as the openssl program does in one process: certificates are read once.
  const context = openTlsContext(material);
  const handshake = async (): Promise<void> => {
    const seen = await inspectTls({
      host: '127.0.0.1',
      port: target.port,
      serverName: SERVER_NAME,
      ...material,
      context,
    });
    if (!seen.ok || seen.protocol !== 'TLSv1.3') throw new Error('the handshake is not what was measured');
  };
  for (let count = 0; count < WARM_HANDSHAKES; count += 1) await handshake();
  const rounds: { readonly own: number; readonly inOne: number; readonly each: number }[] = [];
  const starts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    let count = 0;
    for (; performance.now() - started < ROUND_SECONDS * 1000; count += 1) await handshake();
    const own = (performance.now() - started) / count;
    const inOne = timeInOneProcess(target, ROUND_SECONDS);
    const each = median(Array.from({ length: CLIENTS_PER_ROUND }, () => timeProcess(target)));
    starts.push(timeStart());
    rounds.push({ own, inOne, each });
  }
  show('one handshake, QUIT answered and chain read', median(rounds.map(({ own }) => own)), 'ms');
  show('one handshake of openssl s_time', median(rounds.map(({ inOne }) => inOne)), 'ms');
  show('one process of openssl s_client', median(rounds.map(({ each }) => each)), 'ms');
  show('of that, the start of the process', median(starts), 'ms');
  compare(
    'one handshake over one in one process',
    median(rounds.map(({ own, inOne }) => own / inOne)),
    `${version} s_time`,
  );
  compare(
    'one handshake over a process for each',
    median(rounds.map(({ own, each }) => own / each)),
    `${version} s_client`,
  );
}

async function measureOffer(target: OpensslTarget, version: string): Promise<void> {
  const place = { host: '127.0.0.1', port: target.port, ...readMaterial(target) };
  const times: number[] = [];
  let handshakes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    ({ handshakes } = await probeOffer(place));
    times.push(performance.now() - started);
  }
  const { ms, suites } = timeSuites(target);
  show('what one port offers: handshakes', handshakes, 'count');
  show('what one port offers: wall time', median(times), 'ms');
  show(`${suites} suites of TLS 1.2, a process of openssl for each: wall time`, ms, 'ms');
  compare('what one port offers over a process for each suite', median(times) / ms, `${version} s_client`);
}

function show(metric: string, value: number, unit: 'count' | 'ms' | 's' | 'MiB'): void {
  printFigure({ bench: 'tls-inspect', metric, value, unit });
}

function compare(metric: string, value: number, against: string): void {
  printFigure({ bench: 'tls-inspect', metric, value, unit: 'ratio', against });
}
