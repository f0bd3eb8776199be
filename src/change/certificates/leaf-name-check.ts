/**
 * What stands against the names of a new certificate. A name that clients are told by nodes alone stops nothing unless
 * the old certificate covered it: a node that lies could keep a whole fleet from its certificates.
 */

import { coversName, type CertificateFact } from '../../tls/index.ts';
import { canonicalName, isCertifiable } from './leaf-names.ts';
import { objector, type LeafObjection } from './leaf-objection.ts';
import { chooseNames, needsClientUsage, requestLeaf, type AddedNames } from './leaf-request.ts';
import { servedBy, type LeafSight } from './leaf-sight.ts';

type Names = Pick<CertificateFact, 'dnsNames' | 'ipAddresses'>;

/** Where clients are sent to it and the certificate does not cover it. `how`: what would help. */
export function checkCover(
  sight: LeafSight,
  leaf: Names,
  at: string,
  how: 'issue' | 'pair',
): readonly LeafObjection[] {
  const { node, told } = sight;
  const object = objector(node.id);
  const served = servedBy(sight);
  const covers = (names: Names, name: string): boolean => coversName(names as CertificateFact, name);
  return told.flatMap(({ host, from, by }): readonly LeafObjection[] => {
    if (!isCertifiable(host)) {
      const cause = `${JSON.stringify(host)}, told by ${by ?? 'a node'}, is no host name and no address: left out`;
      return [object('warning', 'bad-name', node.id, cause, `mend what ${by ?? node.id} announces`)];
    }
    if (covers(leaf, host)) return [];
    const wasCovered = served !== undefined && covers(served, host);
    const whose = from === 'told' ? ` (told by ${by ?? 'a node'})` : '';
    const cause = `it does not cover ${host}${whose}; it is for ${[...leaf.dnsNames, ...leaf.ipAddresses].join(', ')}`;
    const next =
      how === 'pair'
        ? 'have it issued for every host that clients are told'
        : `if clients are to reach ${node.id} by it: ${optionFor(host)}, or --add-told`;
    const severity = wasCovered || from !== 'told' ? 'refused' : 'warning';
    return [object(severity, 'wrong-name', at, cause, next)];
  });
}

/** What stands against the names that are to be issued for nodes that share a file. */
export function checkRequest(
  sights: readonly LeafSight[],
  added: AddedNames,
  /** How many the operator chose names for: `one` file, or several. */
  scope: 'one' | 'several',
): readonly LeafObjection[] {
  const request = requestLeaf(sights, 1, added);
  const names = { dnsNames: request.dnsNames ?? [], ipAddresses: request.ipAddresses ?? [] };
  const written = new Set(added.names.map(canonicalName));
  return sights.flatMap((sight): readonly LeafObjection[] => {
    const { node, taken, certified } = sight;
    const object = objector(node.id);
    const known = new Set(
      chooseNames(sights, { names: [], told: 'leave' }).map(({ name }) => canonicalName(name)),
    );
    const foreign = chooseNames(sights, added).flatMap(({ name }): readonly LeafObjection[] => {
      const owner = taken?.get(canonicalName(name));
      if (owner === undefined || known.has(canonicalName(name))) return [];
      const cause = `${name} is a name of ${owner}: with it ${node.id} could pass for it`;
      // Written by the operator for this very node it is his word.
      const isMeant = scope === 'one' && written.has(canonicalName(name));
      const next = isMeant ? undefined : `leave it out; if it is meant: --node ${node.id} ${optionFor(name)}`;
      return [object(isMeant ? 'warning' : 'refused', 'other-node', node.id, cause, next)];
    });
    const wider = needsClientUsage(sight) && certified?.usage === 'server';
    const cause =
      'the old certificate is for servers only; this node dials others with it, so the new one is for clients too';
    return [
      ...foreign,
      ...checkCover(sight, names, 'the certificate to be issued', 'issue'),
      ...(wider ? [object('warning', 'wider-usage', node.id, cause)] : []),
    ];
  });
}

function optionFor(name: string): string {
  return /^[0-9.]+$|:/.test(name) ? `--ip ${name}` : `--dns ${name}`;
}
