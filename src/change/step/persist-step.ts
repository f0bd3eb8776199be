/**
 * Making what holds outlast a restart: ACL SAVE with an aclfile, CONFIG REWRITE without, SENTINEL FLUSHCONFIG on a
 * Sentinel. Where the file can be read its users must be those in memory; where the save is refused (disk full, a file
 * system that is read-only) the file must still be the old one.
 */

import {
  haveSameRights,
  parseAclFile,
  parseUserDirective,
  type CommandTable,
  type User,
} from '../../acl/index.ts';
import { parseConf } from '../../conf/index.ts';
import { isReplyError } from '../../fleet/index.ts';
import type { Step } from '../step.ts';
import { findRewriteHazard, includesOf, type IncludedFile } from './conf-rewrite.ts';
import { readHostText } from './host-text.ts';
import { hideIn } from './refusal.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';
import { parseTokens } from './user-state.ts';

type PersistStep = Extract<Step, { readonly kind: 'persist' }>;

export function persistWork(step: PersistStep, node: StepNode): StepWork {
  return {
    // What is on disk is a matter of a moment ago: saving once more costs little and is never wrong.
    look: (): Promise<Standing> => Promise.resolve({ kind: 'unseen' }),
    perform: () => save(step, node),
    verify: () => compareFile(step, node),
    // Once the other steps are taken back, what holds then is saved again.
    revert: () => save(step, node),
  };
}

async function save(step: PersistStep, node: StepNode): Promise<Result> {
  const command = commandOf(step, node);
  const before = await readFile(step, node);
  const hazard = step.by === 'config-rewrite' ? await hazardOf(node, before) : undefined;
  if (hazard !== undefined) {
    // After an undo the file may hold already what is to be saved.
    const kept = before === undefined ? undefined : await compareFile(step, node);
    return kept?.ok === true ? kept : { ok: false, detail: `nothing was saved: ${hazard}` };
  }
  const [reply] = await node.send([command]);
  const users = node.role === 'sentinel' ? await saveSentinelUsers(node) : undefined;
  if (!isReplyError(reply)) return users ?? { ok: true };
  const refused = `${command.join(' ')} was refused: ${hideIn(reply.error, [])}`;
  const after = await readFile(step, node);
  if (before === undefined || after === undefined) return { ok: false, detail: refused };
  const same = before.text === after.text;
  return { ok: false, detail: `${refused}; ${after.path} ${same ? 'is as it was' : 'has changed'}` };
}

async function hazardOf(node: StepNode, conf: SavedFile | undefined): Promise<string | undefined> {
  // With an ACL file the configuration holds no users.
  if (node.role === 'sentinel' || (await aclPath(node)) !== undefined) return undefined;
  const [list] = await node.send([['ACL', 'LIST']]);
  const included: IncludedFile[] = [];
  for (const path of includesOf(conf?.text ?? '').slice(0, INCLUDES_MAX)) {
    included.push({ path, text: path.startsWith('/') ? await readHostText(node, path) : undefined });
  }
  return findRewriteHazard({
    server: await node.server(),
    users: Array.isArray(list) ? (list as readonly unknown[]).map(String) : [],
    conf: conf?.text,
    included,
  });
}

/** Included files that are looked into. */
const INCLUDES_MAX = 100;

/** A Sentinel tells nowhere whether it has an ACL file; where it has one, SENTINEL FLUSHCONFIG leaves its users out. */
async function saveSentinelUsers(node: StepNode): Promise<Result | undefined> {
  const [reply] = await node.send([['ACL', 'SAVE']]);
  // 6.0 has no ACL on a Sentinel.
  if (!isReplyError(reply) || /not configured to use an ACL file|unknown command/.test(reply.error))
    return undefined;
  return { ok: false, detail: `ACL SAVE was refused: ${hideIn(reply.error, [])}` };
}

function commandOf(step: PersistStep, node: StepNode): readonly string[] {
  if (step.by === 'acl-save') return ['ACL', 'SAVE'];
  return node.role === 'sentinel' ? ['SENTINEL', 'FLUSHCONFIG'] : ['CONFIG', 'REWRITE'];
}

interface SavedFile {
  readonly path: string;
  readonly text: string;
  readonly format: 'acl' | 'conf';
}

