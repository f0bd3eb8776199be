// New certificates of nodes: what stands against a pair, what is to be issued, and in which order it is done.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  changeLeaf,
  checkAuthority,
  checkLeaf,
  checkPlaces,
  checkPorts,
  leafStages,
  type LeafChange,
  type LeafObjection,
  type LeafPair,
  type LeafSight,
  type LeafTrust,
} from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import {
  createAuthority,
  createIntermediate,
  issueCertificate,
  readCertificates,
  type Authority,
  type CertificateRequest,
  type IssuedCertificate,
} from '../../src/tls/index.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;

let root: Authority;
let served: IssuedCertificate;

beforeAll(async () => {
  root = await createAuthority({ name: 'test CA', days: 400, at: new Date(NOW.getTime() - DAY_MS) });
  served = await issue({});
});

function issue(
  request: Partial<CertificateRequest>,
  authority: Authority = root,
): Promise<IssuedCertificate> {
  return issueCertificate(authority, {
    commonName: 'cache-1',
    dnsNames: ['cache-1.internal'],
    ipAddresses: ['10.0.0.5'],
    usage: 'node',
    days: 90,
    at: new Date(NOW.getTime() - 3_600_000),
    ...request,
  });
}

async function pairOf(request: Partial<CertificateRequest> = {}, authority?: Authority): Promise<LeafPair> {
  const { certPem, keyPem } = await issue({ days: 120, ...request }, authority);
  return { certificate: certPem, key: secret(keyPem), from: { certificate: 'new.crt', key: 'new.key' } };
}

function fileOf(path: string, content: string): LeafSight['certificate'] {
  return {
    kind: 'file',
    path,
    file: {
      path,
      content: secret(content),
      sha256: `sha of ${path}`,
      bytes: content.length,
      mode: 0o640,
      uid: 0,
      gid: 0,
    },
  };
}

function sightOf(change: Partial<LeafSight> = {}): LeafSight {
  const { certificates } = readCertificates(served.certPem);
  return {
    node: { id: '10.0.0.5:6380', role: 'primary' },
    server: { product: 'redis', version: '7.0.15' },
    ports: [{ purpose: 'clients', host: '10.0.0.5', port: 6380, chain: certificates }],
    host: 'local 10.0.0.5',
    isByHand: false,
    certificate: fileOf('/tls/node.crt', served.certPem),
    key: fileOf('/tls/node.key', served.keyPem),
    settings: { certificate: '/tls/node.crt', key: '/tls/node.key' },
    trust: fileOf('/tls/ca.crt', root.certPem),
    trustsFolder: false,
    isDialling: true,
    told: [
      { host: '10.0.0.5', from: 'dialled' },
      { host: 'cache-1.internal', from: 'told', by: '10.0.0.5:6380' },
    ],
    isDiskKnown: false,
    clockOffsetMs: 0,
    autoReloadSeconds: 0,
    ...change,
  };
}

function trust(): readonly LeafTrust[] {
  return [{ place: 'ca.crt', pem: root.certPem }];
}

function codesOf(found: readonly LeafObjection[]): readonly string[] {
  return found.map(({ severity, code }) => `${severity} ${code}`);
}

