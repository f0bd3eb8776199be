/** Every way in which an apply is disturbed, at a moment that follows from the seed alone. */
import { fillDisk, makeReadOnly, canMount } from '../../test/servers/fault-disk.ts';
import { requestFailover, waitForFailover } from '../../test/servers/fault-failover.ts';
import type { FaultMoment, ProxyFault } from '../../test/servers/fault-proxy.ts';
import type { JournalPlace, ToolOptions, ToolRun } from '../../test/servers/fault-tool.ts';
import { isError, type TopologyNode } from '../../test/servers/node.ts';
import type { Random } from '../acl/random.ts';
import type { Scene } from './scene.ts';

export type FaultKind =
  | 'tool-killed'
  | 'tool-killed-at-command'
  | 'node-killed'
  | 'node-paused'
  | 'reply-cut'
  | 'disk-full'
  | 'read-only'
  | 'failover'
  | 'other-admin'
  | 'partition';

export interface Fault {
  readonly kind: FaultKind;
  /** What happens, when and where. */
  readonly words: string;
  /** How the tool is started for it. */
  readonly tool: Partial<ToolOptions>;
  readonly hasHappened: (run: ToolRun) => boolean;
  /** Puts right what can be put right from outside. */
  readonly mend: () => Promise<void>;
  /** Nodes that could not be reached until then. */
  readonly away: readonly TopologyNode[];
  /** Users that somebody else changed, as `node/user`. */
  readonly foreign: ReadonlySet<string>;
}

/** The first of these is where a run begins; what comes before only reads. */
const STEP_COMMANDS = [
  'ACL SETUSER',
  'ACL DELUSER',
  'ACL SAVE',
  'CONFIG SET',
  'CONFIG REWRITE',
  'SENTINEL FLUSHCONFIG',
];
const MOMENTS: readonly FaultMoment[] = ['before', 'during', 'after'];
const FOREIGN_USER = 'app-both';
const REPLY_BYTES = 3;

/** Every place at which the tool can be killed with regard to its journal. */
export function journalPlaces({ clean }: Scene): readonly JournalPlace[] {
  const places: JournalPlace[] = [];
  for (let at = 1; at <= clean.files; at += 1) places.push({ phase: 'file', at });
  for (let at = 1; at <= clean.writes; at += 1) {
    for (const phase of ['before', 'torn', 'synced'] as const) places.push({ phase, at });
  }
  return places;
}

export function killTool(place: JournalPlace): Fault {
  return {
    kind: 'tool-killed',
    words: `the tool is killed, journal ${place.phase} ${place.at}`,
    tool: { killAt: place },
    hasHappened: ({ exit }) => exit === 137,
    ...HARMLESS,
  };
}

/** One of the other faults that this kind of fleet can have; undefined where this machine does not let us. */
export function chooseFault(scene: Scene, random: Random): Fault | undefined {
  const { kind } = scene.options;
  if (scene.options.network !== undefined) return partition(scene, random);
  const kinds: FaultKind[] = [
    'tool-killed',
    'tool-killed-at-command',
    'node-killed',
    'node-paused',
    'reply-cut',
    'other-admin',
    'disk-full',
    'read-only',
  ];
  if (kind === 'sentinel' || kind === 'cluster') kinds.push('failover');
  const chosen = random.pick(kinds);
  switch (chosen) {
    case 'node-killed':
    case 'node-paused':
      return random.chance(1, 3)
        ? hurtAtJournal(scene, random, chosen)
        : hurtAtCommand(scene, random, chosen);
    case 'reply-cut':
      return cutReply(scene, random);
    case 'tool-killed':
      return killTool(random.pick(journalPlaces(scene)));
    case 'tool-killed-at-command':
      return killToolAtCommand(scene, random);
    case 'other-admin':
      return meddle(scene, random);
    case 'disk-full':
    case 'read-only':
      return canMount() ? spoilDisk(scene, random, chosen) : undefined;
    case 'failover':
      return failOver(scene, random);
    case 'partition':
      return partition(scene, random);
  }
}

const HARMLESS = {
  mend: () => Promise.resolve(),
  away: [],
  foreign: new Set<string>(),
} as const;

interface CommandMoment {
  readonly node: TopologyNode;
  readonly when: FaultMoment;
  readonly words: string;
  readonly matches: ProxyFault['matches'];
  readonly nth: number;
}

/** Before, during or after one of the commands that the steps of a clean apply sent to a node, proofs included. */
function chooseCommand(scene: Scene, random: Random, moments = MOMENTS): CommandMoment {
  const node = random.pick(scene.topology.nodes);
  const sent = (scene.clean.commands.get(node.name) ?? []).map((command) => nameCommand(command.split(' ')));
  const first = sent.findIndex((command) => STEP_COMMANDS.includes(command));
  // What changes something counts more than the looking before and after.
  const kept = random.chance(3, 4) ? STEP_COMMANDS : sent;
  const places = [...sent.keys()].filter((at) => at >= first && kept.includes(sent[at] ?? ''));
  const at = random.pick(places);
  const command = sent[at] ?? '';
  const nth = sent.slice(0, at + 1).filter((each) => each === command).length;
  const when = random.pick(moments);
  return {
    node,
    when,
    words: `${when} ${command} ${nth} at ${node.name}`,
    matches: (argv) => nameCommand(argv) === command,
    nth,
  };
}

function nameCommand(argv: readonly string[]): string {
  return argv.slice(0, 2).join(' ');
}

