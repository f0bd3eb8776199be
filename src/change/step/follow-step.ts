/**
 * A replica goes on following its primary by another port: `tls-replication` and REPLICAOF in one MULTI. Sent apart,
 * the replica would dial the old port in the new way, or the new port in the old way, and lose the stream.
 */

import { isReplyError, type Reply } from '../../fleet/index.ts';
import type { PrimaryAddress, Step } from '../step.ts';
import { refusalAmong } from './refusal.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type FollowStep = Extract<Step, { readonly kind: 'follow-primary' }>;

const LINK_WAIT_MS = 15_000;
const LINK_POLL_MS = 100;

export function followPrimaryWork(step: FollowStep, node: StepNode): StepWork {
  return {
    look: () => lookAtLink(step, node),
    perform: () => follow(step.after, node),
    verify: () => waitForLink(step.after, node),
    revert: async () => {
      const sent = await follow(step.before, node);
      return sent.ok === true ? waitForLink(step.before, node) : sent;
    },
  };
}

interface Link {
  readonly role: string;
  readonly address: PrimaryAddress;
  readonly isUp: boolean;
}

async function readLink(node: StepNode): Promise<Link | string> {
  const [info, setting] = await node.send([
    ['INFO', 'replication'],
    ['CONFIG', 'GET', 'tls-replication'],
  ]);
  if (typeof info !== 'string') return 'INFO replication was refused';
  const tls: unknown = Array.isArray(setting) ? setting[1] : undefined;
  if (tls !== 'yes' && tls !== 'no') return 'CONFIG GET tls-replication was refused';
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
  return {
    role: field('role'),
    address: {
      host: field('master_host'),
      port: Number(field('master_port')),
      transport: tls === 'yes' ? 'tls' : 'plaintext',
    },
    isUp: field('master_link_status') === 'up',
  };
}

async function lookAtLink({ before, after }: FollowStep, node: StepNode): Promise<Standing> {
  const link = await readLink(node);
  if (typeof link === 'string') return { kind: 'other', detail: link };
  if (link.role !== 'slave') return { kind: 'other', detail: 'it is no replica any more' };
  // An address without a link is not done; sending it again changes nothing.
  if (isSame(link.address, after)) return link.isUp ? { kind: 'after' } : { kind: 'between' };
  if (isSame(link.address, before)) return { kind: 'before' };
  const { host, port } = link.address;
  return { kind: 'other', detail: `it follows ${host}:${port}` };
}

function isSame(a: PrimaryAddress, b: PrimaryAddress): boolean {
  return a.host === b.host && a.port === b.port && a.transport === b.transport;
}

async function follow({ host, port, transport }: PrimaryAddress, node: StepNode): Promise<Result> {
  const replies = await node.send([
    ['MULTI'],
    ['CONFIG', 'SET', 'tls-replication', transport === 'tls' ? 'yes' : 'no'],
    ['REPLICAOF', host, String(port)],
    ['EXEC'],
  ]);
  const executed = replies.at(-1);
  const inner: readonly Reply[] = Array.isArray(executed) ? (executed as readonly Reply[]) : [];
  const refused = refusalAmong([...replies.filter(isReplyError), ...inner], `REPLICAOF ${host} ${port}`);
  return refused ?? { ok: true };
}

async function waitForLink(wanted: PrimaryAddress, node: StepNode): Promise<Result> {
  const until = node.now().getTime() + LINK_WAIT_MS;
  for (;;) {
    const link = await readLink(node);
    if (typeof link === 'string') return { ok: false, detail: link };
    if (!isSame(link.address, wanted)) {
      return { ok: false, detail: `read back: it follows ${link.address.host}:${link.address.port}` };
    }
    if (link.isUp) return { ok: true, detail: 'the link is up' };
    if (node.now().getTime() >= until) {
      return { ok: false, detail: `the replication link is down after ${LINK_WAIT_MS / 1000} s` };
    }
    await node.sleep(LINK_POLL_MS);
  }
}
