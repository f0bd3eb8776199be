/** From a survey to what checks judge: chains as clients follow them, records, and how nodes see each other. */

import { beforeAll, describe, expect, it } from 'vitest';
import {
  judgeSent,
  lookAtFleet,
  portsToAskAlone,
  recordOf,
  type LookSources,
} from '../../src/cli/tls/inspect-look.ts';
import { showNodes, type InspectReport } from '../../src/cli/tls/inspect-report.ts';
import { tableOfInspection } from '../../src/cli/tls/inspect-table.ts';
import { groupOpen, reasonOfGroup } from '../../src/cli/tls/inspect-findings.ts';
import { sayLinks } from '../../src/cli/tls/inspect-words.ts';
import { INSPECT_CHECKS, snapshotOf, weakSuites } from '../../src/cli/tls/inspect-snapshot.ts';
import { entryOf, type InventoryEntry, type InventoryReading } from '../../src/pki/index.ts';
import { unknown, type TlsLookFact } from '../../src/fleet/index.ts';
import { expectationsFor } from '../../src/policy/index.ts';
import { assess } from '../../src/posture/index.ts';
import type { CertificateFact } from '../../src/tls/index.ts';
import {
  factOf,
  NOW,
  sampleAuthorities,
  sampleLeaf,
  sampleNode,
  sampleSurvey,
  type SampleAuthorities,
} from './tls-inspect-samples.ts';

const NO_INVENTORY: InventoryReading = { state: 'none', certificates: [] };

let ours: SampleAuthorities;
let theirs: SampleAuthorities;
let leaf: CertificateFact;
let direct: CertificateFact;
let foreign: CertificateFact;

beforeAll(async () => {
  ours = await sampleAuthorities();
  theirs = await sampleAuthorities('Other');
  leaf = factOf((await sampleLeaf(ours.issuer, 'db-1')).certPem);
  direct = factOf((await sampleLeaf(ours.root, 'db-2')).certPem);
  foreign = factOf((await sampleLeaf(theirs.issuer, 'db-3')).certPem);
});

const sourcesWith = (change: Partial<LookSources> = {}): LookSources => ({
  authorities: [],
  inventory: NO_INVENTORY,
  sentAlone: new Map(),
  now: NOW,
  ...change,
});

function recorded(fact: CertificateFact, change: Partial<InventoryEntry> = {}): InventoryReading {
  const entry: InventoryEntry = {
    ...entryOf(fact, { recordedAt: NOW, origin: { kind: 'issued' } }),
    ...change,
  };
  return { state: 'read', certificates: [entry] };
}

describe('what a port sends', () => {
  it('is complete where it leads to a root, also when the root itself is not sent', () => {
    const roots = [ours.rootFact];
    expect(judgeSent([leaf, ours.issuerFact], roots, { now: NOW })).toEqual({
      state: 'complete',
      root: 'CN=Sample Root',
    });
    expect(judgeSent([direct], roots, { now: NOW }).state).toBe('complete');
    // The whole chain carries its own root.
    expect(judgeSent([leaf, ours.issuerFact, ours.rootFact], [], { now: NOW }).state).toBe('complete');
  });

  it('is incomplete where an intermediate is missing that we happen to hold', () => {
    const atHand = [ours.rootFact, ours.issuerFact];
    expect(judgeSent([leaf], atHand, { now: NOW })).toEqual({
      state: 'incomplete',
      missing: 'CN=Sample Issuer',
    });
  });

  it('is not judged where its authority is unknown', () => {
    expect(judgeSent([leaf], [theirs.rootFact], { now: NOW }).state).toBe('unknown');
    expect(judgeSent([], [ours.rootFact], { now: NOW }).state).toBe('unknown');
  });

  it('is asked for again where our own CA file may have filled it up', () => {
    const survey = sampleSurvey([
      sampleNode({ id: '10.0.0.5:6379', chain: [leaf, ours.issuerFact, ours.rootFact] }),
      sampleNode({ id: '10.0.0.6:6379', chain: [direct] }),
    ]);
    const ports = portsToAskAlone(survey, [ours.rootFact, ours.issuerFact]);
    expect(ports.map(({ host }) => host)).toEqual(['10.0.0.5']);
    const look = lookAtFleet(
      survey,
      sourcesWith({
        authorities: [ours.rootFact, ours.issuerFact],
        sentAlone: new Map([['10.0.0.5:6379', [leaf]]]),
      }),
    ).get('10.0.0.5:6379');
    expect(look?.ports[0]?.sent).toEqual({ state: 'incomplete', missing: 'CN=Sample Issuer' });
  });
});

