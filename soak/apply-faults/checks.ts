/**
 * What must hold after every disturbance: nobody is locked out, no user is lost that was not to be removed, each node is
 * old or new, and what the tool's journal claims of a node is what the node itself shows.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { haveSameRights, hashPassword, type User } from '../../src/acl/index.ts';
import { listRuns, MARKER, readRun, reportRun, type StepReport } from '../../src/change/index.ts';
import { readText, type TopologyNode } from '../../test/servers/node.ts';
import type { Fault } from './faults.ts';
import {
  OPERATOR,
  POLICY_NEW,
  POLICY_OLD,
  readKeptUsers,
  readUsers,
  SECRETS,
  type NodeUsers,
  type Scene,
} from './scene.ts';

/** Which state a node is in, by all of its users and the setting. `either` where that is the same. */
export type NodeStanding = 'old' | 'new' | 'between' | 'either';

/** Problems as sentences; none is good. */
export async function checkAccess(scene: Scene): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const node of scene.topology.nodes) {
    for (const login of [OPERATOR, scene.topology.admin]) {
      const who = await node.commandAs(login, 'ACL', 'WHOAMI');
      if (who !== login.user)
        problems.push(`${node.name}: ${login.user} is locked out: ${JSON.stringify(who)}`);
      const list = await node.commandAs(login, 'ACL', 'LIST');
      if (!Array.isArray(list))
        problems.push(`${node.name}: ${login.user} may not administer: ${JSON.stringify(list)}`);
    }
  }
  return problems;
}

/** Users that were and shall be are there all the time; those that the policy does not own are untouched. */
export async function checkUsers(scene: Scene, fault: Fault): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const node of scene.topology.nodes) {
    const { old, wanted } = statesOf(scene, node);
    const live = await readUsers(node);
    for (const [name, user] of old) {
      const next = wanted.get(name);
      if (next === undefined) continue;
      const now = live.get(name);
      if (now === undefined) problems.push(`${node.name}: ${name} was lost`);
      else if (haveSameRights(user, next) && !haveSameRights(user, now) && !isForeign(fault, node, name)) {
        problems.push(`${node.name}: ${name} was changed although nothing was to change`);
      }
    }
    for (const name of live.keys()) {
      if (!old.has(name) && !wanted.has(name)) problems.push(`${node.name}: ${name} came from nowhere`);
    }
  }
  return problems;
}

/** Where each node stands, by its name. */
export async function findStandings(scene: Scene, fault: Fault): Promise<ReadonlyMap<string, NodeStanding>> {
  const standings = new Map<string, NodeStanding>();
  for (const node of scene.topology.nodes) {
    const { old, wanted } = statesOf(scene, node);
    const live = await readUsers(node);
    const setting = await readSetting(node);
    const ignore = (name: string): boolean => isForeign(fault, node, name);
    const isOld = areSame(old, live, ignore) && setting !== POLICY_NEW;
    const isNew = areSame(wanted, live, ignore) && setting !== POLICY_OLD;
    standings.set(node.name, isOld ? (isNew ? 'either' : 'old') : isNew ? 'new' : 'between');
  }
  return standings;
}

/** After everything: all nodes stand so, links are up, and a restart would keep it. */
export async function checkEnd(
  scene: Scene,
  fault: Fault,
  standing: 'old' | 'new',
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [name, found] of await findStandings(scene, fault)) {
    if (!isOf(found, standing))
      problems.push(`${name}: ${found}, should be ${standing}${await tellDifferences(scene, name)}`);
  }
  for (const node of scene.topology.nodes) {
    const live = await readUsers(node);
    const kept = readKeptUsers(node);
    const lost = [...live.values()].filter(
      ({ name }) => !isForeign(fault, node, name) && !isKept(kept.get(name), live.get(name)),
    );
    const back = [...kept.keys()].filter((name) => !live.has(name));
    if (lost.length > 0 || back.length > 0) {
      const names = [...lost.map(({ name }) => name), ...back];
      problems.push(`${node.name}: the file differs from memory: ${names.join(', ')}`);
    }
  }
  try {
    await scene.topology.settle();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return problems;
}

/** What the journal claims of each node, held against the node. */
export async function checkClaims(scene: Scene, fault: Fault): Promise<readonly string[]> {
  const [latest] = listRuns(scene.stateFolder);
  if (latest === undefined) return [];
  const { run, entries } = readRun(scene.stateFolder, latest.id);
  const { steps } = reportRun(run, entries);
  const standings = await findStandings(scene, fault);
  const problems: string[] = [];
  for (const node of scene.topology.nodes) {
    const own = steps.filter(({ step }) => step.node === scene.idOf(node));
    const claim = claimOf(own);
    const found = standings.get(node.name);
    // A node that was killed forgets what was done and not yet written to disk; resume looks again.
    const forgot = fault.kind === 'node-killed' && fault.away.includes(node);
    if (claim !== undefined && found !== undefined && !isOf(found, claim) && !forgot) {
      problems.push(
        `${node.name}: the journal says ${claim}, the node is ${found}${await tellDifferences(scene, node.name)}`,
      );
    }
  }
  return problems;
}

