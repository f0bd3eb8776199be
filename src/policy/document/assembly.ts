/**
 * A policy put together from its parts, with what a level brings where a part says nothing. Apart from the reading of
 * documents, because a bare request needs neither YAML nor a schema.
 */

import type { Paths, PolicyDocument, PolicyUser } from '../policy-document.ts';
import type { HardeningRequest } from '../request.ts';
import { defaultUsers } from './default-users.ts';
import type { PolicyInput } from './schema.ts';

/** What was declared, defaults of the schema applied. */
export interface PolicyParts {
  readonly settings?: PolicyInput['settings'];
  readonly paths?: PolicyInput['paths'];
  readonly users: readonly PolicyUser[];
  readonly fleets: PolicyDocument['fleets'];
  readonly waivers: PolicyInput['waivers'];
  /** Days. */
  readonly credentialAge?: number | undefined;
  /** Whether the text has a key of this name; what it has not is noted as assumed. */
  readonly given: (key: string) => boolean;
}

export function assemblePolicy(request: HardeningRequest, parts: PolicyParts): PolicyDocument {
  const { settings, users } = parts;
  return {
    request,
    choices: {
      port: settings?.port,
      bind: settings?.bind ?? [],
      maxmemory: settings?.maxmemory,
      maxmemoryPolicy: settings?.maxmemory_policy,
      maxclients: settings?.maxclients,
      persistence: settings?.persistence,
      primary: settings?.primary,
      sentinel: settings?.sentinel ?? { name: 'primary', quorum: 2, port: 26_379 },
    },
    paths: { ...defaultPaths(request.server.product), ...withoutGaps(parts.paths ?? {}) },
    users: users.length > 0 ? users : defaultUsers(request),
    fleets: parts.fleets,
    waivers: parts.waivers.map(withoutGaps),
    credentialAgeDays: parts.credentialAge,
    notes: notesOf(request, parts),
  };
}

/** Where the distributions' packages put things. */
export function defaultPaths(product: 'redis' | 'valkey'): Paths {
  return {
    conf: `/etc/${product}`,
    data: `/var/lib/${product}`,
    tls: `/etc/${product}/tls`,
    log: `/var/log/${product}`,
    run: `/run/${product}`,
  };
}

function notesOf(request: HardeningRequest, { users, given }: PolicyParts): readonly string[] {
  return [
    ...(given('security_level') ? [] : [`security_level is not given: ${request.level} is assumed.`]),
    ...(given('network_exposure') ? [] : [`network_exposure is not given: ${request.exposure} is assumed.`]),
    ...(given('server') ? [] : ['server is not given: Redis 7.2, standalone, is assumed.']),
    ...(users.length > 0 ? [] : ['No users are declared: the usual ones are made; rename and narrow them.']),
  ];
}

/** Without the keys whose value is undefined. */
function withoutGaps<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
