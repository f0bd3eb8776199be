/**
 * Whether the users of the nodes can be saved at all, before anything is changed: where they are kept in a configuration
 * file, CONFIG REWRITE may leave one that the server does not start with. Files of this host are looked at.
 */

import { readFileSync } from 'node:fs';

import { parseTarget } from '../../fleet/index.ts';
import { findRewriteHazard, includesOf } from '../step/conf-rewrite.ts';
import type { RotationRefusal } from './refusal.ts';
import { isRead, isSentinel, type ReadNode, type RotationNode } from './rotation-node.ts';

/** Included files that are looked into. */
const INCLUDES_MAX = 100;

export interface ConfHazards {
  readonly refusals: readonly RotationRefusal[];
  /** Files that could not be looked at, as sentences. */
  readonly warnings: readonly string[];
}

export function examineConfFiles(nodes: readonly RotationNode[]): ConfHazards {
  const refusals: RotationRefusal[] = [];
  const warnings: string[] = [];
  for (const node of nodes.filter(isRead)) {
    const { persistence, info } = node.state;
    if (isSentinel(node) || persistence.by !== 'conf') continue;
    const path = info.get('config_file') ?? persistence.path;
    const conf = isHere(node) ? readText(path) : undefined;
    if (conf === undefined) {
      warnings.push(
        `${node.node.id}: users are kept in ${path}, which could not be read: with an include in it that holds users, saving writes them a second time and the server would not start again.`,
      );
      continue;
    }
    const hazard = findRewriteHazard({
      server: node.state.server,
      users: node.state.users.known
        ? node.state.users.value.map(({ user, text }) => `user ${user.name} ${text}`)
        : [],
      conf,
      included: includesOf(conf)
        .slice(0, INCLUDES_MAX)
        .map((included) => ({ path: included, text: readText(included) })),
    });
    if (hazard !== undefined) refusals.push(refusalOf(node, hazard));
  }
  return { refusals, warnings };
}

function refusalOf({ node }: ReadNode, hazard: string): RotationRefusal {
  return {
    code: 'unsaved-users',
    message: `${node.id}: ${hazard}.`,
    next: 'mend the configuration file first',
    override: 'never',
  };
}

function isHere({ node }: ReadNode): boolean {
  const endpoint = parseTarget(node.id).target?.endpoint;
  if (endpoint === undefined) return false;
  return endpoint.kind === 'unix' || /^(?:127\.|::1$|localhost$)/.test(endpoint.host);
}

function readText(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
