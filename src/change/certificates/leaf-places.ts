/**
 * Whether the files that a node names are its certificate and its key. A path is the word of the server: what lies there
 * and is something else, of a system or of another program, is never written over.
 */

import { checkPair, readCertificates, type CertificateFact } from '../../tls/index.ts';
import { objector, type LeafObjection, type Objector } from './leaf-objection.ts';
import { servedBy, type LeafFile, type LeafSight } from './leaf-sight.ts';

/** What stands against placing files at a node, whatever the certificate. */
export function checkPlaces(sight: LeafSight): readonly LeafObjection[] {
  const { node, isByHand, certificate, key } = sight;
  const object = objector(node.id);
  const files: readonly LeafFile[] = certificate.path === key.path ? [certificate] : [certificate, key];
  const found: LeafObjection[] = [
    ...files.flatMap((file) => checkReach(file, node.id, object)),
    ...checkContent(sight, object),
  ];
  if (isByHand) {
    const cause = `files of ${node.id} are placed by a person (via: none)`;
    found.push(
      object('refused', 'no-way', node.id, cause, 'place them, then: wardis tls rotate leaf --placed'),
    );
  }
  return [...found, ...checkPorts(sight)].filter(
    (each, index, all) => all.findIndex((other) => isSame(each, other)) === index,
  );
}

/** What stands against a reload, whoever placed the files. */
export function checkPorts({
  node,
  ports,
  clientFile,
  autoReloadSeconds,
  reloadDenied,
}: LeafSight): readonly LeafObjection[] {
  const object = objector(node.id);
  const found = ports.flatMap(({ host, port, purpose, unseen }) => {
    if (unseen === undefined) return [];
    const cause = `the ${purpose === 'bus' ? 'bus' : 'port'} shows no certificate here (${unseen}): it is not proved there`;
    return [object('warning', 'unseen', `${host}:${port}`, cause)];
  });
  if (ports.every(({ unseen }) => unseen !== undefined)) {
    const cause = 'no port shows a certificate: what came of it could not be proved';
    found.push(object('refused', 'unseen', node.id, cause, `see why: wardis doctor ${node.id}`));
  }
  if (reloadDenied !== undefined) {
    const cause = `we may not tell it to read its files anew: ${reloadDenied}`;
    found.push(object('refused', 'no-right', node.id, cause, 'log in as a user with +config|set'));
  }
  if (clientFile !== undefined) {
    const cause =
      'it shows this one where it dials other nodes (tls-client-cert-file), and it stays as it is';
    found.push(object('warning', 'client-file', clientFile, cause, 'replace it too before it ends'));
  }
  if (autoReloadSeconds > 0) {
    const cause = `it looks for new files each ${autoReloadSeconds} s by itself (tls-auto-reload-interval), and may log one failure between certificate and key`;
    found.push(object('warning', 'auto-reload', node.id, cause));
  }
  return found;
}

function checkReach(file: LeafFile, id: string, object: Objector): readonly LeafObjection[] {
  if (file.kind === 'unread') return [object('refused', 'no-file', file.path, file.why, file.next)];
  if (file.path === '') {
    const cause = 'it names no file of a certificate (tls-cert-file)';
    return [object('refused', 'no-file', id, cause, 'give it one first: wardis migrate')];
  }
  if (file.kind === 'file') return [];
  const cause = 'there is no such file on the host: a rotation replaces files, and makes none';
  return [object('refused', 'no-file', file.path, cause, `see which file ${id} reads; ${PLACED}`)];
}

const PLACED = 'where the pair belongs there: place it yourself, then: wardis tls rotate leaf --placed';

/** What lies there is a certificate that we know, and its key. */
function checkContent(sight: LeafSight, object: Objector): readonly LeafObjection[] {
  const { certificate, key, passphrase } = sight;
  const text = certificate.kind === 'file' ? certificate.file.content.reveal() : undefined;
  const [onDisk] = text === undefined ? [] : readCertificates(text).certificates;
  const found: LeafObjection[] = [];
  if (text !== undefined && onDisk === undefined) {
    const cause = 'there is no certificate in it: another file, or half-written; it is not written over';
    found.push(object('refused', 'no-file', certificate.path, cause, PLACED));
  }
  if (onDisk !== undefined) found.push(...checkOrigin(sight, onDisk, object));
  if (key.kind !== 'file') return found;
  const pass = passphrase === undefined || passphrase.isEmpty() ? undefined : passphrase.reveal();
  const owners = [onDisk, servedBy(sight)].flatMap((fact) => fact ?? []);
  const verdicts = owners.map(({ pem }) => checkPair(pem, key.file.content.reveal(), pass));
  if (verdicts.includes('unreadable-key')) {
    const cause = 'there is no private key in it: another file, or half-written; it is not written over';
    found.push(object('refused', 'no-file', key.path, cause, PLACED));
  } else if (verdicts.length > 0 && verdicts.every((verdict) => verdict === 'mismatch')) {
    const cause = `the key in it belongs neither to ${certificate.path} nor to what is served; it is not written over`;
    found.push(object('refused', 'no-file', key.path, cause, PLACED));
  }
  return found;
}

/** Served by it, or known to us: otherwise it may be that of another program. */
function checkOrigin(
  { certificate, ports, isDiskKnown }: LeafSight,
  onDisk: CertificateFact,
  object: Objector,
): readonly LeafObjection[] {
  const shown = ports.flatMap(({ chain }) => chain.slice(0, 1));
  if (shown.some(({ fingerprintSha256 }) => fingerprintSha256 === onDisk.fingerprintSha256)) {
    return [];
  }
  if (isDiskKnown !== true) {
    const cause =
      'the certificate in it is neither the one that is served, nor known here, nor of an authority that we trust; it is not written over';
    return [object('refused', 'unlike-disk', certificate.path, cause, PLACED)];
  }
  if (shown.length === 0) return [];
  const cause = 'the file holds another certificate than is served: somebody placed it and it was never read';
  return [object('warning', 'unlike-disk', certificate.path, cause)];
}

function isSame(one: LeafObjection, other: LeafObjection): boolean {
  return one.code === other.code && one.place === other.place && one.cause === other.cause;
}
