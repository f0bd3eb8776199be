/** Ending connections a few at a time, so that clients handshake anew with what the server serves now. */

import { isReplyError } from '../../fleet/index.ts';
import type { Step } from '../step.ts';
import { refusalAmong } from './refusal.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type ReconnectStep = Extract<Step, { readonly kind: 'reconnect-clients' }>;

export function reconnectClientsWork(step: ReconnectStep, node: StepNode): StepWork {
  return {
    look: (): Promise<Standing> => Promise.resolve({ kind: 'unseen' }),
    perform: () => endConnections(step, node),
    verify: () => Promise.resolve({ ok: true }),
  };
}

async function endConnections({ ids, perSecond }: ReconnectStep, node: StepNode): Promise<Result> {
  const [list, own] = await node.send([
    ['CLIENT', 'LIST'],
    ['CLIENT', 'ID'],
  ]);
  if (typeof list !== 'string') return refusalAmong([list], 'CLIENT LIST') ?? { ok: false, detail: 'no list' };
  const wanted = ids === undefined ? undefined : new Set(ids);
  const found = list.split('\n').flatMap((line) => {
    const id = /^id=(\d+) /.exec(line)?.[1];
    const flags = / flags=(\S*)/.exec(line)?.[1] ?? '';
    if (id === undefined || id === String(own) || /[SM]/.test(flags)) return [];
    return wanted === undefined || wanted.has(id) ? [id] : [];
  });
  for (const id of found) {
    const [reply] = await node.send([['CLIENT', 'KILL', 'ID', id]]);
    // One that has gone by itself meanwhile is as wanted.
    if (isReplyError(reply) && !reply.error.startsWith('ERR No such client')) {
      return refusalAmong([reply], 'CLIENT KILL') ?? { ok: true };
    }
    await node.sleep((1000 / perSecond) * (0.5 + node.random()));
  }
  return { ok: true, detail: `${found.length} connections ended` };
}
