/**
 * Steps that change nothing and prove something: a login that works or is refused, a replication link that is up. A
 * refused login leaves an entry in ACL LOG; the connection that tries it is named, so that nobody takes it for an attack.
 */

import { connect } from 'node:net';
import { isReplyError } from '../../fleet/index.ts';
import type { Step } from '../step.ts';
import { hideIn } from './refusal.ts';
import type { Result, StepNode, StepWork } from './step-work.ts';

/** CLIENT SETNAME of connections that try a login. */
export const PROBE_NAME = 'wardis-probe';
/** A link that was just given new credentials needs a moment; servers try again each second. */
const LINK_WAIT_MS = 15_000;
const LINK_POLL_MS = 200;
/** For a primary to take a connection, when its replica's link is down. */
const PRIMARY_WAIT_MS = 2000;

export function proveLoginWork(
  step: Extract<Step, { readonly kind: 'prove-login' }>,
  node: StepNode,
): StepWork {
  return {
    look: () => Promise.resolve({ kind: 'unseen' }),
    perform: () => tryLogin(step, node),
    verify: () => Promise.resolve({ ok: true, detail: `login of ${step.user} ${step.expect}` }),
  };
}

async function tryLogin(
  { user, password, expect }: Extract<Step, { readonly kind: 'prove-login' }>,
  node: StepNode,
): Promise<Result> {
  // Logged in as ourselves first: only then may the connection be given its name.
  const connection = await node.probe();
  try {
    await connection.send([['CLIENT', 'SETNAME', PROBE_NAME]]);
    // AUTH goes alone: several versions send no reply to a failed one that finds others before it.
    const [reply] = await connection.send([['AUTH', user, password.reveal()]]);
    if (!isReplyError(reply)) return judge('accepted', expect, user, '');
    const said = hideIn(reply.error, [password]);
    if (reply.error.startsWith('WRONGPASS')) return judge('refused', expect, user, said);
    return { ok: false, detail: `whether ${user} can log in is not known: ${said}` };
  } finally {
    connection.close();
  }
}

function judge(
  found: 'accepted' | 'refused',
  expect: 'accepted' | 'refused',
  user: string,
  said: string,
): Result {
  if (found === expect) return { ok: true };
  return found === 'accepted'
    ? { ok: false, detail: `the login of ${user} still works` }
    : { ok: false, detail: `the login of ${user} does not work: ${said}` };
}

export function proveReplicationWork(node: StepNode): StepWork {
  return {
    look: () => Promise.resolve({ kind: 'unseen' }),
    perform: () => waitForLink(node),
    verify: () => Promise.resolve({ ok: true, detail: 'replication is up' }),
  };
}

async function waitForLink(node: StepNode): Promise<Result> {
  if (node.role === 'sentinel') return { ok: true };
  const until = node.now().getTime() + LINK_WAIT_MS;
  for (;;) {
    const [info] = await node.send([['INFO', 'replication']]);
    if (isReplyError(info)) return { ok: false, detail: `INFO was refused: ${hideIn(info.error, [])}` };
    const text = typeof info === 'string' ? info : '';
    if (/^role:master/m.test(text)) return { ok: true };
    if (/^master_link_status:up/m.test(text)) return { ok: true };
    if (node.now().getTime() >= until) return judgeLink(text);
    await node.sleep(LINK_POLL_MS);
  }
}

/** A replica whose primary is away cannot show a link: that is asked again when the primary is back. */
async function judgeLink(info: string): Promise<Result> {
  const host = /^master_host:(.*?)\r?$/m.exec(info)?.[1] ?? '';
  const port = Number(/^master_port:(\d+)/m.exec(info)?.[1]);
  const down = `the replication link is down after ${LINK_WAIT_MS / 1000} s`;
  if (host === '' || !(port > 0) || (await isListening(host, port))) return { ok: false, detail: down };
  return { ok: 'later', detail: `${down}, and its primary ${host}:${port} does not answer` };
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PRIMARY_WAIT_MS });
    const end = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
