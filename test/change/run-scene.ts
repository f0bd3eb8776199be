/**
 * Runs for tests: actions in stages, numbered as a planner numbers them, and the outside world of an execution with a
 * journal on disk or in memory, a clock and a record of what happened.
 */
import { openConnection, type Connection } from '../../src/fleet/index.ts';
import { secret } from '../../src/conf/index.ts';
import type {
  Journal,
  JournalEntry,
  Run,
  RunEvent,
  RunPorts,
  Step,
  StepAction,
} from '../../src/change/index.ts';

/** A node by its port on 127.0.0.1, and who we are there. */
export interface SceneNode {
  readonly port: number;
  readonly role?: Run['nodes'][number]['role'];
  readonly user?: string;
  readonly password?: string;
}

export function idOf(node: { readonly port: number }): string {
  return `127.0.0.1:${node.port}`;
}

/** Stages by name: for each node its actions. */
export type Script = Readonly<Record<string, readonly (readonly [SceneNode, readonly StepAction[]])[]>>;

export function makeRun(script: Script, id = '2026-11-22T061000Z-apply-0001'): Run {
  let next = 1;
  const nodes = new Map<string, Run['nodes'][number]>();
  const stages = Object.entries(script).map(([name, parts]) => ({
    name,
    title: name,
    steps: parts.flatMap(([node, actions]) => {
      nodes.set(idOf(node), { id: idOf(node), role: node.role ?? 'primary' });
      return actions.map((action): Step => ({ ...action, id: next++, node: idOf(node), stage: name }));
    }),
  }));
  return {
    id,
    operation: 'apply',
    startedAt: '2026-11-22T06:10:00.000Z',
    actor: 'tester@here',
    subject: 'revision 0000',
    nodes: [...nodes.values()],
    stages,
    facts: {},
  };
}

/** A journal in memory. */
export function memoryJournal(run: Run): Journal {
  const entries: JournalEntry[] = [];
  return {
    run,
    entries,
    append: (entry) => {
      entries.push(entry);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

export interface Scene {
  readonly ports: RunPorts;
  readonly events: RunEvent[];
}

/** Real connections to the nodes, short limits. */
export function makePorts(
  nodes: readonly SceneNode[],
  journal: RunPorts['journal'],
  more: Partial<RunPorts> & { readonly commandMs?: number } = {},
): Scene {
  const events: RunEvent[] = [];
  const { commandMs = 3000, ...ports } = more;
  const connect = (id: string): Promise<Connection> => {
    const node = nodes.find((each) => idOf(each) === id);
    if (node === undefined) throw new Error(`no node ${id}`);
    const { user, password } = node;
    const login = { ...(user === undefined ? {} : { username: user }), password: secret(password ?? '') };
    return openConnection(
      {
        endpoint: { kind: 'tcp', host: '127.0.0.1', port: node.port },
        transport: 'plaintext',
        ...(password === undefined ? {} : { credentials: login }),
      },
      { connectMs: 2000, commandMs },
    );
  };
  return {
    events,
    ports: {
      connect,
      journal,
      now: () => new Date(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: () => 0.5,
      onEvent: (event) => events.push(event),
      ...ports,
    },
  };
}
