/** A survey against peers that misbehave, and the parts of it that need no server. */
import { Buffer } from 'node:buffer';
import { beforeAll, afterEach, describe, expect, it } from 'vitest';
import { FleetError, surveyTls, tlsSurveyPermissions } from '../../src/fleet/index.ts';
import type { FleetNode, NodeTls, Topology, TopologyKind } from '../../src/fleet/index.ts';
import { known } from '../../src/fleet/fact.ts';
import { readCertificateTexts } from '../../src/fleet/tls/certificate-texts.ts';
import { assignClaims, cutNotes, type Claim } from '../../src/fleet/tls/claim.ts';
import { listLinks, readReplicaLink } from '../../src/fleet/tls/link.ts';
import { listTlsPorts, type PortSigns } from '../../src/fleet/tls/ports.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { startRogue, type RogueServer } from './rogue-server.ts';

const rogues: RogueServer[] = [];
afterEach(async () => {
  for (const rogue of rogues.splice(0)) await rogue.close();
});

async function startHostile(answer: Parameters<typeof startRogue>[0]): Promise<RogueServer> {
  const rogue = await startRogue(answer);
  rogues.push(rogue);
  return rogue;
}

function nodeAt(port: number, change: Partial<FleetNode> = {}): FleetNode {
  return {
    id: `127.0.0.1:${port}`,
    target: { endpoint: { kind: 'tcp', host: '127.0.0.1', port }, transport: 'tls', tls: {} },
    role: 'primary',
    flags: [],
    reachable: 'yes',
    ...change,
  };
}

function fleetOf(nodes: readonly FleetNode[], kind: TopologyKind = 'standalone'): Topology {
  return { kind, nodes, notes: [] };
}

const QUICK = { limits: { connectMs: 300, commandMs: 300 }, sleep: async () => undefined };

async function surveyOne(node: FleetNode, depth: 'handshake' | 'offer' = 'handshake'): Promise<NodeTls> {
  const { nodes } = await surveyTls(fleetOf([node]), { ...QUICK, depth });
  return nodes[0] ?? expect.fail('no node');
}

describe('a peer that misbehaves', () => {
  it.each([
    ['says nothing', () => undefined, 'timeout'],
    [
      'sends garbage',
      (socket: { write: (b: Buffer) => void }) => socket.write(Buffer.alloc(99, 'x')),
      'tls-to-plaintext',
    ],
    ['hangs up', (socket: { destroy: () => void }) => socket.destroy(), 'closed'],
  ] as const)('and %s is a fact, soon', async (_what, answer, code) => {
    const { port, connections } = await startHostile((socket) => {
      answer(socket);
    });
    const begun = performance.now();
    const seen = await surveyOne(nodeAt(port), 'offer');
    expect(performance.now() - begun).toBeLessThan(3000);
    expect([code, 'reset']).toContain(seen.unreachable?.code);
    expect(seen.ports).toMatchObject([
      { purpose: 'clients', port, clientAuthentication: 'unknown', handshake: { ok: false, agreed: false } },
    ]);
    // Nothing more is tried at a port that agrees to no handshake.
    expect(seen.ports[0]?.offer).toBeUndefined();
    expect(connections()).toBeLessThanOrEqual(4);
    expect(seen.clock).toMatchObject({ known: false, reason: 'unreachable' });
  });

  it('and pours out bytes is cut off', async () => {
    let poured = 0;
    const { port } = await startHostile((socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(1 << 16, '$'))) poured += 1;
      };
      socket.on('drain', pour);
      pour();
    });
    const plain = nodeAt(port, {
      target: { endpoint: { kind: 'tcp', host: '127.0.0.1', port }, transport: 'plaintext' },
    });
    const seen = await surveyOne(plain);
    expect(['protocol', 'too-large']).toContain(seen.unreachable?.code);
    expect(seen.ports).toEqual([]);
    expect(poured).toBeLessThan(3000);
  });

  it('does not hold up the others', async () => {
    const silent = await startHostile(() => undefined);
    const nodes = Array.from({ length: 40 }, (_, index) => ({ ...nodeAt(silent.port), id: `n${index}` }));
    const begun = performance.now();
    const seen: string[] = [];
    const survey = await surveyTls(fleetOf(nodes), {
      ...QUICK,
      concurrency: 40,
      onProgress: (done, total) => void seen.push(`${done}/${total}`),
    });
    expect(survey.nodes.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
    expect(seen.at(-1)).toBe('40/40');
    expect(performance.now() - begun).toBeLessThan(4000);
  });
});

