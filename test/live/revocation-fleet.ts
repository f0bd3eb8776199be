/** A revocation on servers of tests: nodes as discovery gives them, a state folder, and an observer of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRun, lockState } from '../../src/change/index.ts';
import {
  openRevocation,
  type Prospect,
  type RevocationReport,
} from '../../src/change/revocation/revocation.ts';
import { Secret } from '../../src/conf/index.ts';
import type { FleetNode } from '../../src/fleet/index.ts';
import { isError, readText, type TopologyNode } from '../servers/node.ts';
import { openConnection, type Connection } from '../servers/talk.ts';

export interface Wanted {
  readonly user: string;
  readonly account?: 'delete' | 'keep-off';
  readonly secrets?: readonly string[];
  readonly deadlineMs?: number;
  readonly insist?: 'no' | 'force';
  readonly answerMs?: number;
  readonly commandMs?: number;
  readonly stateFolder?: string;
  /** Called with what was found, before anything is done. */
  readonly meanwhile?: (prospect: Prospect) => Promise<void>;
}

/** Nodes of a topology, as discovery names them. */
export function fleetNodes(
  nodes: readonly Pick<TopologyNode, 'name' | 'kind' | 'host' | 'port'>[],
  admin: { readonly user?: string; readonly password?: string },
): readonly FleetNode[] {
  return nodes.map(({ name, kind, host, port }) => ({
    id: `${host}:${port}`,
    target: {
      endpoint: { kind: 'tcp', host, port },
      transport: 'plaintext',
      ...(admin.password === undefined
        ? {}
        : {
            credentials: {
              password: new Secret(admin.password),
              ...(admin.user === undefined ? {} : { username: admin.user }),
            },
          }),
    },
    role: kind === 'sentinel' ? 'sentinel' : name.startsWith('replica') ? 'replica' : 'primary',
    flags: [],
    reachable: 'yes',
  }));
}

/** Looks, does it, and hands back what came of it. */
export async function revoke(
  nodes: readonly FleetNode[],
  wanted: Wanted,
): Promise<RevocationReport & { readonly prospect: Prospect }> {
  const folder = wanted.stateFolder ?? mkdtempSync(join(tmpdir(), 'wardis-revoke-'));
  const startedAt = new Date();
  const revocation = await openRevocation({
    user: wanted.user,
    account: wanted.account ?? 'delete',
    secrets: (wanted.secrets ?? []).map((each) => new Secret(each)),
    limits: { connectMs: 1000, commandMs: wanted.commandMs ?? 1000 },
    nodes,
    topology: 'replicated',
    notSeen: [],
    inventory: { state: 'none', certificates: [] },
    now: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    ...(wanted.answerMs === undefined ? {} : { answerMs: wanted.answerMs }),
  });
  const lock = lockState(folder, 'revoke');
  let close: (() => Promise<void>) | undefined;
  try {
    await wanted.meanwhile?.(revocation.prospect);
    const report = await revocation.perform({
      run: {
        id: `test-${Math.random().toString(16).slice(2, 10)}`,
        startedAt: startedAt.toISOString(),
        actor: 'test@here',
        subject: wanted.user,
        facts: {},
      },
      insist: wanted.insist ?? 'no',
      openJournal: async (run) => {
        const journal = await createRun(lock, run);
        close = journal.close;
        return journal;
      },
      deadlineMs: wanted.deadlineMs ?? 0,
      fleet: null,
      tool: 'wardis test',
      continues: null,
      forced: [],
    });
    return { ...report, prospect: revocation.prospect };
  } finally {
    revocation.close();
    await close?.();
    lock.release();
    if (wanted.stateFolder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** A connection that is logged in. */
export async function logIn(
  node: Pick<TopologyNode, 'target'>,
  user: string,
  password: string,
): Promise<Connection> {
  const connection = await openConnection(node.target);
  const reply = await connection.send(['AUTH', user, password]);
  if (isError(reply)) throw new Error(reply.error);
  return connection;
}

/** Whether a connection still answers as somebody. */
export async function isAlive(connection: Connection): Promise<boolean> {
  try {
    return (await connection.send(['ECHO', 'x'])) === 'x';
  } catch {
    return false;
  }
}

/** What an administrator who knows nothing of the revocation sees: is there a way in, is anybody in. */
export async function observe(
  node: Pick<TopologyNode, 'command' | 'commandAs'>,
  user: string,
  passwords: readonly string[],
): Promise<{ readonly wayIn: boolean; readonly sessions: number }> {
  const list = (await node.command('ACL', 'LIST')) as readonly string[];
  const line = list.find((each) => each.startsWith(`user ${user} `));
  const open = line !== undefined && / on /.test(line) && / (?:nopass|#)/.test(line);
  const logins = await Promise.all(
    passwords.map((password) => node.commandAs({ user, password }, 'ACL', 'WHOAMI')),
  );
  const clients = readText(await node.command('CLIENT', 'LIST'));
  return {
    wayIn: open || logins.some((reply) => reply === user),
    sessions: clients.split('\n').filter((each) => each.includes(` user=${user} `)).length,
  };
}
