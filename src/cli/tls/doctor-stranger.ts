/**
 * One node that shows a certificate of an authority that the others do not have. Where neither most nodes nor we ourselves
 * know that authority, it is the node that is odd, and not the trust of the others: whoever adds a CA lets in every client
 * of it. Pure.
 */

import type { NodeTls } from '../../fleet/index.ts';
import { judgeChain, type CertificateFact } from '../../tls/index.ts';
import { quote } from '../doctor/local-files.ts';
import type { FleetFacts } from './doctor-fleet.ts';
import type { Ailment, Healing, HealingStep } from './doctor-heal.ts';
import { trustFileOf, valueOf } from './doctor-link.ts';

/** The healing of the odd node; undefined where the authority is one that is meant, as in a rotation. */
export function healStranger({ failure, links, facts }: Ailment): Healing | undefined {
  const { certificate } = failure;
  if (certificate === undefined || !lacks(facts.authorities, certificate, facts.at)) return undefined;
  const odd = [
    ...new Set(links.flatMap(({ judgement }) => (judgement.kind === 'fails' ? [judgement.subject] : []))),
  ].toSorted();
  const showing = facts.nodes.filter(({ ports }) =>
    ports.some(({ handshake }) => handshake.chain.length > 0),
  );
  // With authorities of our own at hand, a half that they do not know is the odd half.
  const most = facts.authorities.length > 0 ? showing.length / 2 : (showing.length - 1) / 2;
  if (odd.length > most) return undefined;
  const lacking = facts.nodes.filter((node) => {
    const trust = trustFileOf(node);
    return trust !== undefined && !odd.includes(node.node.id) && lacks(trust, certificate, facts.at);
  });
  const blind = facts.authorities.length > 0 && odd.some((id) => find(facts, id)?.unreachable !== undefined);
  const one = odd.length === 1;
  return {
    nodes: odd,
    words: {
      title: `${odd.join(', ')} ${one ? 'shows' : 'show'} a certificate of ${certificate.issuer}, which the others do not trust`,
      detail: `Without that CA: ${lacking.map(({ node }) => node.id).join(', ')}. Neither most nodes nor the authorities at hand here know it.${blind ? ` Our own CA file does not have it either, so ${odd.join(', ')} could not be asked.` : ''}`,
    },
    list: [
      ...odd.flatMap((id) => renew(id, facts)),
      ...lacking.flatMap((node) => trustAll(node, certificate)),
    ],
  };
}

function lacks(held: readonly CertificateFact[], certificate: CertificateFact, at: Date): boolean {
  const judged = judgeChain({ presented: [certificate], trusted: held, at, usage: 'server' });
  return !judged.ok && judged.alert === 'UNKNOWN_CA';
}

function renew(node: string, facts: FleetFacts): readonly HealingStep[] {
  const asked = find(facts, node)?.unreachable === undefined;
  const back: HealingStep = {
    kind: 'person',
    node,
    words: `${asked ? 'or by hand: ' : ''}put back the pair that it had, or one of the CA that the others trust (wardis tls issue), and let it be loaded: CONFIG SET tls-cert-file to the same path; a Sentinel restarts`,
  };
  if (!asked) return [back];
  return [
    {
      kind: 'wardis',
      node,
      words: 'give it a certificate of the CA that the others trust',
      command: `wardis tls rotate leaf ${facts.reach} --node ${node}`,
    },
    back,
  ];
}

/** A person decides it: nothing here is done by whoever follows the steps without reading. */
function trustAll(node: NodeTls, { issuer }: CertificateFact): readonly HealingStep[] {
  const path = valueOf(node, 'tls-ca-cert-file') ?? '';
  return [
    {
      kind: 'person',
      node: node.node.id,
      words: `instead of that, and only if ${issuer} is meant to be trusted from now on (every client with a certificate of it gets in): add it to ${path === '' ? 'the CA file' : quote(path)}, keep what is there, and load it`,
    },
  ];
}

function find({ nodes }: FleetFacts, id: string): NodeTls | undefined {
  return nodes.find(({ node }) => node.id === id);
}
