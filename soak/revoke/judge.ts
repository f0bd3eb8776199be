/** Whether a node's receipt is true, by what an observer sees there and by what was done to the node. */
import type { NodeReceipt } from '../../src/change/receipt/receipt.ts';
import type { TopologyNode } from '../../test/servers/node.ts';
import type { NodeFault } from './scenario.ts';

/** What an observer who knows nothing of the revocation sees. */
export interface Observation {
  readonly wayIn: boolean;
  readonly sessions: number;
  readonly administered: boolean;
}

interface Judgement {
  readonly problems: readonly string[];
  /** 1: it is pending with nothing wrong, because it was not reached in time. */
  readonly excused: 0 | 1;
}

const UNREACHED =
  /did not answer within|closed the connection|reset the connection|the deadline passed before/;

/** What a node's receipt may say, given what the observer sees. */
export function judge(
  node: Pick<TopologyNode, 'name'>,
  receipt: NodeReceipt | undefined,
  observed: Observation | undefined,
  fact: { readonly fault: NodeFault; readonly lastAt: number },
): Judgement {
  if (receipt === undefined || observed === undefined)
    return { problems: [`${node.name}: not in the receipt`], excused: 0 };
  const { outcome, evidence, open } = receipt;
  const problems: string[] = [];
  if (!observed.administered) problems.push(`${node.name}: the administrator is locked out`);
  const isOut = !observed.wayIn && observed.sessions === 0;
  const readAt = evidence === null ? 0 : Date.parse(evidence.readAt);
  // What another administrator did after the proof is not its fault; times are whole milliseconds.
  const undone = fact.lastAt >= readAt - 1;
  if (outcome === 'revoked' && !isOut && !undone) {
    problems.push(`${node.name}: called revoked, and ${JSON.stringify(observed)} (${fact.fault.kind})`);
  }
  if (outcome === 'revoked' || fact.lastAt > 0) return { problems, excused: 0 };
  // A busy machine answers late, and Sentinels end sessions in a failover: then it is true that a node is pending. It
  // excuses nothing that was seen, and nothing that is claimed.
  const excused = outcome === 'pending' && evidence === null && UNREACHED.test(receipt.detail);
  if (fact.fault.kind === 'none' && !excused) {
    problems.push(`${node.name}: nothing was wrong, and it is ${outcome} ${open.join()}: ${receipt.detail}`);
  }
  if (
    evidence !== null &&
    isOut &&
    open.some((each) => each === 'account-on' || each === 'secret-accepted')
  ) {
    problems.push(`${node.name}: ${open.join()} where the observer finds no way in`);
  }
  return { problems, excused: fact.fault.kind === 'none' && excused ? 1 : 0 };
}