/** The file that the server writes, where it can be read. */
async function readFile(step: PersistStep, node: StepNode): Promise<SavedFile | undefined> {
  if (node.host === undefined || node.host.via === 'none') return undefined;
  const path = step.by === 'acl-save' ? await aclPath(node) : await confPath(node);
  if (path === undefined || !path.startsWith('/')) return undefined;
  const text = await readHostText(node, path);
  if (text === undefined) return undefined;
  return step.by === 'acl-save' ? { path, text, format: 'acl' } : readConf(node, path, text);
}

/** The ACL file of a Sentinel stands in its configuration alone; FLUSHCONFIG writes no users there then. */
async function readConf(node: StepNode, path: string, text: string): Promise<SavedFile | undefined> {
  if (node.role !== 'sentinel') return { path, text, format: 'conf' };
  const line = parseConf(text, { path }).lines.find(
    (each) => each.kind === 'directive' && each.name === 'aclfile',
  );
  const aclfile = line?.kind === 'directive' ? (line.args[0] ?? '') : '';
  if (aclfile === '') return { path, text, format: 'conf' };
  const users = aclfile.startsWith('/') ? await readHostText(node, aclfile) : undefined;
  return users === undefined ? undefined : { path: aclfile, text: users, format: 'acl' };
}

async function aclPath(node: StepNode): Promise<string | undefined> {
  const [reply] = await node.send([['CONFIG', 'GET', 'aclfile']]);
  const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function confPath(node: StepNode): Promise<string | undefined> {
  const [info] = await node.send([['INFO', 'server']]);
  const path = typeof info === 'string' ? /^config_file:(.*?)\r?$/m.exec(info)?.[1] : undefined;
  return path === '' ? undefined : path;
}

async function compareFile(step: PersistStep, node: StepNode): Promise<Result> {
  const file = await readFile(step, node);
  if (file === undefined) return { ok: true, detail: 'answered OK; the file cannot be read from here' };
  // With an ACL file the configuration holds no users.
  if (step.by === 'config-rewrite' && node.role !== 'sentinel' && (await aclPath(node)) !== undefined) {
    return { ok: true, detail: 'answered OK' };
  }
  const [list] = await node.send([['ACL', 'LIST']]);
  if (!Array.isArray(list)) return { ok: true, detail: 'answered OK; ACL LIST could not be read' };
  const table = await node.table();
  const inMemory = usersOf((list as readonly unknown[]).map(String), table);
  const inFile =
    file.format === 'acl'
      ? usersOf(
          file.text.split('\n').filter((line) => line.startsWith('user ')),
          table,
        )
      : usersOfConf(file, table);
  if (file.format === 'acl' && parseAclFile(file.text, table).problems.length > 0) {
    return { ok: false, detail: `the server would refuse ${file.path}` };
  }
  const differing = [...new Set([...inMemory.keys(), ...inFile.keys()])].filter((name) => {
    const [left, right] = [inMemory.get(name), inFile.get(name)];
    return left === undefined || right === undefined || !haveSameRights(left, right);
  });
  if (differing.length === 0)
    return { ok: true, detail: `${file.path} holds the ${inMemory.size} users in memory` };
  return { ok: false, detail: `${file.path} differs from memory: ${differing.slice(0, 5).join(' ')}` };
}

function usersOf(lines: readonly string[], table: CommandTable): ReadonlyMap<string, User> {
  const users = new Map<string, User>();
  for (const line of lines) {
    const [, name = '', ...tokens] = line.trim().split(' ');
    const user = parseTokens(name, tokens, table);
    if (user !== undefined) users.set(name, user);
  }
  return users;
}

function usersOfConf(file: SavedFile, table: CommandTable): ReadonlyMap<string, User> {
  const users = new Map<string, User>();
  for (const line of parseConf(file.text, { path: file.path }).lines) {
    if (line.kind !== 'directive' || line.name !== 'user') continue;
    const { user } = parseUserDirective(line.args, table);
    const [name = '', ...tokens] = line.args;
    const parsed = user === undefined ? undefined : parseTokens(name, tokens, table);
    if (parsed !== undefined) users.set(name, parsed);
  }
  return users;
}
