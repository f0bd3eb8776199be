/** The work of `wardis tls bundle`: find the authorities, hold them against the fingerprints, write or show. */

import { join } from 'node:path';
import {
  guideTrust,
  isFingerprint,
  TRUST_SYSTEMS,
  type BundleFile,
  type Trust,
  type TrustGuide,
  type TrustSystem,
} from '../../pki/index.ts';
import type { TlsBundleFlags } from '../commands/tls/bundle.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { refuseExisting, writeTogether, writeWhole } from '../file-output.ts';
import { describeBundle, printBundleJson, type BundleReport, type Written } from './bundle-print.ts';
import { findTrust, type FoundTrust } from './bundle-source.ts';
import { makeTruststore } from './bundle-truststore.ts';

/** Names that people know a system by. */
const ALIASES: Readonly<Record<string, TrustSystem>> = {
  ubuntu: 'debian',
  fedora: 'rhel',
  centos: 'rhel',
  nodejs: 'node',
  'valkey-cli': 'redis-cli',
  k8s: 'kubernetes',
};
/** Everybody may read what to trust. */
const MODE = 0o644;

export async function runTlsBundle(flags: TlsBundleFlags, context: CommandContext): Promise<void> {
  const systems = readSystems(flags.for);
  const found = await findTrust(flags, context);
  checkFingerprints(found.trust, flags.fingerprint);
  const guides = systems.map((system) => guideTrust(system, found.trust.authorities));
  const report = { ...found, compared: flags.fingerprint.length > 0, guides };
  if (flags.out === '-') return printOne(report, flags, context);
  const written = flags.out === undefined ? [] : await writeAll(flags.out, report, flags);
  const text = flags.json === true ? printBundleJson(report, written) : describeBundle(report, written);
  context.terminal.out(text);
  context.finish(EXIT.ok);
}

function readSystems(names: readonly string[]): readonly TrustSystem[] {
  if (names.length === 0) return TRUST_SYSTEMS;
  const systems = names.map((name) => {
    const system = TRUST_SYSTEMS.find((known) => known === name.toLowerCase()) ?? ALIASES[name.toLowerCase()];
    if (system !== undefined) return system;
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `--for ${JSON.stringify(name)} is no system that is known here`,
      next: `one of: ${TRUST_SYSTEMS.join(', ')}`,
    });
  });
  return [...new Set(systems)];
}

/** All that is trusted must have been named: one more in a bundle is one more who can issue for the servers. */
function checkFingerprints({ authorities }: Trust, expected: readonly string[]): void {
  if (expected.length === 0) return;
  const stranger = authorities.find(
    ({ certificate }) => !expected.some((text) => isFingerprint(text, certificate.fingerprintSha256)),
  );
  const missing = expected.find(
    (text) => !authorities.some(({ certificate }) => isFingerprint(text, certificate.fingerprintSha256)),
  );
  if (stranger === undefined && missing === undefined) return;
  throw new CommandFailure({
    code: 'E_TRUST',
    what:
      stranger === undefined
        ? `no authority has the fingerprint ${missing ?? ''}; nothing was written`
        : `${stranger.certificate.subject} has the fingerprint ${stranger.fingerprint}, which was not named; nothing was written`,
    cause: 'this is not the authority that you were told of, or a fingerprint was copied wrongly',
    next: 'ask whoever runs the authority for its SHA-256 fingerprint, by another way than this one',
  });
}

function printOne(report: BundleReport & FoundTrust, flags: TlsBundleFlags, context: CommandContext): void {
  const files = uniqueFiles(report.guides);
  const [file] = files;
  if (flags.for.length === 0 || files.length !== 1 || file === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--out - writes one file, and this would be several',
      next: 'name one system, for example --for node or --for kubernetes, or a folder: --out DIR',
    });
  }
  for (const note of [...report.warnings, ...report.trust.notes]) context.terminal.err(`${note}\n`);
  context.terminal.out(file.content);
  context.finish(EXIT.ok);
}

async function writeAll(
  folder: string,
  { guides, trust }: BundleReport,
  flags: TlsBundleFlags,
): Promise<readonly Written[]> {
  const java = guides.some(({ system }) => system === 'java');
  const store = java ? await makeTruststore(trust.authorities) : undefined;
  const files = uniqueFiles(guides).map(({ name, content }) => ({
    path: join(folder, name),
    content,
    mode: MODE,
  }));
  const storePath = store === undefined ? [] : [join(folder, store.name)];
  for (const path of [...files.map(({ path }) => path), ...storePath]) {
    refuseExisting(path, flags.force === true ? 'overwrite' : 'keep');
  }
  writeTogether(files);
  const written = files.map(({ path }): Written => ({ path }));
  const [path] = storePath;
  if (store === undefined || path === undefined) return written;
  if (store.kind === 'not-made') return [...written, { path, why: store.why }];
  writeWhole(path, store.content, MODE);
  return [...written, { path }];
}

function uniqueFiles(guides: readonly TrustGuide[]): readonly BundleFile[] {
  return [...new Map(guides.flatMap(({ files }) => files).map((file) => [file.name, file])).values()];
}
