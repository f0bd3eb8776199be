/**
 * SENTINEL CONFIG SET: what a Sentinel itself logs in to the others with (`sentinel-user`, `sentinel-pass`). It is shown
 * in clear by SENTINEL CONFIG GET, takes effect at once and is written to its file at once; one option for each command,
 * because 7.0 takes no more (seen on Redis 7.0.15 and Valkey 9.1.2; Redis 6.0 has neither).
 */

import { isReplyError, type Reply } from '../../fleet/index.ts';
import type { Step } from '../step.ts';
import { joinStandings } from './config-step.ts';
import { refusalAmong } from './refusal.ts';
import { valueText } from './setting-value.ts';
import { settingsWork, type Pairs } from './settings-work.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type ConfigStep = Extract<Step, { readonly kind: 'set-config' }>;

export function setSentinelConfigWork(step: ConfigStep, node: StepNode): StepWork {
  return settingsWork(step.settings, {
    look: () => lookAtOptions(step, node),
    send: (pairs) => setOptions(step, node, pairs),
  });
}

async function lookAtOptions({ settings }: ConfigStep, node: StepNode): Promise<Standing> {
  const replies = await node.send(settings.map(({ name }) => ['SENTINEL', 'CONFIG', 'GET', name]));
  const refused = refusalAmong(replies, 'SENTINEL CONFIG GET');
  if (refused !== undefined) return { kind: 'other', detail: refused.detail };
  const standings = settings.map(({ before, after }, index): Standing['kind'] => {
    const value = valueOf(replies[index]);
    if (value === undefined) return 'other';
    if (value === valueText(after)) return 'after';
    return before === undefined || value === valueText(before) ? 'before' : 'other';
  });
  const other = settings[standings.indexOf('other')];
  return other === undefined
    ? joinStandings(standings)
    : { kind: 'other', detail: `${other.name} has another value` };
}

async function setOptions(step: ConfigStep, node: StepNode, pairs: Pairs): Promise<Result> {
  const replies = await node.send(pairs.map(([name, value]) => ['SENTINEL', 'CONFIG', 'SET', name, value]));
  const secrets = step.settings.flatMap(({ before, after }) => [before, after]);
  return refusalAmong(replies, 'SENTINEL CONFIG SET', secrets) ?? { ok: true };
}

function valueOf(reply: Reply | undefined): string | undefined {
  if (reply === undefined || isReplyError(reply) || !Array.isArray(reply)) return undefined;
  const value: unknown = reply[1];
  return typeof value === 'string' ? value : undefined;
}