describe('a node that was not reached', () => {
  it('is not dialled where only others know it', async () => {
    const rogue = await startHostile(() => undefined);
    const seen = await surveyOne(nodeAt(rogue.port, { reachable: 'unasked' }));
    expect(seen).toMatchObject({ ports: [], unreachable: { code: 'unreachable' } });
    expect(rogue.connections()).toBe(0);
  });

  it('is not sent refused credentials again, and handshaken with', async () => {
    const rogue = await startHostile((socket) => void socket.destroy());
    const refused = new FleetError('wrongpass', 'n', 'no');
    const seen = await surveyOne(nodeAt(rogue.port, { reachable: refused }));
    expect(seen.unreachable).toBe(refused);
    expect(seen.ports).toHaveLength(1);
    expect(rogue.received()).not.toContain('AUTH');
  });

  it('is not handshaken with when our own files cannot be read', async () => {
    const rogue = await startHostile(() => undefined);
    const node = nodeAt(rogue.port);
    const seen = await surveyOne({
      ...node,
      target: { ...node.target, tls: { certFile: '/nonexistent.crt' } },
    });
    expect(seen).toMatchObject({ ports: [], unreachable: { code: 'local-material' } });
    expect(rogue.connections()).toBe(0);
  });
});

describe('ports that speak TLS', () => {
  const settings = (values: Readonly<Record<string, string>>): PortSigns['settings'] =>
    new Map(
      Object.entries(values).map(([name, value]) => [name, known(value, { kind: 'default', of: 'test' })]),
    );
  const plain = nodeAt(6379, {
    target: { endpoint: { kind: 'tcp', host: '10.0.0.5', port: 6379 }, transport: 'plaintext' },
  });
  const signs = (change: Partial<PortSigns>): PortSigns => ({
    node: plain,
    mode: 'data',
    settings: new Map(),
    info: new Map(),
    busPort: undefined,
    unreachable: undefined,
    addressMap: new Map(),
    ...change,
  });
  const portsOf = (change: Partial<PortSigns>): readonly string[] =>
    listTlsPorts(signs(change)).map(
      ({ port, certain }) => `${port.purpose} ${port.host}:${port.port} ${certain}`,
    );

  it('are those of the settings, else of INFO, else what answered so', () => {
    expect(portsOf({ settings: settings({ 'tls-port': '6380', port: '6379' }) })).toEqual([
      'clients 10.0.0.5:6380 yes',
    ]);
    const info = new Map([
      ['listener0', 'name=tcp,bind=*,port=6379'],
      ['listener1', 'name=tls,bind=*,bind=-::*,port=6381'],
    ]);
    expect(portsOf({ info })).toEqual(['clients 10.0.0.5:6381 yes']);
    const unreachable = new FleetError('plaintext-to-tls', 'n', 'speaks TLS');
    expect(portsOf({ unreachable })).toEqual(['clients 10.0.0.5:6379 yes']);
    expect(portsOf({ settings: settings({ 'tls-port': '0' }) })).toEqual([]);
  });

  it('have the bus among them: announced, set, or 10,000 above', () => {
    const tls = { 'tls-port': '7000', port: '0', 'tls-cluster': 'yes' };
    const bus = (change: Partial<PortSigns>): string | undefined =>
      portsOf({ mode: 'cluster', settings: settings(tls), ...change })[1];
    expect(bus({})).toBe('bus 10.0.0.5:17000 yes');
    expect(bus({ settings: settings({ ...tls, 'cluster-port': '9000' }) })).toBe('bus 10.0.0.5:9000 yes');
    expect(bus({ busPort: 9001 })).toBe('bus 10.0.0.5:9001 yes');
    const addressMap = new Map([['10.0.0.5:17000', '192.0.2.1:27000']]);
    expect(bus({ addressMap })).toBe('bus 192.0.2.1:27000 yes');
    expect(bus({ settings: settings({ ...tls, 'tls-cluster': 'no' }) })).toBeUndefined();
    // Not known whether it speaks TLS: tried, and left out where it does not.
    expect(portsOf({ mode: 'cluster', busPort: 17_000 })).toEqual(['bus 10.0.0.5:17000 no']);
    expect(bus({ settings: settings({ ...tls, 'tls-port': '60000' }) })).toBeUndefined();
  });
});

