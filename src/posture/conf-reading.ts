/** Reading directives and versions for checks: what was written and where, and to which versions a question belongs. */

import { versionAtLeast, type DirectiveLine, type Product, type ServerVersion } from '../conf/index.ts';
import type { ConfFiles, Provenance, Snapshot } from '../fleet/index.ts';
import type { Verdict } from './check.ts';
import { readFact } from './reading.ts';
import { notApplicable } from './verdict.ts';

/** A directive and its place. */
export interface PlacedDirective {
  readonly line: DirectiveLine;
  readonly from: Provenance & { readonly kind: 'file'; readonly line: number };
}

/** Ask with the conf files; a server that was started without any has nothing to judge. */
export function readConfFiles(
  snapshot: Snapshot,
  judge: (conf: ConfFiles, from: Provenance) => Verdict,
): Verdict {
  if (!snapshot.conf.known && snapshot.conf.reason === 'missing')
    return notApplicable('the server was started without a conf file');
  return readFact(snapshot.conf, 'the conf file', judge);
}

/** Every directive of that name, in the order in which the server reads them, includes followed. */
export function directivesNamed(conf: ConfFiles, name: string): readonly PlacedDirective[] {
  return conf.lines.flatMap(({ path, line }) =>
    line.kind === 'directive' && line.name === name
      ? [{ line, from: { kind: 'file', path, line: line.number } as const }]
      : [],
  );
}

/** The server's version, when it is known. */
export function serverOf(snapshot: Snapshot): ServerVersion | undefined {
  return snapshot.product.known ? snapshot.product.value : undefined;
}

/** The first versions with subcommand rights, selectors and protected configs. */
export const SEVEN: Readonly<Record<Product, string>> = { redis: '7.0', valkey: '7.2' };

/** For `appliesWhen`: from a version on. A version that is not known does not excuse the check. */
export function since(
  least: Readonly<Partial<Record<Product, string>>>,
  why: string,
): (snapshot: Snapshot) => true | string {
  return (snapshot) => {
    const server = serverOf(snapshot);
    return server === undefined || versionAtLeast(server, least) ? true : why;
  };
}

/** For `appliesWhen`: before a version. */
export function before(
  least: Readonly<Record<Product, string>>,
  why: string,
): (snapshot: Snapshot) => true | string {
  return (snapshot) => {
    const server = serverOf(snapshot);
    return server === undefined || !versionAtLeast(server, least) ? true : why;
  };
}
