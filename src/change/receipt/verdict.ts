/**
 * What follows from the evidence of a receipt. Whoever writes a receipt and whoever checks one use the same rules: a
 * node counts as revoked only if nobody can get in as the user, nobody is in, and a restart changes neither.
 */

import type { NodeEvidence, NodeReceipt, OpenReason, Receipt } from './receipt.ts';

export type Verdict = Receipt['verdict'];

/** Why a node does not count as revoked; empty: it does. */
export function openReasons(evidence: NodeEvidence): readonly OpenReason[] {
  const { account, sessions, oldSecret, persistence } = evidence;
  const reasons: readonly (readonly [OpenReason, boolean])[] = [
    ['account-on', account.state === 'on'],
    ['account-has-password', account.state === 'off' && (account.passwords > 0 || account.nopass)],
    ['session-left', sessions.left > 0],
    ['secret-accepted', oldSecret.login === 'accepted'],
    ['secret-unclear', oldSecret.login === 'unclear'],
    ['hash-present', oldSecret.hash === 'present'],
    ['not-saved', persistence.state === 'failed' || persistence.state === 'not-asked'],
    ['file-differs', persistence.file === 'differs'],
    ['read-before-cut', evidence.cutAt !== null && Date.parse(evidence.readAt) < Date.parse(evidence.cutAt)],
  ];
  return reasons.filter(([, open]) => open).map(([reason]) => reason);
}

/** What a node came to, as it follows from its evidence; `because` counts where there is none. */
export function judgeNode(
  evidence: NodeEvidence | null,
  because: 'unreachable' | 'refused',
): Pick<NodeReceipt, 'outcome' | 'open'> {
  if (evidence === null) {
    return { outcome: because === 'unreachable' ? 'pending' : 'not-revoked', open: [because] };
  }
  const open = [...openReasons(evidence)];
  return { outcome: open.length === 0 ? 'revoked' : 'not-revoked', open };
}

/** What all nodes together came to. A fleet that was not seen whole is not revoked. */
export function judgeFleet(
  nodes: readonly Pick<NodeReceipt, 'outcome'>[],
  notSeen: readonly string[],
): Pick<Receipt, 'revoked' | 'verdict'> {
  const verdict: Verdict = nodes.some(({ outcome }) => outcome === 'not-revoked')
    ? 'not-revoked'
    : nodes.length === 0 || notSeen.length > 0 || nodes.some(({ outcome }) => outcome === 'pending')
      ? 'pending'
      : 'revoked';
  return { revoked: verdict === 'revoked', verdict };
}

/** Where a receipt contradicts itself, as sentences; empty: every claim follows from its evidence. */
export function contradictions(receipt: Receipt): readonly string[] {
  const found: string[] = [];
  for (const each of receipt.nodes) found.push(...contradictionsOfNode(each, receipt));
  const fleet = judgeFleet(receipt.nodes, receipt.notSeen);
  if (fleet.verdict !== receipt.verdict) {
    found.push(`it says ${receipt.verdict}, and its nodes say ${fleet.verdict}`);
  }
  if (fleet.revoked !== receipt.revoked) {
    found.push(`it says revoked: ${receipt.revoked}, and its nodes say ${fleet.revoked}`);
  }
  const names = receipt.nodes.map(({ node }) => node);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) found.push(`node ${twice} is in it twice`);
  if (Date.parse(receipt.issuedAt) < Date.parse(receipt.startedAt)) {
    found.push('it was issued before the revocation began');
  }
  return found;
}

function contradictionsOfNode(each: NodeReceipt, receipt: Receipt): readonly string[] {
  const { node, evidence } = each;
  const found: string[] = [];
  const because = each.open.includes('refused') ? 'refused' : 'unreachable';
  const judged = judgeNode(evidence, because);
  if (judged.outcome !== each.outcome || judged.open.join() !== each.open.join()) {
    const why = judged.open.length === 0 ? '' : ` (${judged.open.join(', ')})`;
    found.push(`${node}: it says ${each.outcome}, and its evidence says ${judged.outcome}${why}`);
  }
  if (evidence === null) return found;
  if (receipt.account === 'delete' && each.outcome === 'revoked' && evidence.account.state !== 'absent') {
    found.push(`${node}: the account was to be deleted, and it is there`);
  }
  if (evidence.persistence.by === 'nothing' && evidence.persistence.state === 'saved') {
    found.push(`${node}: it was saved by nothing`);
  }
  const times = [receipt.startedAt, evidence.cutAt ?? receipt.startedAt, evidence.readAt, receipt.issuedAt];
  const ordered = times.every(
    (time, at) => at === 0 || Date.parse(times[at - 1] ?? time) <= Date.parse(time),
  );
  if (!ordered) found.push(`${node}: its times are not in order`);
  return found;
}