function armAt(
  scene: Scene,
  moment: CommandMoment,
  act: ProxyFault['act'],
  next: ProxyFault['next'],
): () => boolean {
  const { node, when, matches, nth } = moment;
  const proxy = scene.proxies.get(node.name);
  if (proxy === undefined) throw new Error(`${node.name} has no proxy`);
  proxy.arm({ when, matches, nth, act, next });
  return proxy.hasFired;
}

function killToolAtCommand(scene: Scene, random: Random): Fault {
  const moment = chooseCommand(scene, random);
  let pid = 0;
  const hasFired = armAt(scene, moment, () => void process.kill(pid, 'SIGKILL'), 'cut');
  return {
    kind: 'tool-killed-at-command',
    words: `the tool is killed ${moment.words}`,
    tool: { onStart: (started) => void (pid = started) },
    hasHappened: hasFired,
    ...HARMLESS,
  };
}

function hurt(node: TopologyNode, kind: 'node-killed' | 'node-paused'): Promise<void> {
  if (kind === 'node-killed') return node.kill();
  node.pause();
  return Promise.resolve();
}

/** A node that was killed has forgotten what it had not written to disk. */
async function heal(node: TopologyNode, kind: 'node-killed' | 'node-paused'): Promise<void> {
  if (kind === 'node-paused') node.resume();
  else if (!node.isRunning()) await node.restart();
}

function hurtAtCommand(scene: Scene, random: Random, kind: 'node-killed' | 'node-paused'): Fault {
  const moment = chooseCommand(scene, random);
  const hasFired = armAt(
    scene,
    moment,
    () => hurt(moment.node, kind),
    kind === 'node-killed' ? 'cut' : 'pass',
  );
  return {
    kind,
    words: `${kind} ${moment.words}`,
    tool: {},
    hasHappened: hasFired,
    mend: () => heal(moment.node, kind),
    away: [moment.node],
    foreign: new Set(),
  };
}

function hurtAtJournal(scene: Scene, random: Random, kind: 'node-killed' | 'node-paused'): Fault {
  const node = random.pick(scene.topology.nodes);
  return atJournal(scene, random, {
    kind,
    words: `${kind} ${node.name}`,
    meanwhile: () => hurt(node, kind),
    mend: () => heal(node, kind),
    away: [node],
  });
}

/** Something happens while the tool waits after a write of its journal. */
function atJournal(
  scene: Scene,
  random: Random,
  what: Pick<Fault, 'kind' | 'words' | 'mend' | 'away'> & {
    readonly meanwhile: () => Promise<void>;
    readonly foreign?: ReadonlySet<string>;
  },
): Fault {
  const at = 1 + random.below(Math.max(1, scene.clean.writes - 1));
  let happened = false;
  const { meanwhile, words, ...rest } = what;
  return {
    foreign: new Set(),
    ...rest,
    words: `${words}, journal ${at}`,
    tool: {
      waitAt: at,
      meanwhile: async () => {
        happened = true;
        await meanwhile();
      },
    },
    hasHappened: () => happened,
  };
}

function cutReply(scene: Scene, random: Random): Fault {
  const moment = chooseCommand(scene, random, ['during']);
  const hasFired = armAt(scene, moment, () => undefined, random.pick(['cut', 1, REPLY_BYTES] as const));
  return {
    kind: 'reply-cut',
    words: `the reply is cut ${moment.words}`,
    tool: {},
    hasHappened: hasFired,
    ...HARMLESS,
  };
}

/** Another administrator gives a user one more command. */
function meddle(scene: Scene, random: Random): Fault {
  const node = random.pick(scene.topology.data);
  const change = async (): Promise<void> => {
    const reply = await node.command('ACL', 'SETUSER', FOREIGN_USER, '+strlen');
    if (isError(reply)) throw new Error(reply.error);
  };
  return atJournal(scene, random, {
    kind: 'other-admin',
    words: `another administrator changes ${FOREIGN_USER} at ${node.name}`,
    meanwhile: change,
    mend: () => Promise.resolve(),
    away: [],
    foreign: new Set([`${node.name}/${FOREIGN_USER}`]),
  });
}

function spoilDisk(scene: Scene, random: Random, kind: 'disk-full' | 'read-only'): Fault {
  const node = random.pick(scene.topology.nodes);
  let disk: { readonly mend: () => void } | undefined;
  return atJournal(scene, random, {
    kind,
    words: `${kind} at ${node.name}`,
    meanwhile: () => {
      disk = kind === 'disk-full' ? fillDisk(node) : makeReadOnly(node);
      return Promise.resolve();
    },
    mend: () => {
      disk?.mend();
      return Promise.resolve();
    },
    away: [],
  });
}

function failOver(scene: Scene, random: Random): Fault {
  const { topology } = scene;
  const choice = random.below(3);
  return atJournal(scene, random, {
    kind: 'failover',
    words: 'a failover',
    meanwhile: async () => {
      const before = await topology.findPrimaries();
      const replicas = topology.data.filter((node) => !before.includes(node));
      await requestFailover(topology, replicas[choice % replicas.length]?.name);
      await waitForFailover(topology, before);
    },
    mend: () => Promise.resolve(),
    away: [],
  });
}

function partition(scene: Scene, random: Random): Fault {
  const { network } = scene.options;
  if (typeof network !== 'object') throw new Error('the network is whole');
  return atJournal(scene, random, {
    kind: 'partition',
    words: 'the network splits',
    meanwhile: () => Promise.resolve(network.partition()),
    mend: () => Promise.resolve(network.heal()),
    away: scene.topology.data.slice(1),
  });
}
