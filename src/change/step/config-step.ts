/**
 * CONFIG SET: all names in one command from 7.0 on, which the server takes as a whole or not at all; before, one after
 * the other, and what was set is put back when a later one is refused. Read back by CONFIG GET.
 */

import { Secret, versionAtLeast } from '../../conf/index.ts';
import { isReplyError, type Reply } from '../../fleet/index.ts';
import type { SettingChange, Step } from '../step.ts';
import { refusalAmong } from './refusal.ts';
import { isSameValue } from './setting-value.ts';
import { pairsBefore, settingsWork, type Pairs } from './settings-work.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type ConfigStep = Extract<Step, { readonly kind: 'set-config' }>;

export function setConfigWork({ settings }: ConfigStep, node: StepNode): StepWork {
  return settingsWork(settings, {
    look: () => lookAtSettings(node, settings),
    send: (pairs) => setAll(node, pairs, settings),
  });
}

async function lookAtSettings(node: StepNode, settings: readonly SettingChange[]): Promise<Standing> {
  const server = await node.server();
  const replies = await node.send(settings.map(({ name }) => ['CONFIG', 'GET', name]));
  const shown = replies.map(valueOf);
  const standings = settings.map(({ name, before, after }, index): Standing['kind'] => {
    const value = shown[index];
    if (value === undefined) return 'other';
    if (isSameValue(name, value, after, server)) return 'after';
    return before === undefined || isSameValue(name, value, before, server) ? 'before' : 'other';
  });
  const otherAt = standings.indexOf('other');
  const other = settings[otherAt];
  if (other !== undefined) {
    return { kind: 'other', detail: describeOther(other, shown[otherAt], replies[otherAt]) };
  }
  return joinStandings(standings);
}

/** One standing of many parts, none of which is `other`. */
export function joinStandings(standings: readonly Standing['kind'][]): Standing {
  if (standings.every((kind) => kind === 'after')) return { kind: 'after' };
  if (standings.includes('unseen')) return { kind: 'unseen' };
  return { kind: standings.includes('after') ? 'between' : 'before' };
}

function valueOf(reply: Reply): string | undefined {
  const value: unknown = Array.isArray(reply) ? (reply as readonly Reply[])[1] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function describeOther(setting: SettingChange, shown: string | undefined, reply: Reply | undefined): string {
  if (isReplyError(reply)) return `CONFIG GET ${setting.name} was refused: ${reply.error.slice(0, 200)}`;
  if (shown === undefined) return `the server has no setting ${setting.name}`;
  const isSecret = setting.after instanceof Secret || setting.before instanceof Secret;
  return isSecret ? `${setting.name} has another value` : `${setting.name} is ${JSON.stringify(shown)}`;
}

async function setAll(node: StepNode, pairs: Pairs, settings: readonly SettingChange[]): Promise<Result> {
  const secrets = settings.flatMap(({ before, after }) => [before, after]);
  if (versionAtLeast(await node.server(), { redis: '7.0', valkey: '7.2' })) {
    const replies = await node.send([['CONFIG', 'SET', ...pairs.flat()]]);
    return refusalAmong(replies, `CONFIG SET ${namesOf(pairs)}`, secrets) ?? { ok: true };
  }
  for (const [at, [name, value]] of pairs.entries()) {
    const replies = await node.send([['CONFIG', 'SET', name, value]]);
    const refused = refusalAmong(replies, `CONFIG SET ${name}`, secrets);
    if (refused !== undefined) return putBack(node, pairs.slice(0, at), settings, refused.detail);
  }
  return { ok: true };
}

/** What was set before the one that was refused goes back to what it was. */
async function putBack(
  node: StepNode,
  done: Pairs,
  settings: readonly SettingChange[],
  why: string,
): Promise<Result> {
  const names = new Set(done.map(([name]) => name));
  const old = settings.filter(({ name }) => names.has(name));
  if (old.length === 0) return { ok: false, detail: why };
  const replies = await node.send(pairsBefore(old).map(([name, value]) => ['CONFIG', 'SET', name, value]));
  const whole = replies.length === old.length && !replies.some(isReplyError);
  const rest = whole ? 'the others were put back' : `${namesOf(done)} could not all be put back`;
  return { ok: false, detail: `${why}; ${rest}` };
}

function namesOf(pairs: Pairs): string {
  return pairs.map(([name]) => name).join(' ');
}