describe('checking a pair', () => {
  it('finds nothing against one that fits', async () => {
    expect(checkLeaf(sightOf(), await pairOf(), trust(), NOW)).toEqual([]);
  });

  it('takes a chain by way of an intermediate, and misses the intermediate where it is left out', async () => {
    const deep = await createAuthority({ name: 'deep CA', days: 400, at: NOW, pathLength: 1 });
    const issuer = await createIntermediate(deep, { name: 'issuer', days: 300, at: NOW });
    const pair = await pairOf({ at: NOW }, issuer);
    const deepTrust = [{ place: 'ca.crt', pem: deep.certPem }];
    const whole = { ...pair, certificate: pair.certificate + issuer.certPem };
    expect(checkLeaf(sightOf(), whole, deepTrust, NOW)).toEqual([]);
    expect(codesOf(checkLeaf(sightOf(), pair, deepTrust, NOW))).toEqual(['refused wrong-authority']);
    expect(checkAuthority('n', issuer.certPem, deepTrust, NOW)).toEqual([]);
    expect(codesOf(checkAuthority('n', issuer.certPem, trust(), NOW))).toEqual(['refused wrong-authority']);
  });

  it('names every fault at once, each with place, cause and next step', async () => {
    const pair = await pairOf({
      usage: 'server',
      ipAddresses: ['10.9.9.9'],
      dnsNames: [],
      at: new Date(NOW.getTime() - 10 * DAY_MS),
      days: 2,
    });
    const other = await pairOf();
    const found = checkLeaf(sightOf(), { ...pair, ...(other.key && { key: other.key }) }, trust(), NOW);
    const refused = found.filter(({ severity }) => severity === 'refused');
    expect(refused.map(({ code }) => code).sort()).toEqual([
      'expired',
      'wrong-key',
      'wrong-name',
      'wrong-name',
      'wrong-usage',
    ]);
    for (const each of refused) {
      expect(each).toMatchObject({ node: '10.0.0.5:6380', place: expect.stringMatching(/^new\.(crt|key)$/) });
      expect(each.next).toBeTruthy();
    }
    expect(JSON.stringify(found)).not.toContain('PRIVATE');
  });

  it('judges dates by the clock of the node too', async () => {
    const pair = await pairOf({ at: new Date(NOW.getTime() - 60_000) });
    const behind = checkLeaf(sightOf({ clockOffsetMs: -3_600_000 }), pair, trust(), NOW);
    expect(codesOf(behind)).toEqual(['refused not-yet-valid']);
    expect(behind[0]?.cause).toContain('by the clock of 10.0.0.5:6380');
    const ahead = checkLeaf(sightOf({ clockOffsetMs: 200 * DAY_MS }), pair, trust(), NOW);
    expect(codesOf(ahead)).toEqual(['refused expired']);
  });

  it('asks for client usage only where the node dials with the same certificate', async () => {
    const pair = await pairOf({ usage: 'server' });
    expect(codesOf(checkLeaf(sightOf(), pair, trust(), NOW))).toEqual(['refused wrong-usage']);
    expect(checkLeaf(sightOf({ isDialling: false }), pair, trust(), NOW)).toEqual([]);
    const client = await pairOf({ usage: 'client' });
    expect(codesOf(checkLeaf(sightOf(), client, trust(), NOW))).toContain('refused wrong-usage');
  });

  it('tells a torn certificate and a torn key from a wrong one', async () => {
    const pair = await pairOf();
    const half = pair.certificate.slice(0, pair.certificate.length / 2);
    expect(codesOf(checkLeaf(sightOf(), { ...pair, certificate: half }, trust(), NOW))).toEqual([
      'refused unreadable',
    ]);
    const tornKey = secret(pair.key?.reveal().slice(0, 80) ?? '');
    expect(codesOf(checkLeaf(sightOf(), { ...pair, key: tornKey }, trust(), NOW))).toEqual([
      'refused unreadable',
    ]);
  });

  it('wants the passphrase of a protected key in the settings of the node', async () => {
    const { createPrivateKey } = await import('node:crypto');
    const pair = await pairOf();
    const sealed = createPrivateKey(pair.key?.reveal() ?? '')
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pass-1' })
      .toString();
    const locked = { ...pair, key: secret(sealed) };
    const without = checkLeaf(sightOf(), locked, trust(), NOW);
    expect(codesOf(without)).toEqual(['refused encrypted-key']);
    expect(without[0]?.cause).toContain('tls-key-file-pass');
    expect(codesOf(checkLeaf(sightOf({ passphrase: secret('pass-2') }), locked, trust(), NOW))).toEqual([
      'refused encrypted-key',
    ]);
    expect(checkLeaf(sightOf({ passphrase: secret('pass-1') }), locked, trust(), NOW)).toEqual([]);
  });

  it('warns of a weaker key and of an earlier end', async () => {
    const pair = await pairOf({ keyType: 'rsa-2048', days: 10 });
    const found = checkLeaf(sightOf(), pair, trust(), NOW);
    expect(codesOf(found)).toEqual(['warning weaker', 'warning shorter']);
  });
});

