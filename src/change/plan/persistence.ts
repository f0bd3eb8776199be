/**
 * Whether what holds in memory outlasts a restart. ACL SAVE writes the ACL file; without one CONFIG REWRITE writes
 * `user` lines into the conf; a server that was started without a file forgets everything. Where the file could be read
 * it is held against memory, because a server with the right users in memory and others on disk is right until it stops.
 */

import { parseAclFile, parseUserDirective, type User } from '../../acl/index.ts';
import { parseConf } from '../../conf/index.ts';
import type { NodeState } from '../../fleet/index.ts';
import type { Difference } from '../plan.ts';
import type { UserFile } from './plan-input.ts';
import { asReloaded, isSameUser } from './user-image.ts';

export interface PersistencePlan {
  readonly differences: readonly Extract<Difference, { readonly kind: 'persistence' }>[];
  /** What is run at last, in order. */
  readonly by: readonly ('acl-save' | 'config-rewrite')[];
  readonly warnings: readonly string[];
}

/** What this plan changes on the node. */
export interface Touched {
  readonly users: boolean;
  readonly settings: boolean;
}

export function planPersistence(
  state: NodeState,
  live: ReadonlyMap<string, User>,
  touched: Touched,
  file: UserFile | undefined,
): PersistencePlan {
  const drift = file === undefined ? undefined : driftOf(file, live, state);
  const { persistence } = state;
  switch (persistence.by) {
    case 'aclfile':
      return keep(state, touched, drift, 'acl-save');
    case 'conf':
      return keep(state, touched, drift, 'config-rewrite');
    case 'nothing':
      return touched.users || touched.settings
        ? byHand('it was started without a file: a restart brings back what it was started with')
        : NOTHING;
    case 'unknown':
      return touched.users || touched.settings
        ? byHand(`how it keeps its users is not known: ${persistence.detail}`)
        : NOTHING;
  }
}

const NOTHING: PersistencePlan = { differences: [], by: [], warnings: [] };

function byHand(why: string): PersistencePlan {
  return { ...NOTHING, differences: [{ kind: 'persistence', mark: '!', how: 'by-hand', why }] };
}

function keep(
  state: NodeState,
  touched: Touched,
  drift: string | undefined,
  users: 'acl-save' | 'config-rewrite',
): PersistencePlan {
  const hasConf = users === 'config-rewrite' || (state.info.get('config_file') ?? '') !== '';
  const by = new Set<'acl-save' | 'config-rewrite'>();
  if (touched.users || drift !== undefined) by.add(users);
  if (touched.settings && hasConf) by.add('config-rewrite');
  const lost = touched.settings && !hasConf;
  const warnings = lost
    ? [
        `${state.node}: it was started without a conf file, so that changed settings do not outlast a restart.`,
      ]
    : [];
  if (drift === undefined) return { differences: [], by: [...by], warnings };
  return { differences: [{ kind: 'persistence', mark: '~', how: users, why: drift }], by: [...by], warnings };
}

/** Names that are told one by one. */
const NAMES_SHOWN = 5;

/** How the file differs from memory; undefined where it does not. */
function driftOf(file: UserFile, live: ReadonlyMap<string, User>, state: NodeState): string | undefined {
  const kept = readFile(file, live, state);
  if (kept === undefined) return `${file.path} has lines that the server refuses: it would not start`;
  const different = [...live.values()]
    .filter((user) => {
      const other = kept.get(user.name);
      if (other === undefined) return true;
      return !isSameUser(user, other) && !isSameUser(asReloaded(user), asReloaded(other));
    })
    .map(({ name }) => name);
  const gone = [...kept.keys()].filter((name) => !live.has(name));
  const names = [...different, ...gone];
  if (names.length === 0) return undefined;
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${file.path} differs from memory: ${names.slice(0, NAMES_SHOWN).join(', ')}${more}; a restart would bring back what the file says`;
}

/** Undefined where the server would refuse the file. A conf file that names no `default` leaves it as it is. */
function readFile(
  file: UserFile,
  live: ReadonlyMap<string, User>,
  { table, server }: NodeState,
): ReadonlyMap<string, User> | undefined {
  if (file.kind === 'aclfile') {
    const { users, problems } = parseAclFile(file.text, table, { file: file.path });
    return problems.length > 0 ? undefined : new Map(users.map(({ user }) => [user.name, user]));
  }
  const users = new Map([...live].filter(([name]) => name === 'default'));
  for (const line of parseConf(file.text, { server, path: file.path }).lines) {
    if (line.kind !== 'directive' || line.name !== 'user') continue;
    const { user } = parseUserDirective(line.args, table);
    if (user === undefined) return undefined;
    users.set(user.name, user);
  }
  return users;
}
