/**
 * SENTINEL SET. A Sentinel writes its file at once, and shows most options by SENTINEL MASTER, but never auth-pass and
 * auth-user (sentinel.c, Redis 6.0 to 8.0, Valkey 7.2 to 9.1): those are read from its file where that can be reached,
 * else its OK must do.
 */

import { parseConf, Secret, type ServerVersion } from '../../conf/index.ts';
import { isReplyError, type Reply } from '../../fleet/index.ts';
import type { SettingChange, Step } from '../step.ts';
import { joinStandings } from './config-step.ts';
import { readHostText } from './host-text.ts';
import { refusalAmong } from './refusal.ts';
import { valueText } from './setting-value.ts';
import { settingsWork, type Pairs } from './settings-work.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type SentinelStep = Extract<Step, { readonly kind: 'set-sentinel' }>;

export function setSentinelWork(step: SentinelStep, node: StepNode): StepWork {
  return settingsWork(step.settings, {
    look: () => lookAtSentinel(step, node),
    send: (pairs) => setOptions(step, node, pairs),
    owner: ` of ${step.group}`,
  });
}

async function lookAtSentinel(step: SentinelStep, node: StepNode): Promise<Standing> {
  const [reply] = await node.send([['SENTINEL', 'MASTER', step.group]]);
  if (isReplyError(reply)) {
    return {
      kind: 'other',
      detail: `SENTINEL MASTER ${step.group} was refused: ${reply.error.slice(0, 200)}`,
    };
  }
  const shown = fieldsOf(reply);
  const hidden = step.settings.some(({ name }) => !shown.has(name));
  const inFile = hidden ? await readOptions(step.group, node) : new Map<string, string>();
  const standings = step.settings.map(({ name, before, after }): Standing['kind'] => {
    const value = shown.get(name) ?? (inFile === undefined ? undefined : (inFile.get(name) ?? ''));
    if (value === undefined) return 'unseen';
    if (value === valueText(after)) return 'after';
    return before === undefined || value === valueText(before) ? 'before' : 'other';
  });
  const other = step.settings[standings.indexOf('other')];
  if (other !== undefined) return { kind: 'other', detail: describeOther(other, step.group, shown) };
  return joinStandings(standings);
}

function describeOther(setting: SettingChange, group: string, shown: ReadonlyMap<string, string>): string {
  const value = setting.after instanceof Secret ? undefined : shown.get(setting.name);
  return `${setting.name} of ${group} ${value === undefined ? 'has another value' : `is ${value}`}`;
}

/** The `sentinel OPTION GROUP value` lines of the file; undefined where it cannot be read. */
async function readOptions(group: string, node: StepNode): Promise<ReadonlyMap<string, string> | undefined> {
  const [info] = await node.send([['INFO', 'server']]);
  const path = typeof info === 'string' ? /^config_file:(.+?)\r?$/m.exec(info)?.[1] : undefined;
  const text = path === undefined ? undefined : await readHostText(node, path);
  if (path === undefined || text === undefined) return undefined;
  const server: ServerVersion = await node.server();
  const options = new Map<string, string>();
  for (const line of parseConf(text, { path, server }).lines) {
    if (line.kind !== 'directive' || line.name !== 'sentinel') continue;
    const [option = '', name, value = ''] = line.args;
    if (name === group) options.set(option.toLowerCase(), value);
  }
  return options;
}

async function setOptions(step: SentinelStep, node: StepNode, pairs: Pairs): Promise<Result> {
  // Written into its file without quotes: no Sentinel would start again (seen on Redis 6.0.16 and 7.0.15).
  const unsafe = pairs.find(([, value]) => /[\s"']/.test(value));
  if (unsafe !== undefined) {
    return {
      ok: false,
      detail: `a Sentinel cannot keep ${unsafe[0]} with a blank or a quote in it: it would not start again; take another`,
    };
  }
  const replies = await node.send([['SENTINEL', 'SET', step.group, ...pairs.flat()]]);
  const secrets = step.settings.flatMap(({ before, after }) => [before, after]);
  return refusalAmong(replies, `SENTINEL SET ${step.group}`, secrets) ?? { ok: true };
}

function fieldsOf(reply: Reply | undefined): ReadonlyMap<string, string> {
  const list = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < list.length; at += 2) fields.set(textOf(list[at]), textOf(list[at + 1]));
  return fields;
}

function textOf(reply: Reply | undefined): string {
  return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : '';
}
