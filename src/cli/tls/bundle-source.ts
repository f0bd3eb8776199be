/**
 * Where trust comes from: files that were named, the state folder (old and new authorities while they change), or what a
 * live server shows, which whoever sits in between could show as well.
 */

import { parseTarget, printEndpoint } from '../../fleet/index.ts';
import {
  printTrust,
  readTrust,
  readTrustedAuthorities,
  type Trust,
  type TrustedRoot,
} from '../../pki/index.ts';
import { inspectTls, type CertificateFact } from '../../tls/index.ts';
import { stateFolderOf } from '../change/state-folder.ts';
import type { TlsBundleFlags } from '../commands/tls/bundle.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { loadPolicy } from '../policy-file.ts';
import { readInput } from '../text-input.ts';

export interface FoundTrust {
  readonly trust: Trust;
  /** `ca.crt`, `the state folder /…/.wardis`, `what cache-1:6380 shows`. */
  readonly source: string;
  /** What must be read before anything is installed; sentences. */
  readonly warnings: readonly string[];
}

const TRUST_BYTES_MAX = 4 * 1024 * 1024;

/** Throws a {@link CommandFailure} where there is no authority. */
export async function findTrust(flags: TlsBundleFlags, context: CommandContext): Promise<FoundTrust> {
  if (flags.from !== undefined && flags.ca.length > 0) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--ca and --from do not go together',
      next: 'name files, or a server to look at',
    });
  }
  const found = await gather(flags, context);
  if (found.trust.authorities.length > 0) return found;
  throw new CommandFailure({
    code: 'E_TRUST',
    what: 'there is no authority to hand out',
    target: found.source,
    ...(found.trust.notes.length === 0 ? {} : { cause: found.trust.notes.join('; ') }),
    next: 'name the PEM file of the authority: --ca FILE',
  });
}

async function gather(flags: TlsBundleFlags, context: CommandContext): Promise<FoundTrust> {
  if (flags.from !== undefined) return fromServer(flags.from, flags, context);
  if (flags.ca.length > 0) {
    const texts: string[] = [];
    for (const path of flags.ca) texts.push(await readInput(path, 'the CA file', TRUST_BYTES_MAX));
    const trust = readTrustedAuthorities(texts.join('\n'), context.now());
    return { trust, source: flags.ca.join(', '), warnings: [] };
  }
  const policy = await loadPolicy(flags.policy, context);
  return fromState(stateFolderOf(flags, policy?.path), context);
}

/** While the authority changes, servers show certificates of the old one and of the new one. */
function fromState(folder: string, context: CommandContext): FoundTrust {
  const reading = readTrust(folder);
  if (reading.state === 'unreadable') {
    throw new CommandFailure({
      code: 'E_TRUST',
      what: 'the authorities of the state folder cannot be read',
      target: folder,
      cause: reading.why ?? 'unknown',
      next: 'mend what is named, or name the PEM file of the authority: --ca FILE',
    });
  }
  const trust = readTrustedAuthorities(printTrust(reading.roots), context.now());
  const notes = [...trust.notes, ...reading.roots.flatMap(describeRole)];
  return { trust: { ...trust, notes }, source: `the state folder ${folder}`, warnings: [] };
}

function describeRole({ role, fact }: TrustedRoot): readonly string[] {
  switch (role) {
    case 'next':
      return [`${fact.subject} is being brought in: clients must trust it before servers show it`];
    case 'old':
      return [`${fact.subject} was replaced: keep it until no server shows a certificate of it`];
    case 'current':
    case 'adopted':
      return [];
  }
}

async function fromServer(
  text: string,
  { fingerprint }: TlsBundleFlags,
  context: CommandContext,
): Promise<FoundTrust> {
  const { target, problems } = parseTarget(text);
  if (target === undefined) {
    throw new CommandFailure({ code: 'E_TARGET', what: problems[0].message, next: problems[0].help });
  }
  const node = printEndpoint(target.endpoint);
  if (target.endpoint.kind !== 'tcp') {
    throw new CommandFailure({ code: 'E_USAGE', what: 'a unix socket shows no certificate', target: node });
  }
  const seen = await inspectTls(target.endpoint);
  if (seen.chain.length === 0) {
    throw new CommandFailure({
      code: 'E_TRUST',
      what: 'the server shows no certificate',
      target: node,
      cause: seen.ok ? 'the handshake had none' : seen.detail,
      next: `wardis doctor rediss://${node}`,
    });
  }
  // A root is what clients trust; intermediates come with each handshake, and OpenSSL trusts none without its root.
  const roots = seen.chain.filter(({ isCa, selfSigned }) => isCa && selfSigned);
  if (roots.length === 0) throw noRoot(seen.chain, node);
  const pem = roots.map((certificate) => certificate.pem).join('\n');
  return {
    trust: readTrustedAuthorities(pem, context.now()),
    source: `what ${node} shows`,
    warnings: fingerprint.length > 0 ? [] : [UNPROVED],
  };
}

/** A server sends its root only where its certificate file holds it, or holds the leaf alone and the CA file the rest. */
function noRoot(chain: readonly CertificateFact[], node: string): CommandFailure {
  const top = chain.at(-1);
  return new CommandFailure({
    code: 'E_TRUST',
    what: 'the server does not send its root, and nothing else is to be trusted',
    target: node,
    cause: `it sends ${chain.map(({ subject }) => subject).join(', ')}; clients that trust only an intermediate fail (UNABLE_TO_GET_ISSUER_CERT)`,
    next: `get the certificate of ${top?.issuer ?? 'the root'} from whoever runs that authority, or from tls-ca-cert-file on the server's host: wardis tls bundle --ca FILE`,
  });
}

const UNPROVED =
  'warning: this was taken from the connection itself and proves nothing: whoever sits in between could show it. Compare the SHA-256 fingerprint by another way (by telephone, from the host of the authority) before you install it; --fingerprint SHA256 refuses any other.';