describe('checking places', () => {
  it('refuses files without a way to them, and ports that show nothing', () => {
    const unread = {
      kind: 'unread',
      path: '/tls/node.crt',
      why: 'no way to the files of this host is known',
      next: 'files in the policy',
    } as const;
    const found = checkPlaces(sightOf({ certificate: unread, key: unread, isByHand: true }));
    expect(codesOf(found)).toEqual(['refused no-file', 'refused no-way']);
    const port = { purpose: 'clients', host: '10.0.0.5', port: 6380, chain: [], unseen: 'TIMEOUT' } as const;
    expect(codesOf(checkPorts(sightOf({ ports: [port] })))).toEqual(['warning unseen', 'refused unseen']);
  });

  it('warns where the disk holds another certificate than is served, and where the node looks for itself', async () => {
    const other = await issue({});
    const sight = { certificate: fileOf('/tls/node.crt', other.certPem), autoReloadSeconds: 10 };
    const found = checkPlaces(sightOf({ ...sight, isDiskKnown: true }));
    expect(codesOf(found)).toEqual(['warning unlike-disk', 'warning auto-reload']);
    const foreign = checkPlaces(sightOf(sight));
    expect(codesOf(foreign)).toEqual(['refused unlike-disk', 'warning auto-reload']);
  });

  it('writes over nothing but a certificate that is known and its key', async () => {
    const refusals = (change: Partial<LeafSight>): readonly string[] =>
      checkPlaces(sightOf(change)).map(({ severity, code, place }) => `${severity} ${code} ${place}`);
    expect(refusals({})).toEqual([]);
    const shadow = fileOf('/etc/shadow', 'root:*:19000:0:99999:7:::\n');
    expect(refusals({ certificate: shadow })).toEqual(['refused no-file /etc/shadow']);
    expect(refusals({ key: shadow })).toEqual(['refused no-file /etc/shadow']);
    const absent = { kind: 'absent', path: '/etc/cron.d/new' } as const;
    expect(refusals({ certificate: absent })).toEqual(['refused no-file /etc/cron.d/new']);
    expect(refusals({ key: absent })).toEqual(['refused no-file /etc/cron.d/new']);
    const other = await issue({});
    expect(refusals({ key: fileOf('/nginx/site.key', other.keyPem) })).toEqual([
      'refused no-file /nginx/site.key',
    ]);
    const { createPrivateKey } = await import('node:crypto');
    const sealed = createPrivateKey(served.keyPem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pass-1' })
      .toString();
    expect(refusals({ key: fileOf('/tls/node.key', sealed) })).toEqual([]);
    for (const each of checkPlaces(sightOf({ certificate: shadow, key: absent }))) {
      expect(each.next).toContain('--placed');
    }
  });
});

describe('a change', () => {
  it('is nothing where the node serves it and its files hold it', () => {
    const pair: LeafPair = {
      certificate: served.certPem,
      key: secret(served.keyPem),
      from: { certificate: 'a', key: 'b' },
    };
    expect(changeLeaf(sightOf(), pair, { files: 'place' })).toBeUndefined();
    const stale = sightOf({ certificate: fileOf('/tls/node.crt', 'something else') });
    expect(changeLeaf(stale, pair, { files: 'place' })?.files).toHaveLength(2);
  });

  it('is one file where the settings name one for both', async () => {
    const both = fileOf('/tls/both.pem', served.certPem + served.keyPem);
    const pair = await pairOf();
    const sight = sightOf({ certificate: both, key: both });
    const change = changeLeaf(sight, pair, { files: 'place' });
    expect(change?.files.map(({ path }) => path)).toEqual(['/tls/both.pem']);
    const text = change?.files[0]?.after.reveal() ?? '';
    expect(text.startsWith('-----BEGIN CERTIFICATE-----')).toBe(true);
    expect(text).toContain('PRIVATE KEY');
  });

  it('restarts a Sentinel by the command of the policy, with its own address in it', async () => {
    const sight = sightOf({ node: { id: 's', role: 'sentinel' } });
    const way = { files: 'place', restartSentinel: ['systemctl', 'restart', 'sentinel@{port}'] } as const;
    expect(changeLeaf(sight, await pairOf(), way)?.reread).toEqual({
      by: 'restart',
      command: ['systemctl', 'restart', 'sentinel@6380'],
    });
  });
});

describe('the stages', () => {
  const change = (id: string, role: LeafChange['node']['role'], fileGroup = id): LeafChange => ({
    node: { id, role },
    fileGroup,
    files: [
      { path: '/c', beforeSha256: 'x', after: secret('c') },
      { path: '/k', beforeSha256: 'y', after: secret('k') },
    ],
    reread:
      role === 'sentinel'
        ? { by: 'restart', command: ['restart'] }
        : { by: 'reload', settings: [{ name: 'tls-cert-file', before: '/c', after: '/c' }] },
    serves: { ports: [{ host: id, port: 1 }], before: 'old', after: 'new' },
  });
  const outline = (stages: ReturnType<typeof leafStages>) =>
    stages.map(({ name, steps }) => [name, [...new Set(steps.map(({ node }) => node))]]);

  it('go from what taking back needs by the canary, replicas and primaries to one Sentinel after another', () => {
    const stages = leafStages([
      change('p', 'primary'),
      change('r1', 'replica'),
      change('r2', 'replica'),
      change('s1', 'sentinel'),
      change('s2', 'sentinel'),
    ]);
    expect(outline(stages)).toEqual([
      ['prepare', ['p', 'r1', 'r2']],
      ['prepare s1', ['s1']],
      ['prepare s2', ['s2']],
      ['canary', ['r1']],
      ['replicas', ['r2']],
      ['primaries', ['p']],
      ['sentinel s1', ['s1']],
      ['sentinel s2', ['s2']],
    ]);
    expect(stages.flatMap(({ steps }) => steps).map(({ id }) => id)).toEqual(
      Array.from({ length: 25 }, (_, at) => at + 1),
    );
    expect(stages[3]?.steps.map((step) => step.kind)).toEqual([
      'place-file',
      'place-file',
      'reload-tls',
      'prove-certificate',
    ]);
  });

  it('let one node place a file before others that share it read it', () => {
    const nodes = ['r1', 'r2', 'r3', 'r4'].map((id, at) => change(id, 'replica', at < 1 ? 'a' : 'b'));
    expect(outline(leafStages(nodes)).slice(1)).toEqual([
      ['canary', ['r1']],
      ['replicas', ['r2']],
      ['replicas 2', ['r3', 'r4']],
    ]);
  });

  it('take nothing back of what another system placed', () => {
    const stages = leafStages([{ ...change('p', 'primary'), files: [] }], { firstStep: 7 });
    expect(stages.flatMap(({ steps }) => steps).map(({ id, kind }) => [id, kind])).toEqual([
      [7, 'reload-tls'],
      [8, 'prove-certificate'],
    ]);
  });
});