describe('links', () => {
  const of = (values: Readonly<Record<string, string>>): NodeTls['settings'] =>
    new Map(
      Object.entries(values).map(([name, value]) => [name, known(value, { kind: 'default', of: 'test' })]),
    );
  const replica = new Map([
    ['role', 'slave'],
    ['master_host', '10.0.0.1'],
    ['master_port', '6379'],
    ['master_link_status', 'down'],
    ['master_link_down_since_seconds', '77'],
  ]);

  it('show the certificate for clients where there is one', () => {
    const both = { 'tls-replication': 'yes', 'tls-cert-file': 'a.crt', 'tls-client-cert-file': 'b.crt' };
    expect(listLinks('data', 'replicated', replica, of(both))).toEqual([
      { link: 'replication', transport: 'tls', shows: 'b.crt' },
    ]);
    expect(listLinks('cluster', 'cluster', replica, of({ ...both, 'tls-cluster': 'no' }))).toEqual([
      { link: 'replication', transport: 'tls', shows: 'b.crt' },
      { link: 'bus', transport: 'plaintext' },
    ]);
    expect(listLinks('sentinel', 'sentinel', new Map(), of({}))).toEqual([
      { link: 'sentinel', transport: 'unknown' },
    ]);
    expect(listLinks('data', 'standalone', new Map([['role', 'master']]), of(both))).toEqual([]);
  });

  it('of a replica say since when they are down', () => {
    expect(readReplicaLink(replica)).toEqual({ primary: '10.0.0.1:6379', state: 'down', downSeconds: 77 });
    expect(readReplicaLink(new Map([['role', 'master']]))).toBeUndefined();
  });
});

describe('addresses that are told', () => {
  const sights = [
    { identities: ['a'], addresses: ['10.0.0.1:6379', '10.0.0.1:6380'] },
    { identities: ['b'], addresses: ['10.0.0.2:6379'] },
  ];
  const claim = (host: string, port: number, rest: Partial<Claim> = {}): Claim => ({
    address: { host, port },
    by: 'cluster',
    witness: 'w',
    ...rest,
  });

  it('belong to a node by its identity, else by its address, else by the map', () => {
    const { addresses, busPorts, notes } = assignClaims(
      [
        claim('cache.example', 6379, { identity: 'b', busPort: 16_379 }),
        claim('cache.example', 6379, { identity: 'b', busPort: 16_380 }),
        claim('cache.example', 6379, { by: 'primary' }),
        claim('10.0.0.1', 6380, { by: 'sentinel', identity: 'unknown' }),
        claim('192.0.2.7', 1, { by: 'policy' }),
        claim('198.51.100.9', 6379),
      ],
      sights,
      new Map([['192.0.2.7:1', '10.0.0.1:6379']]),
    );
    expect(addresses).toEqual([
      [
        { host: '10.0.0.1', port: 6380, by: 'sentinel' },
        { host: '192.0.2.7', port: 1, by: 'policy' },
      ],
      [
        { host: 'cache.example', port: 6379, by: 'cluster' },
        { host: 'cache.example', port: 6379, by: 'primary' },
      ],
    ]);
    expect([...busPorts]).toEqual([[1, 16_379]]);
    expect(notes).toEqual(['w tells of 198.51.100.9:6379, which is none of the nodes here']);
  });

  it('do not fill a report with what nobody knows', () => {
    const strays = Array.from({ length: 500 }, (_, index) => claim(`10.9.0.${index}`, 1));
    const { notes } = assignClaims(strays, sights, new Map());
    expect(notes).toHaveLength(21);
    expect(notes.at(-1)).toBe('and 480 more of this kind');
    expect(cutNotes(['a'], 1)).toEqual(['a']);
  });
});