describe('what is recorded of a certificate', () => {
  const node = '10.0.0.5:6379';

  it('is current, revoked, superseded, another for this node, or nothing', () => {
    expect(recordOf(leaf, node, recorded(leaf))).toEqual({ state: 'current' });
    const revoked = { at: NOW.toISOString(), reason: 'key-compromise' as const };
    expect(recordOf(leaf, node, recorded(leaf, { revoked }))).toEqual({ state: 'revoked', ...revoked });
    expect(recordOf(leaf, node, recorded(leaf, { supersededBy: direct.fingerprintSha256 })).state).toBe(
      'superseded',
    );
    expect(recordOf(leaf, node, recorded(direct, { node }))).toMatchObject({
      state: 'another',
      serial: direct.serial,
    });
    expect(recordOf(leaf, node, recorded(direct, { node: '10.0.0.9:6379' }))).toEqual({
      state: 'unrecorded',
    });
  });

  it('is nothing where the inventory cannot be read', () => {
    const unreadable: InventoryReading = { state: 'unreadable', certificates: [], why: 'cut' };
    expect(recordOf(leaf, node, unreadable)).toEqual({ state: 'unrecorded' });
  });
});

describe('nodes of a fleet', () => {
  const lookOf = (nodes: Parameters<typeof sampleNode>[0][]): ReadonlyMap<string, TlsLookFact> =>
    lookAtFleet(sampleSurvey(nodes.map(sampleNode)), sourcesWith());

  it('distrust a peer whose authority is not in their file, and no other', () => {
    const looks = lookOf([
      { id: 'a:1', chain: [leaf, ours.issuerFact], trust: [ours.rootFact] },
      { id: 'b:1', chain: [direct], trust: [ours.rootFact, theirs.rootFact] },
      { id: 'c:1', chain: [foreign, theirs.issuerFact], trust: [theirs.rootFact] },
    ]);
    const distrusted = (id: string) => {
      const fact = looks.get(id)?.distrusted;
      return fact?.known === true ? fact.value.map(({ node }) => node) : undefined;
    };
    expect(distrusted('a:1')).toEqual(['c:1']);
    expect(distrusted('b:1')).toEqual([]);
    expect(distrusted('c:1')).toEqual(['a:1', 'b:1']);
  });

  it('are grouped by what they trust, without those whose file was not read', () => {
    const looks = lookOf([
      { id: 'a:1', chain: [direct], trust: [ours.rootFact] },
      { id: 'b:1', chain: [direct], trust: [ours.rootFact] },
      { id: 'c:1', chain: [direct], trust: [theirs.rootFact] },
      { id: 'd:1', chain: [direct] },
    ]);
    expect(looks.get('d:1')?.trustGroups.map(({ nodes }) => nodes)).toEqual([['a:1', 'b:1'], ['c:1']]);
    expect(looks.get('d:1')?.distrusted.known).toBe(false);
  });
});