/** What a result as JSON says of each node: `done` is new, `undone` old, and of the others nothing is promised. */
export async function checkResult(scene: Scene, fault: Fault, out: string): Promise<readonly string[]> {
  const standings = await findStandings(scene, fault);
  const { nodes } = JSON.parse(out) as {
    nodes: readonly { readonly node: string; readonly standing: string }[];
  };
  return scene.topology.nodes.flatMap((node) => {
    const said = nodes.find(({ node: id }) => id === scene.idOf(node))?.standing;
    const found = standings.get(node.name);
    const claim = said === 'done' ? 'new' : said === 'undone' ? 'old' : undefined;
    if (claim === undefined || found === undefined || isOf(found, claim)) return [];
    return [`${node.name}: the result says ${said}, the node is ${found}`];
  });
}

/** Neither passwords nor their hashes stand in what was printed or in the journal. */
export function checkSecrets(scene: Scene, printed: readonly string[]): readonly string[] {
  const words = SECRETS.flatMap((secret) => [secret, hashPassword(secret)]);
  const texts = [...printed.map((text) => ['output', text] as const), ...readFolder(scene.stateFolder)];
  return texts.flatMap(([place, text]) => {
    const found = words.find((word) => text.includes(word));
    return found === undefined ? [] : [`a secret stands in ${place}`];
  });
}

/** Names of runs, the newest first, with where they stand. */
export function readStatuses(scene: Scene): readonly { readonly id: string; readonly status: string }[] {
  return listRuns(scene.stateFolder);
}

/** All of its steps took effect: new. None did: old. Undefined: in between, or not known. */
function claimOf(steps: readonly StepReport[]): 'old' | 'new' | undefined {
  const changes = steps.filter(({ step }) => !step.kind.startsWith('prove-') && step.kind !== 'end-sessions');
  if (changes.length === 0) return undefined;
  const states = new Set(changes.map(({ state }) => state));
  if ([...states].every((state) => state === 'done' || state === 'unneeded')) return 'new';
  if ([...states].every((state) => state === 'planned' || state === 'skipped' || state === 'undone'))
    return 'old';
  return undefined;
}

function isOf(found: NodeStanding, standing: 'old' | 'new'): boolean {
  return found === standing || found === 'either';
}

/** A Sentinel has none. */
async function readSetting(node: TopologyNode): Promise<string | undefined> {
  if (node.kind === 'sentinel') return undefined;
  const reply = await node.command('CONFIG', 'GET', 'maxmemory-policy');
  return Array.isArray(reply) ? readText(reply[1]) : undefined;
}

function statesOf(scene: Scene, node: TopologyNode): { readonly old: NodeUsers; readonly wanted: NodeUsers } {
  return {
    old: scene.old.get(node.name) ?? new Map<string, User>(),
    wanted: scene.wanted.get(node.name) ?? new Map<string, User>(),
  };
}

function areSame(a: NodeUsers, b: NodeUsers, ignore: (name: string) => boolean): boolean {
  const names = new Set([...a.keys(), ...b.keys()].filter((name) => !ignore(name)));
  return [...names].every((name) => isSame(a.get(name), b.get(name)));
}

/** The marker carries a digest of passwords and rules of the others, which tells nothing new here. */
function isSame(a: User | undefined, b: User | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.name === MARKER ? a.passwords[0] === b.passwords[0] : haveSameRights(a, b);
}

function isKept(kept: User | undefined, live: User | undefined): boolean {
  // Without an ACL file `default` is in requirepass and not among the users.
  if (live?.name === 'default' && kept === undefined) return true;
  return kept !== undefined && live !== undefined && haveSameRights(kept, live);
}

function isForeign({ foreign }: Fault, node: TopologyNode, name: string): boolean {
  return foreign.has(`${node.name}/${name}`) || (name === MARKER && foreign.size > 0);
}

async function tellDifferences(scene: Scene, name: string): Promise<string> {
  const node = scene.topology.node(name);
  const { old, wanted } = statesOf(scene, node);
  const live = await readUsers(node);
  const words = [...new Set([...old.keys(), ...wanted.keys(), ...live.keys()])].flatMap((user) => {
    const isOld = isSame(old.get(user), live.get(user));
    const isNew = isSame(wanted.get(user), live.get(user));
    if (isOld && isNew) return [];
    return [`${user} ${isOld ? 'old' : isNew ? 'new' : 'neither'}`];
  });
  return ` (${words.join(', ')})`;
}

function readFolder(folder: string): readonly (readonly [string, string])[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => [path, readFileSync(path, 'latin1')] as const);
  } catch {
    return [];
  }
}
