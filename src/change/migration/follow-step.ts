/**
 * A replica that goes on following its primary by another port. `tls-replication` and REPLICAOF go in one MULTI: apart,
 * a link that breaks in between would stay down.
 */

import { isReplyError, type Reply } from '../../fleet/index.ts';
import type { PrimaryAddress, Step } from '../step.ts';
import { refusalAmong } from '../step/refusal.ts';
import type { Result, Standing, StepNode, StepWork } from '../step/step-work.ts';

type FollowStep = Extract<Step, { readonly kind: 'follow-primary' }>;

const LINK_WAIT_MS = 15_000;
const LINK_POLL_MS = 50;

export function followPrimaryWork({ before, after }: FollowStep, node: StepNode): StepWork {
  return {
    look: () => lookAtLink(node, before, after),
    perform: () => follow(node, after, before),
    verify: () => awaitLink(node, after),
    revert: async () => {
      const result = await follow(node, before, after);
      return result.ok === true ? awaitLink(node, before) : result;
    },
  };
}

async function lookAtLink(node: StepNode, before: PrimaryAddress, after: PrimaryAddress): Promise<Standing> {
  const link = await readLink(node);
  if (link === undefined) return { kind: 'other', detail: 'it is no replica any more' };
  if (isAt(link, after)) return { kind: 'after', detail: `link ${link.up ? 'up' : 'down'}` };
  if (isAt(link, before)) return { kind: 'before' };
  const ports = [before.port, after.port];
  if (link.host === before.host && ports.includes(link.port)) return { kind: 'between' };
  return { kind: 'other', detail: `it follows ${link.host}:${link.port}` };
}

async function follow(node: StepNode, to: PrimaryAddress, from: PrimaryAddress): Promise<Result> {
  const replies = await node.send(transaction(to));
  const results: readonly Reply[] = Array.isArray(replies[3]) ? (replies[3] as readonly Reply[]) : [];
  const refused = refusalAmong([...replies, ...results], 'REPLICAOF with tls-replication');
  if (refused === undefined) return { ok: true };
  // A transaction is not undone by the server: what was taken of it goes back.
  if (results.some((reply) => !isReplyError(reply))) await node.send(transaction(from));
  return refused;
}

function transaction({ host, port, transport }: PrimaryAddress): readonly (readonly string[])[] {
  return [
    ['MULTI'],
    ['CONFIG', 'SET', 'tls-replication', transport === 'tls' ? 'yes' : 'no'],
    ['REPLICAOF', host, String(port)],
    ['EXEC'],
  ];
}

async function awaitLink(node: StepNode, wanted: PrimaryAddress): Promise<Result> {
  const until = node.now().getTime() + LINK_WAIT_MS;
  for (;;) {
    const link = await readLink(node);
    if (link === undefined || !isAt(link, wanted)) {
      return { ok: false, detail: 'read back: it follows another address' };
    }
    if (link.up) return { ok: true, detail: `follows ${link.host}:${link.port}, link up` };
    if (node.now().getTime() >= until) {
      const detail = `the link to ${link.host}:${link.port} is down after ${LINK_WAIT_MS / 1000} s`;
      return { ok: false, detail };
    }
    await node.sleep(LINK_POLL_MS);
  }
}

type Link = PrimaryAddress & { readonly up: boolean };

/** Undefined: a primary. */
async function readLink(node: StepNode): Promise<Link | undefined> {
  const [info, setting] = await node.send([
    ['INFO', 'replication'],
    ['CONFIG', 'GET', 'tls-replication'],
  ]);
  const text = typeof info === 'string' ? info : '';
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
  if (field('role') !== 'slave') return undefined;
  const tls: unknown = Array.isArray(setting) ? (setting as readonly Reply[])[1] : undefined;
  return {
    host: field('master_host'),
    port: Number(field('master_port')),
    transport: tls === 'yes' ? 'tls' : 'plaintext',
    up: field('master_link_status') === 'up',
  };
}

function isAt(link: PrimaryAddress, { host, port, transport }: PrimaryAddress): boolean {
  return link.host === host && link.port === port && link.transport === transport;
}
