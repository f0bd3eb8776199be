/** The judgement of a fleet's links, from surveys made by hand: no server is asked. */
import { beforeAll, describe, expect, it } from 'vitest';

import { diagnoseFleet, type FleetDiagnosis } from '../../src/cli/tls/doctor.ts';
import type { FleetFacts } from '../../src/cli/tls/doctor-fleet.ts';
import { compareClocks, describeOffset } from '../../src/cli/tls/doctor-clock.ts';
import { judgeLink } from '../../src/cli/tls/doctor-link.ts';
import { printFleetDiagnosis } from '../../src/cli/tls/doctor-print.ts';
import { FleetError, known, unknown, type NodeTls } from '../../src/fleet/index.ts';
import {
  createAuthority,
  issueCertificate,
  readCertificates,
  readServerLog,
  type Authority,
  type CertificateFact,
  type CertificateRequest,
} from '../../src/tls/index.ts';

const at = new Date('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
const from = { kind: 'host', what: 'a test' } as const;

let ca: CertificateFact;
let nextCa: CertificateFact;
let authority: Authority;
let next: Authority;
let leaf: CertificateFact;
let nextLeaf: CertificateFact;

beforeAll(async () => {
  authority = await createAuthority({ name: 'Fleet CA', days: 900, at: new Date('2025-06-01') });
  next = await createAuthority({ name: 'Next CA', days: 900, at: new Date('2025-06-01') });
  ca = readOne(authority.certPem);
  nextCa = readOne(next.certPem);
  leaf = await issue(authority, {});
  nextLeaf = await issue(next, {});
});

function readOne(pem: string): CertificateFact {
  const [fact] = readCertificates(pem).certificates;
  if (fact === undefined) throw new Error('no certificate');
  return fact;
}

async function issue(by: Authority, wish: Partial<CertificateRequest>): Promise<CertificateFact> {
  const request = {
    commonName: 'node',
    usage: 'node',
    days: 90,
    at: new Date('2026-05-01'),
    ipAddresses: ['10.0.0.1'],
  } as const;
  return readOne((await issueCertificate(by, { ...request, ...wish })).certPem);
}

interface Wish {
  readonly role?: 'primary' | 'replica';
  readonly leaf?: CertificateFact;
  readonly trust?: readonly CertificateFact[] | 'unread';
  readonly offsetMs?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly link?: { readonly primary: string; readonly state: 'up' | 'down' };
  readonly transport?: 'tls' | 'plaintext';
  readonly gone?: true;
}

function node(id: string, wish: Wish = {}): NodeTls {
  const served = wish.leaf ?? leaf;
  const trust = wish.trust ?? [ca];
  const port = Number(id.split(':')[1]);
  const settings = {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': 'own.crt',
    'tls-ca-cert-file': 'ca.crt',
    ...wish.settings,
  };
  const offset = wish.offsetMs ?? 0;
  const handshake = {
    ok: true,
    stage: 'replied',
    agreed: true,
    askedForCertificate: true,
    sentCertificate: true,
    chain: [served],
    authorized: true,
    sessionResumed: false,
    elapsedMs: 2,
  } as const;
  return {
    node: {
      id,
      target: { endpoint: { kind: 'tcp', host: String(id.split(':')[0]), port }, transport: 'tls' },
      role: wish.role ?? 'primary',
      flags: [],
      reachable: 'yes',
    },
    server: { product: 'redis', version: '7.2' },
    ports:
      wish.gone === true
        ? []
        : [{ purpose: 'clients', host: '10.0.0.1', port, handshake, clientAuthentication: 'required' }],
    clock:
      wish.gone === true
        ? unknown('unreachable', 'gone', 'date -u')
        : known({ serverMs: at.getTime() + offset, localMs: at.getTime(), roundTripMs: 2 }, from),
    settings: new Map(Object.entries(settings).map(([name, value]) => [name, known(value, from)])),
    files: new Map<string, ReturnType<NodeTls['files']['get']> & object>([
      ['own.crt', known({ kind: 'certificate' as const, certificates: [served] }, from)],
      ...(trust === 'unread'
        ? []
        : [['ca.crt', known({ kind: 'ca' as const, certificates: trust }, from)] as const]),
    ]),
    told: [],
    links: [{ link: 'replication', transport: wish.transport ?? 'tls', shows: 'own.crt' }],
    ...(wish.link === undefined
      ? {}
      : { replicaLink: { ...wish.link, downSeconds: wish.link.state === 'up' ? 0 : 30 } }),
    ...(wish.gone === true ? { unreachable: new FleetError('refused', id, `nothing listens on ${id}`) } : {}),
  };
}

const P = '10.0.0.1:6380';
const R = '10.0.0.2:6380';

function diagnose(
  primary: Wish,
  replica: Wish,
  more: readonly NodeTls[] = [],
  beside: Partial<FleetFacts> = {},
): FleetDiagnosis {
  const link = replica.link ?? { primary: P, state: 'down' };
  const facts: FleetFacts = {
    kind: 'replicated',
    nodes: [node(P, primary), node(R, { role: 'replica', link, ...replica }), ...more],
    busLinks: [],
    at,
    sentAlone: new Map(),
    authorities: [],
    reach: `rediss://${P}`,
    ...beside,
  };
  return diagnoseFleet(facts);
}

const kinds = ({ causes }: FleetDiagnosis): unknown => causes.map(({ kind, nodes }) => [kind, ...nodes]);

describe('clocks', () => {
  it('are judged by the majority, ours among them', () => {
    const verdict = compareClocks([node('a:1'), node('b:1'), node('c:1', { offsetMs: 60 * DAY_MS })]);
    expect(verdict.clocks.map(({ state }) => state)).toEqual(['right', 'right', 'wrong']);
    expect(verdict.ours).toBe('right');
  });

  it('that agree with one another and not with us show that ours is wrong', () => {
    const off = { offsetMs: 3_600_000 };
    const verdict = compareClocks([node('a:1', off), node('b:1', off), node('c:1', off)]);
    expect(verdict).toMatchObject({ ours: 'wrong', rightMs: 3_600_000 });
    expect(verdict.clocks.every(({ state }) => state === 'right')).toBe(true);
  });

  it('that differ one to one are judged by ours', () => {
    const verdict = compareClocks([node('a:1'), node('b:1', { offsetMs: -DAY_MS })]);
    expect(verdict.clocks.map(({ state }) => state)).toEqual(['right', 'wrong']);
  });

  it('are told in whole units', () => {
    expect(describeOffset(900)).toBe('as ours');
    expect(describeOffset(-45_000)).toBe('45 s behind');
    expect(describeOffset(60 * DAY_MS)).toBe('60 days ahead');
  });
});

describe('a link', () => {
  it('that fits is not blamed, and one that is down all the same is left unexplained', () => {
    expect(diagnose({}, { link: { primary: P, state: 'up' } }).causes).toEqual([]);
    expect(kinds(diagnose({}, {}))).toEqual([['unexplained', R]]);
  });

  it('fails by the clock of whoever judges', () => {
    expect(kinds(diagnose({}, { offsetMs: 90 * DAY_MS }))).toEqual([['clock', R]]);
    expect(kinds(diagnose({ offsetMs: -60 * DAY_MS }, {}))).toEqual([['clock', P]]);
  });

  it('bears a clock that stays within the dates', () => {
    expect(diagnose({}, { offsetMs: 600_000, link: { primary: P, state: 'up' } }).causes).toEqual([]);
  });

  it('fails by what has expired by every clock', async () => {
    const old = await issue(authority, { days: 20 });
    expect(kinds(diagnose({ leaf: old }, {}))).toEqual([['expired', P]]);
    expect(kinds(diagnose({}, { leaf: old }))).toEqual([['expired', R]]);
  });

  it('fails where one side has only the new CA and the other only the old one', () => {
    expect(kinds(diagnose({}, { leaf: nextLeaf, trust: [nextCa] }))).toEqual([['trust', R]]);
    expect(kinds(diagnose({}, { leaf: nextLeaf, trust: [nextCa, ca] }))).toEqual([['trust', P]]);
    const { causes } = diagnose({}, { leaf: nextLeaf, trust: [nextCa, ca] });
    expect(causes[0]?.steps[0]?.adds?.certificate.fingerprintSha256).toBe(nextCa.fingerprintSha256);
    expect(causes[0]?.steps[1]?.command).toBe('CONFIG SET tls-ca-cert-file ca.crt');
  });

  it('fails by the one node that shows a certificate of a CA that nobody else knows', () => {
    const third = node('10.0.0.3:6380', { role: 'replica', link: { primary: P, state: 'up' } });
    const stray = { leaf: nextLeaf, trust: [ca] };
    const { causes } = diagnose({}, stray, [third], { authorities: [ca] });
    expect(causes).toMatchObject([{ kind: 'trust', nodes: [R] }]);
    expect(causes[0]?.title).toContain('CN=Next CA, which the others do not trust');
    expect(causes[0]?.detail).toContain(`${P}, 10.0.0.3:6380`);
    expect(causes[0]?.steps[0]?.command).toContain(`tls rotate leaf rediss://${P} --node ${R}`);
    // Nothing that widens trust is done by whoever follows the steps without reading.
    expect(causes[0]?.steps.some(({ kind, adds }) => kind === 'server' || adds !== undefined)).toBe(false);
    expect(causes[0]?.steps.at(-1)?.words).toContain('every client with a certificate of it gets in');
    // An authority that is held here is meant: then it is the others who lack it.
    const meant = diagnose({}, stray, [third], { authorities: [ca, nextCa] });
    expect(kinds(meant)).toEqual([['trust', P]]);
  });

  it('that is down though all fits is looked for in the log, and never said to be well', () => {
    const [cause] = diagnose({}, {}).causes;
    expect(cause?.title).toContain('nothing that was judged says why');
    expect(cause?.detail).toContain('Not judged');
    expect(cause?.steps[0]?.command).toContain('--server-log FILE');
    const log = (day: string): NonNullable<FleetFacts['logs']> =>
      readServerLog(
        `99:S ${day} 02:00:00.500 # Error condition on socket for SYNC: error:0A000086:SSL routines::certificate verify failed\n`,
      ).lines;
    const [told] = diagnose({}, {}, [], { logs: log('01 Jun 2026') }).causes;
    expect(told?.title).toContain('TLS is why, by the log');
    expect(told?.detail).toContain('certificate verify failed');
    // One of another day is over.
    const [old] = diagnose({}, {}, [], { logs: log('28 May 2026') }).causes;
    expect(old?.title).toContain('nothing that was judged says why');
  });

  it('names a CA that was made anew under the old name', async () => {
    const anew = readOne(
      (await createAuthority({ name: 'Fleet CA', days: 900, at: new Date('2025-06-01') })).certPem,
    );
    const { causes } = diagnose({}, { trust: [anew] });
    expect(causes[0]?.detail).toContain('a CA of that name with another key');
  });

  it('fails where the certificate is not made for that side of it', async () => {
    const serves = await issue(authority, { usage: 'server' });
    const dials = await issue(authority, { usage: 'client' });
    expect(kinds(diagnose({}, { leaf: serves }))).toEqual([['usage', R]]);
    expect(kinds(diagnose({ leaf: dials }, {}))).toEqual([['usage', P]]);
    // A primary that looks at no certificate of clients does not mind.
    expect(kinds(diagnose({ settings: { 'tls-auth-clients': 'no' } }, { leaf: serves }))).toEqual([
      ['unexplained', R],
    ]);
  });

  it('fails where one side speaks TLS and the other does not', () => {
    expect(kinds(diagnose({}, { transport: 'plaintext' }))).toEqual([['transport', R]]);
    const dual = { settings: { port: '6379', 'tls-port': '6380' } };
    const link = { primary: '10.0.0.1:6379', state: 'down' } as const;
    expect(kinds(diagnose(dual, { link }))).toEqual([['transport', R]]);
    const moved = diagnose({}, { link: { primary: '10.0.0.1:7777', state: 'down' } });
    expect(moved.causes[0]?.steps.at(-1)?.command).toBe('REPLICAOF 10.0.0.1 6380');
  });

  it('to a port that the other one does not name is no cause while it is up, and a likely one at most', async () => {
    const primary = '10.0.0.1:7643';
    const up = diagnose({}, { link: { primary, state: 'up' } });
    expect(up).toMatchObject({ causes: [], unknown: [] });
    expect(up.verdict.links).toMatchObject([{ judgement: { kind: 'passes' } }]);
    const [cause] = diagnose({}, { link: { primary, state: 'down' } }).causes;
    expect(cause?.title).toContain('most likely');
    expect(cause?.steps[0]).toMatchObject({ kind: 'person', command: 'nc -vz 10.0.0.1 7643' });
    expect(cause?.steps.at(-1)?.words).toContain('NAT');
    // What is sure comes before what is likely.
    const old = await issue(authority, { days: 20 });
    expect(kinds(diagnose({ leaf: old }, { link: { primary, state: 'down' } }))).toEqual([['expired', P]]);
    const settings = { port: '0', 'tls-port': '6380' };
    const told = [{ host: '10.0.0.1', port: 7643, by: 'cluster' }] as const;
    const question = { kind: 'replication', from: node(R), to: { ...node(P, { settings }), told } } as const;
    const sources = { at, rightMs: 0, sentAlone: new Map(), authorities: [] };
    expect(judgeLink({ ...question, port: 7643, seen: 'unknown' }, sources)).toEqual({ kind: 'passes' });
    expect(judgeLink({ ...question, port: 7644, seen: 'unknown' }, sources).kind).toBe('unknown');
  });

  it('of the bus needs a certificate for clients, whatever tls-auth-clients says', async () => {
    const serves = await issue(authority, { usage: 'server' });
    const settings = { 'tls-auth-clients': 'no' };
    const bus = [{ link: 'bus', transport: 'tls' }] as const;
    const from = { ...node(R, { leaf: serves }), links: bus };
    const to = { ...node(P, { settings }), links: bus };
    const sources = { at, rightMs: 0, sentAlone: new Map(), authorities: [] };
    expect(judgeLink({ kind: 'bus', from, to, seen: 'down' }, sources)).toMatchObject({
      kind: 'fails',
      fault: 'wrong-usage',
      side: 'client-certificate',
    });
  });

  it('whose trust may lie in a directory is unknown where the file alone is not enough', () => {
    const settings = { 'tls-ca-cert-dir': '/etc/redis/cas' };
    const open = diagnose({ settings }, { leaf: nextLeaf, trust: [nextCa, ca] });
    expect(open.causes).toEqual([]);
    expect(open.unknown.join()).toContain('tls-ca-cert-dir /etc/redis/cas was not read');
    const link = { primary: P, state: 'up' } as const;
    expect(diagnose({ settings }, { link })).toMatchObject({ causes: [], unknown: [] });
  });

  it('fails where no version is allowed by both', () => {
    const only = (version: string): Wish => ({ settings: { 'tls-protocols': version } });
    expect(kinds(diagnose(only('TLSv1.2'), only('"TLSv1.3"')))).toEqual([['protocol', R]]);
  });

  it('to a node that cannot be reached is unknown, never well', () => {
    const diagnosis = diagnose({ gone: true }, { link: { primary: P, state: 'down' } });
    expect(diagnosis.causes).toEqual([]);
    expect(diagnosis.unknown.join('\n')).toContain(`${P} cannot be reached`);
  });

  it('whose trust nobody read is judged by dates alone, and said to be', async () => {
    expect(diagnose({ trust: 'unread' }, { trust: 'unread' }).unknown.join()).toContain(
      'its files were not read',
    );
    const old = await issue(authority, { days: 20 });
    expect(kinds(diagnose({ trust: 'unread', leaf: old }, { trust: 'unread' }))).toEqual([['expired', P]]);
  });
});

describe('the report', () => {
  const look = { tty: false, colour: false, unicode: true, columns: 80 };

  it('never advises to promote a replica, and tells to wait', () => {
    const text = printFleetDiagnosis(diagnose({}, { offsetMs: 90 * DAY_MS }), look);
    expect(text).toContain('90 days ahead');
    expect(text.replace(/\s+/g, ' ')).toContain('Never REPLICAOF NO ONE');
    expect(text).not.toMatch(/^ {9}REPLICAOF NO ONE/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  it('never says that nothing was found where no link was judged', () => {
    const lone = { ...diagnose({ gone: true }, { gone: true }).facts, kind: 'standalone' } as const;
    const text = printFleetDiagnosis(diagnoseFleet(lone), look);
    expect(text).toContain('No link could be judged');
    expect(text).not.toContain('Nothing was found');
    expect(text).not.toContain('standalone');
    expect(text.indexOf('could not be asked')).toBeLessThan(text.indexOf('No link could be judged'));
  });

  it('prints nothing that could do harm in a terminal', async () => {
    const { causes, ...rest } = diagnose({}, { leaf: nextLeaf, trust: [nextCa, ca] });
    const evil = causes.map((cause) => ({ ...cause, title: `\u001b[31m${cause.title}` }));
    expect(printFleetDiagnosis({ ...rest, causes: evil }, look)).not.toContain('\u001b');
  });
});
