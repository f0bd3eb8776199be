/** A certificate that was issued, in words and as JSON. The key is in neither. */

import { dueAt, LEAF_DAYS_DEFAULT, type AuthorityHandle, type SignedLeaf } from '../../pki/index.ts';
import { shownPath } from './ca-words.ts';
import { fingerprintWords, inColumns, keyWords, untilWords } from './certificate-words.ts';
import type { NamedRequest } from './issue-request.ts';

/** Files that were written, absolute. */
export interface IssuedFiles {
  readonly certificate: string;
  /** The same file where both are in one; absent where the key is somebody else's. */
  readonly key?: string;
  readonly ca: string;
}

export interface IssueReport {
  readonly request: NamedRequest;
  readonly leaf: SignedLeaf;
  readonly authority: AuthorityHandle;
  readonly files: IssuedFiles | undefined;
  readonly notes: readonly string[];
}

export function wordsOfIssue(report: IssueReport, now: Date, columns: number): string {
  const { request, leaf, authority, files } = report;
  const { fact } = leaf;
  const names = [...fact.dnsNames, ...fact.ipAddresses, ...fact.uris];
  const rows: (readonly [string, string])[] = [
    ['issued', `${request.usage} certificate ${fact.subject}  ${keyWords(fact)}`],
    ...(names.length === 0 ? [] : [['names', names.join(', ')] as const]),
    ['until', `${untilWords(fact.notAfter, now)}, due ${dueAt(fact).toISOString().slice(0, 10)}`],
    ['issuer', authority.issuer.subject],
    ['serial', fact.serial],
    ['SHA-256', fingerprintWords(fact.fingerprintSha256)],
    ...writtenRows(files, authority.chainPem !== ''),
  ];
  const notes = report.notes.map((note) => ['note', note] as const);
  return `${inColumns([...rows, ...notes], columns)}${nextWords(report)}`;
}

export function dataOfIssue({ request, leaf, authority, files, notes }: IssueReport): unknown {
  const { fact } = leaf;
  return {
    schemaVersion: '1',
    usage: request.usage,
    subject: fact.subject,
    commonName: request.commonName,
    dnsNames: fact.dnsNames,
    ipAddresses: fact.ipAddresses,
    uris: fact.uris,
    serial: fact.serial,
    fingerprintSha256: fact.fingerprintSha256,
    notBefore: fact.notBefore,
    notAfter: fact.notAfter,
    due: dueAt(fact).toISOString(),
    cut: leaf.cut,
    key: keyWords(fact),
    issuer: authority.issuer.subject,
    issuerFingerprintSha256: authority.issuer.fingerprintSha256,
    files: files ?? null,
    notes,
  };
}

/** What is worth knowing of it: a shorter life than asked, what servers make of its name, what else has that name. */
export function notesOfIssue(
  { usage, commonName, uris, days = LEAF_DAYS_DEFAULT }: NamedRequest,
  { cut, fact }: SignedLeaf,
  sameName: number,
): readonly string[] {
  return [
    ...(cut
      ? [`it ends on ${fact.notAfter.slice(0, 10)} with its issuer, earlier than the ${days} days asked for`]
      : []),
    ...(usage === 'client' ? loginNotes(commonName, uris) : []),
    ...(sameName === 0
      ? []
      : [
          `${sameName === 1 ? 'another certificate' : `${sameName} other certificates`} of this name ${sameName === 1 ? 'is' : 'are'} still valid: wardis tls list`,
        ]),
  ];
}

/** `tls-auth-clients-user`, seen on Valkey 9.1.2: the whole name is compared; without such a user it is `default`. */
function loginNotes(commonName: string, uris: readonly string[]): readonly string[] {
  // Of several URIs the first that is a user (seen on Valkey 9.1.2).
  const byUri =
    uris.length === 0
      ? 'by URI nobody'
      : uris.length === 1
        ? `by URI the user ${uris[0]}`
        : `by URI the first that is a user of ${uris.join(', ')}`;
  // acl.c ACLStringHasSpaces: no user can be called so.
  const byName = /\s/.test(commonName)
    ? 'by CN nobody, because users have no blanks in their names'
    : `by CN the user ${commonName}`;
  return [
    `with tls-auth-clients-user (Valkey 9) this certificate is a login: ${byName}; ${byUri}. Where there is no such user it becomes default`,
  ];
}

function writtenRows(
  files: IssuedFiles | undefined,
  withIssuer: boolean,
): readonly (readonly [string, string])[] {
  if (files === undefined) return [];
  const { certificate, key, ca } = files;
  const content = withIssuer ? 'certificate and intermediate' : 'certificate';
  const rows: (readonly [string, string])[] = [];
  if (key === certificate)
    rows.push(['written', `${shownPath(certificate)}  ${content} and private key, for you alone`]);
  else {
    rows.push(['written', `${shownPath(certificate)}  ${content}`]);
    if (key !== undefined) rows.push(['', `${shownPath(key)}  private key, for you alone`]);
  }
  return [...rows, ['', `${shownPath(ca)}  the root to trust`]];
}

function nextWords({ request, files }: IssueReport): string {
  if (files?.key === undefined) return '';
  const { certificate, key, ca } = files;
  const paths = [certificate, key, ca].map(shownPath);
  if (request.usage === 'client') {
    const [cert, secret, root] = paths;
    return `\nnext   redis-cli --tls --cert ${cert} --key ${secret} --cacert ${root} -h HOST -p PORT PING\n`;
  }
  const [cert, secret, root] = paths.map((path) => path.split('/').at(-1) ?? path);
  return `\nnext   copy them to where the server may read them, and set there:\n       tls-cert-file ${cert}, tls-key-file ${secret}, tls-ca-cert-file ${root}\n       then look from outside: wardis tls inspect HOST:PORT\n`;
}
