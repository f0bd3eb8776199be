/**
 * The certificates that a server shows: as handshakes saw them, and as its files hold them. A server presents the
 * first certificate of `tls-cert-file` and no other.
 */

import type { ListenerFact, Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Change } from '../../../policy/index.ts';
import type { CheckContext, Verdict } from '../../check.ts';
import { byHand, readFact, readSettings, set, settingValue } from '../../reading.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export type Certificate = NonNullable<ListenerFact['tls']>['chain'][number];

export interface Presented {
  /** `served on 10.0.0.5:6379`, or the path of the file. */
  readonly where: string;
  readonly from: Provenance;
  readonly leaf: Certificate;
}

/** Ask about every certificate that is known to be shown; unknown when TLS is on and none was seen. */
export function readServerCertificates(
  snapshot: Snapshot,
  judge: (presented: readonly Presented[]) => Verdict,
): Verdict {
  const served = servedCertificates(snapshot);
  const known = new Set(served.map(({ leaf }) => leaf.fingerprintSha256));
  // What is served and lies on disk as well is one certificate.
  const filed = filedCertificates(snapshot).filter(({ leaf }) => !known.has(leaf.fingerprintSha256));
  const presented = [...served, ...filed];
  if (presented.length > 0) return judge(presented);
  return whereTlsIsOn(snapshot, () =>
    readSettings(snapshot, ['tls-cert-file'], ({ 'tls-cert-file': file }) =>
      file.value === ''
        ? notApplicable('no tls-cert-file is set')
        : readCertificateFile(snapshot, file.value, () =>
            notApplicable(`${file.value} holds no certificate`),
          ),
    ),
  );
}

/** Each certificate for which `find` sees a defect is evidence; none is a pass. */
export function judgeCertificates(
  snapshot: Snapshot,
  find: (certificate: Certificate) => string | undefined,
  fix: readonly Change[],
  risk: string,
): Verdict {
  return readServerCertificates(snapshot, (presented) => {
    const seen = presented.flatMap(({ leaf, where, from }) => {
      const defect = find(leaf);
      return defect === undefined ? [] : [evidence(`${leaf.subject}, ${where}: ${defect}`, from)];
    });
    const [first] = presented;
    return seen.length > 0
      ? fail(seen, fix, risk)
      : pass(first && `${first.leaf.subject}, ${first.where}`, first?.from);
  });
}

/** Ask only where a TLS port is open or links to peers use TLS. */
export function whereTlsIsOn(snapshot: Snapshot, judge: () => Verdict): Verdict {
  if (servedCertificates(snapshot).length > 0) return judge();
  return readSettings(
    snapshot,
    ['tls-port', 'tls-replication'],
    ({ 'tls-port': port, 'tls-replication': link }) =>
      port.value === '0' && link.value === 'no' && settingValue(snapshot, 'tls-cluster') !== 'yes'
        ? notApplicable('TLS is off')
        : judge(),
  );
}

/** Ask about the certificates of one file, first the one that is served. */
export function readCertificateFile(
  snapshot: Snapshot,
  path: string,
  judge: (certificates: readonly Certificate[], from: Provenance) => Verdict,
): Verdict {
  const fact = snapshot.certificateFiles.get(path);
  if (fact === undefined) {
    return {
      status: 'unknown',
      missing: `content of ${path}`,
      why: 'the file was not read',
      look: `run wardis audit on the server's own host, or read: openssl x509 -noout -text -in ${path}`,
    };
  }
  return readFact(fact, `content of ${path}`, ({ certificates }, from) => judge(certificates, from));
}

/** Each certificate once, with all the addresses that serve it. */
export function servedCertificates(snapshot: Snapshot): readonly Presented[] {
  if (!snapshot.listeners.known) return [];
  const { value: listeners, from } = snapshot.listeners;
  const served = new Map<string, Presented>();
  for (const { address, tls } of listeners) {
    const leaf = tls?.chain[0];
    if (leaf === undefined) continue;
    const before = served.get(leaf.fingerprintSha256);
    const where = before === undefined ? `served on ${address}` : `${before.where}, ${address}`;
    served.set(leaf.fingerprintSha256, { where, from, leaf });
  }
  return [...served.values()];
}

/** The clocks by which a certificate is judged: clients go by theirs, which ours stands for, peers by the server's. */
export interface Moments {
  readonly ours: Date;
  /** Absent where TIME was not read. */
  readonly servers?: Date;
}

export function momentsOf(snapshot: Snapshot, context: CheckContext): Moments {
  return {
    ours: context.now,
    ...(snapshot.clock.known ? { servers: new Date(snapshot.clock.value.serverMs) } : {}),
  };
}

/** Whose clock says so: `by both clocks`, or undefined where none does. */
export function byWhoseClock({ ours, servers }: Moments, holds: (at: Date) => boolean): string | undefined {
  const byOurs = holds(ours);
  if (servers === undefined) return byOurs ? 'by our clock; the server’s is not known' : undefined;
  const byServers = holds(servers);
  if (byOurs && byServers) return 'by our clock and the server’s';
  if (byOurs) return `by our clock; the server’s says ${servers.toISOString()}`;
  return byServers ? `by the server’s clock, which says ${servers.toISOString()}` : undefined;
}

/** The moment by which certificates are judged: the server's clock where it is known. */
export function momentOf(snapshot: Snapshot, context: CheckContext): Date {
  return snapshot.clock.known ? new Date(snapshot.clock.value.serverMs) : context.now;
}

/**
 * Reload the files that are already named: on every version one CONFIG SET reloads certificate, key and CA. A
 * Sentinel has no such command on any version.
 */
export function reload(snapshot: Snapshot): Change {
  if (snapshot.mode.known && snapshot.mode.value === 'sentinel') {
    return byHand('Restart the Sentinel: it reads its TLS files at start only.');
  }
  return set('tls-cert-file', settingValue(snapshot, 'tls-cert-file') || '/path/of/the/certificate');
}

/** A setting of TLS: at run time, but a Sentinel has no such command, and reads its file at start only. */
export function setTls(snapshot: Snapshot, name: string, value: string): Change {
  const sentinel = snapshot.mode.known && snapshot.mode.value === 'sentinel';
  return sentinel
    ? byHand(`Write this line into sentinel.conf, then restart the Sentinel: ${name} ${quoted(value)}`)
    : set(name, value);
}

function quoted(value: string): string {
  return /[\s"]/.test(value) ? `"${value}"` : value;
}

/** How a node gets another certificate: issued, placed, reloaded and proved in one go. Files are replaced by hand. */
export function rotateLeaf({ subject, origin }: Snapshot): Change {
  // The line is made to be pasted, and addresses are what somebody announced.
  const plain = /^[A-Za-z0-9_.:[\]-]+$/.test(subject);
  return byHand(
    origin === 'live' && plain
      ? `wardis tls rotate leaf ${subject} --node ${subject}`
      : 'Issue another certificate with wardis tls issue and put it in place.',
  );
}

/** What puts another certificate in force. */
export function renewal(snapshot: Snapshot): readonly Change[] {
  return snapshot.origin === 'live' ? [rotateLeaf(snapshot)] : [rotateLeaf(snapshot), reload(snapshot)];
}

function filedCertificates(snapshot: Snapshot): readonly Presented[] {
  const path = settingValue(snapshot, 'tls-cert-file');
  const fact = path === undefined ? undefined : snapshot.certificateFiles.get(path);
  const leaf = fact?.known === true ? fact.value.certificates[0] : undefined;
  return path === undefined || leaf === undefined || fact?.known !== true
    ? []
    : [{ where: `in ${path}`, from: fact.from, leaf }];
}
