/** The catalogue: every check, by area in the order that reports show, then by id. */

import type { Check } from './check.ts';
import { authenticationChecks } from './checks/authentication/list.ts';
import { clusterChecks } from './checks/cluster/list.ts';
import { commandsChecks } from './checks/commands/list.ts';
import { filesChecks } from './checks/files/list.ts';
import { hostChecks } from './checks/host/list.ts';
import { limitsChecks } from './checks/limits/list.ts';
import { loggingChecks } from './checks/logging/list.ts';
import { networkChecks } from './checks/network/list.ts';
import { persistenceChecks } from './checks/persistence/list.ts';
import { replicationChecks } from './checks/replication/list.ts';
import { scriptingChecks } from './checks/scripting/list.ts';
import { sentinelChecks } from './checks/sentinel/list.ts';
import { tlsChecks } from './checks/tls/list.ts';
import { usersChecks } from './checks/users/list.ts';
import { versionChecks } from './checks/version/list.ts';

export const CATALOGUE: readonly Check[] = [
  ...networkChecks,
  ...authenticationChecks,
  ...usersChecks,
  ...commandsChecks,
  ...tlsChecks,
  ...persistenceChecks,
  ...replicationChecks,
  ...sentinelChecks,
  ...clusterChecks,
  ...limitsChecks,
  ...loggingChecks,
  ...scriptingChecks,
  ...versionChecks,
  ...hostChecks,
  ...filesChecks,
];

/** A check by id or alias, in any letter case. */
export function findCheck(id: string): Check | undefined {
  const wanted = id.toUpperCase();
  return CATALOGUE.find(
    (check) =>
      check.id.toUpperCase() === wanted || check.aliases?.some((alias) => alias.toUpperCase() === wanted),
  );
}
