/** The work of `wardis tls issue`: from the request to files, standard output, or YAML. The key goes nowhere else. */

import { join, resolve } from 'node:path';
import type { Secret } from '../../conf/index.ts';
import {
  forgetCertificates,
  openAuthority,
  printCertManagerCertificate,
  printTlsSecret,
  readInventory,
  type AuthorityHandle,
  type SignedLeaf,
} from '../../pki/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import { createRequest, IssueError } from '../../tls/index.ts';
import type { TlsIssueFlags } from '../commands/tls/issue.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { refuseExisting, writeTogether, writeWhole } from '../file-output.ts';
import { shownPath } from './ca-words.ts';
import { inColumns } from './certificate-words.ts';
import { readSigningRequest } from './issue-csr.ts';
import { contentsOf, filesOf, ownRoots, recordedFiles, refuseTaken } from './issue-files.ts';
import {
  fileNameOf,
  readDestination,
  readLeafRequest,
  type Destination,
  type NamedRequest,
} from './issue-request.ts';
import { dataOfIssue, notesOfIssue, wordsOfIssue, type IssuedFiles } from './issue-words.ts';
import { enterState, explainPki, withPassphrase } from './pki-access.ts';

const PUBLIC = 0o644;
const PRIVATE = 0o600;

export async function runTlsIssue(
  usage: string,
  name: string,
  flags: TlsIssueFlags,
  context: CommandContext,
): Promise<void> {
  const request = readLeafRequest(usage, name, flags);
  const destination = readDestination(request, flags, context.terminal.outLook);
  if (destination.kind === 'cert-manager') {
    const yaml = printCertManagerCertificate(destination, destination.issuer, request);
    return give(yaml, destination.path, PUBLIC, context);
  }
  if (flags.request === true) return makeRequest(request, flags, context);
  const files = destination.kind === 'files' ? filesOf(name, destination, flags) : undefined;
  if (files !== undefined) refuseTaken(files);
  const signing = flags.csr === undefined ? undefined : await readSigningRequest(flags.csr, request);
  const stateFolder = enterState(flags, 'read');
  const sameName = countSameName(stateFolder, request, context.now());
  const { authority, leaf, key } = await explainPki(() =>
    withPassphrase(flags, context, async (passphrase) => {
      const authority = await openAuthority(stateFolder, { passphrase, now: context.now });
      const wanted = { ...request, ...(files === undefined ? {} : { files: recordedFiles(files) }) };
      if (signing !== undefined) {
        return { authority, leaf: await authority.sign(signing.pem, wanted), key: undefined };
      }
      const leaf = await authority.issue(wanted);
      return { authority, leaf, key: leaf.key };
    }),
  );
  const notes = [...(signing?.notes ?? []), ...notesOfIssue(request, leaf, sameName)];
  await undoing(stateFolder, leaf, () => deliver(destination, { stateFolder, leaf, key, files }, context));
  context.finish(EXIT.ok);
  answer({ request, leaf, authority, files, notes }, destination, flags, context);
}

/** Writes or prints; the answer of the command comes after. */
function deliver(
  destination: Destination,
  made: {
    readonly stateFolder: string;
    readonly leaf: SignedLeaf;
    readonly key: Secret | undefined;
    readonly files: IssuedFiles | undefined;
  },
  context: CommandContext,
): void {
  const { leaf, key, files, stateFolder } = made;
  const caPem = ownRoots(stateFolder, leaf.caPem);
  switch (destination.kind) {
    case 'files':
      if (files !== undefined) writeTogether(contentsOf(files, { stateFolder, leaf, key, caPem }));
      return;
    case 'print':
      return context.terminal.out(`${leaf.certPem}${key?.reveal() ?? ''}`);
    case 'secret':
      if (key === undefined) return;
      return give(
        printTlsSecret(destination, { certPem: leaf.certPem, key, caPem }),
        destination.path,
        PRIVATE,
        context,
      );
    case 'cert-manager':
      return;
  }
}

function answer(
  report: Parameters<typeof wordsOfIssue>[0] & { readonly authority: AuthorityHandle },
  destination: Destination,
  flags: TlsIssueFlags,
  context: CommandContext,
): void {
  if (flags.json === true || flags.output === 'json') {
    return context.terminal.out(`${printSafeJson(dataOfIssue(report), 2)}\n`);
  }
  if (destination.kind === 'files')
    return context.terminal.out(wordsOfIssue(report, context.now(), context.terminal.outLook.columns));
  // Standard output holds the result itself.
  for (const note of report.notes) context.terminal.err(`note: ${safeText(note)}\n`);
}

/** Whoever cannot be given the key has no certificate: it is not left in the inventory. */
async function undoing(stateFolder: string, { fact }: SignedLeaf, work: () => void): Promise<void> {
  try {
    work();
  } catch (error) {
    await explainPki(() => forgetCertificates(stateFolder, [fact.fingerprintSha256])).catch(() => undefined);
    throw error;
  }
}

/** A key and a request; no authority of ours has a part in it. */
async function makeRequest(
  request: NamedRequest,
  flags: TlsIssueFlags,
  context: CommandContext,
): Promise<void> {
  const folder = flags.out ?? 'certs';
  const stem = join(folder, fileNameOf(request.commonName));
  const [key, csr] = [resolve(`${stem}.key`), resolve(`${stem}.csr`)];
  refuseExisting(key, 'keep');
  refuseExisting(csr, 'keep');
  const made = await createRequest(request).catch((error: unknown) => {
    if (!(error instanceof IssueError)) throw error;
    throw new CommandFailure({ code: 'E_CERTIFICATE', what: error.message, next: 'wardis help tls issue' });
  });
  writeTogether([
    { path: key, content: made.keyPem, mode: PRIVATE },
    { path: csr, content: made.requestPem, mode: PUBLIC },
  ]);
  context.finish(EXIT.ok);
  if (flags.json === true || flags.output === 'json') {
    const data = { schemaVersion: '1', commonName: request.commonName, files: { key, request: csr } };
    return context.terminal.out(`${printSafeJson(data, 2)}\n`);
  }
  const rows = inColumns([
    ['made', `${shownPath(csr)}  a request for another authority to sign`],
    ['', `${shownPath(key)}  its private key, for you alone`],
  ]);
  const usages = { server: 'serverAuth', client: 'clientAuth', node: 'serverAuth and clientAuth' };
  context.terminal.out(
    `${rows}\nnext   have it signed with the extended key usage ${usages[request.usage]}, then: wardis tls adopt CERTIFICATE --key ${safeText(shownPath(key))}\n`,
  );
}

function countSameName(stateFolder: string, { commonName, usage }: NamedRequest, now: Date): number {
  return readInventory(stateFolder).certificates.filter(
    (entry) =>
      entry.commonName === commonName &&
      entry.usage === usage &&
      entry.revoked === undefined &&
      entry.supersededBy === undefined &&
      Date.parse(entry.notAfter) > now.getTime(),
  ).length;
}

function give(text: string, path: string | undefined, mode: number, context: CommandContext): void {
  context.finish(EXIT.ok);
  if (path === undefined) return context.terminal.out(text);
  refuseExisting(path, 'keep');
  writeWhole(path, text, mode);
  context.terminal.out(inColumns([['written', shownPath(path)]]));
}