describe('files of a host', () => {
  let pair: { readonly cert: string; readonly key: string; readonly ca: string };
  beforeAll(async () => {
    const authority = await createAuthority({ name: 'CA', days: 30 });
    const leaf = await issueCertificate(authority, { commonName: 'n', usage: 'node', days: 10 });
    pair = { cert: leaf.certPem, key: leaf.keyPem, ca: authority.certPem };
  });
  const settings = (
    values: Readonly<Record<string, string>>,
  ): Parameters<typeof readCertificateTexts>[0] => ({
    settings: new Map(
      Object.entries(values).map(([name, value]) => [name, known(value, { kind: 'default', of: 'test' })]),
    ),
    secrets: new Map(),
  });

  it('are read once each, from the directory of the server, and keys give nothing away', async () => {
    const asked: string[] = [];
    const texts: Readonly<Record<string, string>> = {
      '/srv/redis/both.pem': pair.cert + pair.key,
      '/etc/ca.crt': pair.ca,
    };
    const files = await readCertificateTexts(
      settings({
        dir: '/srv/redis',
        'tls-cert-file': 'both.pem',
        'tls-key-file': 'both.pem',
        'tls-ca-cert-file': '/etc/ca.crt',
        'tls-ca-cert-dir': '/etc/cas',
      }),
      async (path) => {
        asked.push(path);
        return texts[path] ?? expect.fail(path);
      },
    );
    expect(asked).toEqual(['/srv/redis/both.pem', '/etc/ca.crt']);
    expect(files.get('both.pem')).toMatchObject({
      value: { kind: 'certificate', matchesCertificate: true, key: { type: 'ec', encrypted: false } },
    });
    expect(files.get('/etc/ca.crt')).toMatchObject({ value: { kind: 'ca' } });
    expect(files.get('/etc/cas')).toMatchObject({ known: false, reason: 'not-asked' });
    expect(JSON.stringify([...files])).not.toContain('PRIVATE');
  });

  it('that cannot be read, or are no certificates, say so', async () => {
    const files = await readCertificateTexts(
      settings({ 'tls-cert-file': '/a.crt', 'tls-key-file': '/a.key', 'tls-ca-cert-file': '/ca.crt' }),
      async (path) => {
        if (path === '/a.key') throw new Error('permission denied: /a.key');
        return path === '/a.crt' ? pair.cert : 'no certificate';
      },
    );
    expect(files.get('/a.crt')?.known).toBe(true);
    expect(files.get('/a.key')).toMatchObject({
      reason: 'unreachable',
      detail: 'permission denied: /a.key',
    });
    expect(files.get('/ca.crt')).toMatchObject({ known: false, reason: 'failed' });
  });
});

describe('the rights that a survey takes', () => {
  it('are those of discovery, and TIME where INFO has no clock', () => {
    expect(tlsSurveyPermissions({ product: 'redis', version: '6.0.16' })).toContain('+time');
    expect(tlsSurveyPermissions({ product: 'redis', version: '6.0.16' }, 'sentinel')).not.toContain('+time');
    expect(tlsSurveyPermissions({ product: 'redis', version: '6.2.0' })).not.toContain('+time');
    expect(tlsSurveyPermissions({ product: 'valkey', version: '9.1.2' }, 'cluster')).toContain(
      '+cluster|nodes',
    );
  });
});