describe('the snapshot of a surveyed node', () => {
  const judgeNode = (node: ReturnType<typeof sampleNode>) => {
    const survey = sampleSurvey([node]);
    const sources = sourcesWith({ authorities: [ours.rootFact] });
    const look = lookAtFleet(survey, sources).get(node.node.id);
    if (look === undefined) throw new Error('no look');
    const snapshot = snapshotOf(node, look, { takenAt: survey.takenAt, kind: 'standalone' }, sources);
    const expected = expectationsFor({
      level: 'hardened',
      frameworks: [],
      exposure: 'private_network',
      server: { product: 'redis', version: '7.2' },
      mode: 'standalone',
    });
    const assessment = assess([{ snapshot, expected, gatheredInMs: 0 }], {
      checks: INSPECT_CHECKS,
      now: NOW,
      toolVersion: '0',
      advisoriesAsOf: '2026-11-01',
    });
    return new Map(assessment.targets[0]?.outcomes.map((outcome) => [outcome.checkId, outcome]));
  };

  it('has no finding where all is well', () => {
    const node = sampleNode({
      id: '10.0.0.5:6379',
      chain: [leaf, ours.issuerFact],
      trust: [ours.rootFact],
      disk: leaf,
    });
    const failed = [...judgeNode(node).values()].filter(({ status }) => status === 'fail');
    expect(failed).toEqual([]);
  });

  it('tells a forgotten reload, and ciphers that were really accepted', () => {
    const sample = sampleNode({
      id: '10.0.0.5:6379',
      chain: [leaf, ours.issuerFact],
      trust: [ours.rootFact],
      disk: direct,
    });
    const [port] = sample.ports;
    if (port === undefined) throw new Error('no port');
    const offer = {
      versions: { TLSv1: 'refused', 'TLSv1.1': 'accepted', 'TLSv1.2': 'accepted', 'TLSv1.3': 'accepted' },
      suites: { 'TLSv1.2': ['ECDHE-ECDSA-AES128-GCM-SHA256', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA'] },
      untried: [],
    } as const;
    const outcomes = judgeNode({ ...sample, ports: [{ ...port, offer }] });
    expect(outcomes.get('TLS-028')?.status).toBe('fail');
    expect(outcomes.get('TLS-006')?.evidence[0]?.text).toContain('accepted TLSv1.1');
    expect(outcomes.get('TLS-008')?.evidence[0]?.text).toContain(
      'AES128-GCM-SHA256 (no forward secrecy); ECDHE-ECDSA-AES128-SHA (CBC with SHA-1)',
    );
    expect(weakSuites(offer)).not.toContain('ECDHE-ECDSA-AES128-GCM-SHA256');
  });

  it('of a Sentinel that tells no settings is unknown without being a fault of the run', () => {
    const sample = sampleNode({ id: '10.0.0.5:26379', chain: [direct] });
    const node = { ...sample, node: { ...sample.node, role: 'sentinel' as const }, settings: new Map() };
    const outcomes = [...judgeNode(node).values()];
    const open = outcomes.filter(({ status }) => status === 'unknown');
    expect(open.length).toBeGreaterThan(3);
    expect(open.filter(({ reason }) => reason !== 'not-asked')).toEqual([]);
    expect(outcomes.find(({ checkId }) => checkId === 'TLS-005')?.status).toBe('pass');
  });

  it('whose clock could not be read passes no check on the clock', () => {
    const sample = sampleNode({ id: '10.0.0.5:6379', chain: [direct] });
    const outcomes = judgeNode({ ...sample, clock: unknown('denied', 'NOPERM', 'ask') });
    expect(outcomes.get('HOST-006')?.status).toBe('unknown');
  });
});

describe('a large fleet', () => {
  it('is a line a port in the table, and in full where that is asked for', () => {
    const nodes = Array.from({ length: 12 }, (_node, at) =>
      sampleNode({ id: `10.0.0.${at}:6379`, chain: at === 3 ? [] : [leaf, ours.issuerFact] }),
    );
    const survey = sampleSurvey(nodes);
    const sources = sourcesWith({ authorities: [ours.rootFact] });
    const report: InspectReport = {
      schemaVersion: 1,
      takenAt: NOW.toISOString(),
      fleet: 'prod',
      kind: 'replicated',
      nodes: showNodes(survey, lookAtFleet(survey, sources), sources),
      files: [],
      inventory: 'none',
      timeline: [],
      assessment: assess([], { checks: [], now: NOW, toolVersion: '0', advisoriesAsOf: '2026-11-01' }),
      notes: [],
    };
    const look = { tty: false, colour: false, unicode: true, columns: 100, view: 'facts' } as const;
    const brief = [...tableOfInspection(report, { ...look, detail: 'findings' })].join('');
    expect(brief).toContain('fleet prod · replicated · 12 nodes · 12 TLS ports');
    expect(brief.match(/^10\.0\.0\.\d+:6379 +clients 6379/gm)).toHaveLength(12);
    expect(brief).toMatch(/10\.0\.0\.3:6379 +clients 6379 +no certificate/);
    // Only nodes with something amiss are described, the first of them.
    expect(brief.match(/clock 400 ms ahead of ours/g)).toHaveLength(8);
    const well = {
      ...report,
      nodes: report.nodes.filter(({ told }) => told.every(({ covered }) => covered)),
    };
    const four = Array.from({ length: 4 }, () => well.nodes[0]).flatMap((node) => node ?? []);
    const calm = [...tableOfInspection({ ...report, nodes: four }, { ...look, detail: 'findings' })].join('');
    expect(four).toHaveLength(4);
    expect(calm).not.toContain('signed with');
    const whole = [...tableOfInspection(report, { ...look, detail: 'all' })].join('');
    expect(whole).toContain('a client that has only CN=Sample Root can follow it');
    expect(whole).toContain('clock 400 ms ahead of ours ± 2.0 ms');
    expect(whole).toContain('told by the Cluster: covered');
    expect(whole).toContain('told by the Cluster: the certificate does not name 10.0.0.4');
  });
});

describe('what was not answered', () => {
  it('for the same reason on several nodes is said once, with the nodes below', () => {
    const chain = [leaf, ours.issuerFact];
    const survey = sampleSurvey(['10.0.0.5:6379', '10.0.0.5:63790'].map((id) => sampleNode({ id, chain })));
    const looks = lookAtFleet(survey, sourcesWith());
    const server = { product: 'redis', version: '7.2' } as const;
    const expected = expectationsFor({
      level: 'hardened',
      frameworks: [],
      exposure: 'private_network',
      server,
      mode: 'standalone',
    });
    const subjects = survey.nodes.flatMap((node) => {
      const look = looks.get(node.node.id);
      const terms = { takenAt: survey.takenAt, kind: 'replicated' } as const;
      const snapshot = look === undefined ? [] : [snapshotOf(node, look, terms, sourcesWith())];
      return snapshot.map((each) => ({ snapshot: each, expected, gatheredInMs: 0 }));
    });
    const rules = { checks: INSPECT_CHECKS, now: NOW, toolVersion: '0', advisoriesAsOf: '2026-11-01' };
    const reasons = groupOpen(assess(subjects, rules)).map(reasonOfGroup);
    expect(reasons.filter((text) => text.includes('on the host of the node'))).toHaveLength(1);
    expect(reasons.filter((text) => text.includes('10.0.0.5'))).toEqual([]);
    expect(new Set(reasons).size).toBe(reasons.length);
  });

  it('of the links of a Sentinel says what would tell', () => {
    const [node] = showNodes(
      sampleSurvey([
        sampleNode({
          id: '10.0.0.5:26379',
          chain: [leaf],
          change: { links: [{ link: 'sentinel', transport: 'unknown' }] },
        }),
      ]),
      new Map(),
      sourcesWith(),
    );
    expect(node === undefined ? undefined : sayLinks(node)?.text).toContain(
      'tls-replication in the file of the Sentinel',
    );
  });
});
