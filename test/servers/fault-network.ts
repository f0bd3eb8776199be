/**
 * Two halves of a network that can lose each other: a namespace for each, a link between them, and a link of each to
 * this process, which goes on seeing both. A partition drops packets silently, as a broken switch does: the neighbour's
 * hardware address is replaced by one that nobody has. Takes the rights to make namespaces.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';

export interface SplitNetwork {
  /** For `TopologyOptions.place`. */
  readonly half: (which: 'a' | 'b') => { readonly host: string; readonly launcher: readonly string[] };
  readonly partition: () => void;
  readonly heal: () => void;
  readonly stop: () => void;
}

const NOBODY = '02:00:00:00:00:01';

const networks = new Set<SplitNetwork>();

process.on('exit', () => {
  for (const network of networks) network.stop();
});

/** Whether this machine lets us make namespaces; asked once. */
export function canSplitNetwork(): boolean {
  known ??= trySplit();
  return known;
}

let known: boolean | undefined;

export function splitNetwork(): SplitNetwork {
  const id = `wd${randomBytes(3).toString('hex')}`;
  const net = `10.213.${randomInt(1, 255)}`;
  const spaces = { a: `${id}a`, b: `${id}b` } as const;
  const hosts = { a: `${net}.1`, b: `${net}.2` } as const;
  const between = { a: `${net}.9`, b: `${net}.10` } as const;
  const stop = (): void => {
    networks.delete(network);
    for (const space of Object.values(spaces)) tryRun(['ip', 'netns', 'del', space]);
    for (const half of ['a', 'b'] as const) tryRun(['ip', 'link', 'del', `${id}${half}0`]);
  };
  const network: SplitNetwork = {
    half: (which) => ({ host: hosts[which], launcher: ['ip', 'netns', 'exec', spaces[which]] }),
    partition: () => {
      inside(spaces.a, `neigh replace ${between.b} lladdr ${NOBODY} dev ${id}x nud permanent`);
      inside(spaces.b, `neigh replace ${between.a} lladdr ${NOBODY} dev ${id}y nud permanent`);
    },
    heal: () => {
      inside(spaces.a, `neigh del ${between.b} dev ${id}x`);
      inside(spaces.b, `neigh del ${between.a} dev ${id}y`);
    },
    stop,
  };
  networks.add(network);
  try {
    for (const space of Object.values(spaces)) run(['ip', 'netns', 'add', space]);
    ip(`link add ${id}x netns ${spaces.a} type veth peer name ${id}y netns ${spaces.b}`);
    connectHalf(id, 'a', spaces.a, hosts.a, `${net}.17`, `${net}.18`);
    connectHalf(id, 'b', spaces.b, hosts.b, `${net}.21`, `${net}.22`);
    connectHalves(spaces.a, `${id}x`, between.a, hosts.a, between.b, hosts.b);
    connectHalves(spaces.b, `${id}y`, between.b, hosts.b, between.a, hosts.a);
    return network;
  } catch (error) {
    stop();
    throw error;
  }
}

/** A link between this process and a half, on which the half's own address is reached. */
function connectHalf(
  id: string,
  half: 'a' | 'b',
  space: string,
  host: string,
  here: string,
  there: string,
): void {
  ip(`link add ${id}${half}0 type veth peer name ${id}${half}1 netns ${space}`);
  ip(`addr add ${here}/30 dev ${id}${half}0`);
  ip(`link set ${id}${half}0 up`);
  inside(space, 'link set lo up');
  inside(space, `addr add ${host}/32 dev lo`);
  inside(space, `addr add ${there}/30 dev ${id}${half}1`);
  inside(space, `link set ${id}${half}1 up`);
  ip(`route add ${host}/32 via ${there}`);
}

/** The link between the halves; a server's own address is the source, so that others learn where it listens. */
function connectHalves(
  space: string,
  device: string,
  own: string,
  host: string,
  peer: string,
  peerHost: string,
): void {
  inside(space, `addr add ${own}/30 dev ${device}`);
  inside(space, `link set ${device} up`);
  inside(space, `route add ${peerHost}/32 via ${peer} dev ${device} src ${host}`);
}

function trySplit(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    splitNetwork().stop();
    return true;
  } catch {
    return false;
  }
}

function inside(space: string, words: string): void {
  run(['ip', '-n', space, ...words.split(' ')]);
}

function ip(words: string): void {
  run(['ip', ...words.split(' ')]);
}

function tryRun(argv: readonly string[]): void {
  try {
    run(argv);
  } catch {
    // It was not there.
  }
}

function run(argv: readonly string[]): void {
  execFileSync(String(argv[0]), argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
}
