/**
 * The shape of a policy document: keys, types and closed lists. What one key means for another (a role that needs
 * keys, a tenant that reaches into a second one) is checked after reading, with places of its own.
 */

import { z } from 'zod';
import { ROLES } from '../policy-document.ts';
import { COMPLIANCE_REQUIREMENTS, NETWORK_EXPOSURES, SECURITY_LEVELS } from '../request.ts';

const USERS_MAX = 50_000;
const LIST_MAX = 1_000;
const TEXT_MAX = 500;
const AGE_DAYS_MAX = 3_650;

const DATE = /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/;
const MOMENT =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/;
const ADDRESS = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253}):[1-9][0-9]{0,4}$/;
// ACL files are split at blanks and know no quotes; # starts a comment in a reader's eye.
const NAME = /^[^\s"'\\#(){}]{1,128}$/;
// Names of tenants become part of patterns: nothing that a glob could read.
const TENANT = /^[A-Za-z0-9_.@-]{1,64}$/;
// eslint-style control characters are refused with blanks: neither can be written in an ACL file.
const PATTERN = /^[^\s\p{Cc}]{1,512}$/u;
const COMMAND = /^[+-]@?[A-Za-z0-9_.|-]{1,128}$/;
const MEMORY = /^[0-9]{1,12}(?:[kmg]b?)?$/i;
const PATH = /^\/[^\s"'\\]*$/;

const line = (pattern: RegExp, means: string) => z.string().regex(pattern, { error: means });

const name = line(NAME, 'a name without blanks, quotes, backslashes, # or brackets');
const pattern = line(PATTERN, 'a pattern without blanks: ACL files cannot quote them');
const moment = line(MOMENT, 'a moment as 2027-01-31T18:00:00Z');
const address = line(ADDRESS, 'an address as 10.0.0.5:6379 or [fd00::5]:6379');
const date = line(DATE, 'a date as 2027-01-31');
const path = line(PATH, 'an absolute path without blanks');
const port = z.int().min(1).max(65_535);
const text = z.string().min(1).max(TEXT_MAX);
const cidr = z.string().min(2).max(64);

/** Exactly one of the three; checked after reading. The secret itself never stands here. */
const secretSource = z.strictObject({
  file: text.optional().describe('A file that holds the secret on its first line.'),
  env: line(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable').optional(),
  exec: z
    .array(text)
    .min(1)
    .max(64)
    .optional()
    .describe('A program and its arguments; its output is the secret.'),
});

const keyGrant = z.union([
  pattern,
  z.strictObject({ pattern, access: z.enum(['read', 'write', 'readwrite']).default('readwrite') }),
]);

const rights = {
  role: z
    .enum(ROLES as readonly [string, ...string[]])
    .describe('What the user is for; its commands follow from it.'),
  keys: z.array(keyGrant).max(LIST_MAX).default([]),
  channels: z.array(pattern).max(LIST_MAX).default([]),
  databases: z
    .array(z.int().min(0).max(16_383))
    .max(LIST_MAX)
    .default([])
    .describe('Valkey 9.1 and later only.'),
  commands: z
    .array(line(COMMAND, 'a rule such as +get, -@scripting or +config|get'))
    .max(LIST_MAX)
    .default([])
    .describe('All rules of a custom user; additions for the other roles.'),
  expires: date.optional().describe('The last day; afterwards the user compiles as off.'),
};

const breakGlass = z
  .strictObject({
    reason: text.describe('Why the emergency needs an administrator.'),
    until: moment.describe('The moment it ends; afterwards the user compiles as off.'),
  })
  .describe('An administrator for an emergency.');

export const userSchema = z.strictObject({
  name,
  ...rights,
  password: secretSource.optional(),
  break_glass: breakGlass.optional(),
});

const tenantSchema = z.strictObject({
  names: z.array(line(TENANT, 'a tenant name of letters, digits, _ . @ -')).min(1).max(USERS_MAX),
  user: z.string().min(1).max(128).default('{tenant}').describe('Name of the user; {tenant} is replaced.'),
  ...rights,
});

const access = {
  seeds: z
    .array(text)
    .max(LIST_MAX)
    .default([])
    .describe('URLs of some nodes; the others are found from them.'),
  auth: z.strictObject({ user: name, password: secretSource.optional() }).optional(),
  tls: z.strictObject({ ca: text.optional(), cert: text.optional(), key: text.optional() }).optional(),
};

const fleetSchema = z.strictObject({
  ...access,
  sentinel: z
    .strictObject(access)
    .optional()
    .describe('The Sentinels, where they listen elsewhere or take other credentials than the data nodes.'),
  addresses: z
    .record(address, address)
    .default({})
    .describe('What nodes announce, to where they are reached from here: behind NAT or a tunnel.'),
  files: z
    .strictObject({
      via: z
        .enum(['local', 'ssh', 'none'])
        .default('local')
        .describe('none: a person places the files, told what to place.'),
      user: name.optional(),
      port: port.optional().describe('Of ssh.'),
      identity: text.optional().describe('Private key file of ssh.'),
      conf: path.optional(),
      acl: path.optional(),
      tls: path.optional(),
      restart_sentinel: z
        .array(text)
        .min(1)
        .max(LIST_MAX)
        .optional()
        .describe(
          'Program and arguments that restart a Sentinel on its host, {host} and {port} being its address: a Sentinel reads its certificate only when it starts. Absent: a person restarts it.',
        ),
    })
    .optional(),
  clients: z
    .array(cidr)
    .max(LIST_MAX)
    .default([])
    .describe('Networks that may connect; the firewall follows.'),
  peers: z.array(cidr).max(LIST_MAX).default([]).describe('Networks of the other nodes and Sentinels.'),
  monitors: z.array(cidr).max(LIST_MAX).default([]).describe('Networks of metrics collectors.'),
  ownership: line(
    /^(?:declared|exclusive|prefix:[^\s]{1,128})$/,
    'declared, exclusive or prefix:NAME',
  ).default('declared'),
});

const waiverSchema = z.strictObject({
  check: text,
  node: text.optional(),
  reason: text,
  owner: text,
  expires: date,
});

export const serverSchema = z.strictObject({
  product: z.enum(['redis', 'valkey']).default('redis'),
  version: line(/^[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}$/, 'a version as "7.2" or "8.0.6"').default('7.2'),
  mode: z.enum(['standalone', 'replica', 'cluster', 'sentinel']).default('standalone'),
});

const settingsSchema = z.strictObject({
  port: port.optional(),
  bind: z
    .array(line(/^-?[^\s"']{1,128}$/, 'an address'))
    .max(16)
    .default([]),
  maxmemory: line(MEMORY, 'an amount of memory as 2gb').optional(),
  maxmemory_policy: z
    .enum([
      'noeviction',
      'allkeys-lru',
      'allkeys-lfu',
      'allkeys-random',
      'volatile-lru',
      'volatile-lfu',
      'volatile-random',
      'volatile-ttl',
    ])
    .optional(),
  maxclients: z.int().min(1).max(50_000).optional(),
  persistence: z.enum(['none', 'rdb', 'aof', 'both']).optional(),
  primary: z
    .strictObject({ host: line(/^[A-Za-z0-9_.:-]{1,255}$/, 'a host'), port: port.default(6379) })
    .optional(),
  sentinel: z
    .strictObject({
      name: line(/^[A-Za-z0-9_.-]{1,128}$/, 'a name of letters, digits, . _ -').default('primary'),
      quorum: z.int().min(1).max(100).default(2),
      port: port.default(26_379),
    })
    .optional(),
});

export const requestShape = {
  security_level: z.enum(SECURITY_LEVELS as readonly [string, ...string[]]),
  compliance_requirements: z.array(z.enum(COMPLIANCE_REQUIREMENTS as readonly [string, ...string[]])).max(16),
  network_exposure: z.enum(NETWORK_EXPOSURES as readonly [string, ...string[]]),
};

/** The document, as written by people. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  security_level: requestShape.security_level.default('hardened'),
  compliance_requirements: requestShape.compliance_requirements.default([]),
  network_exposure: requestShape.network_exposure.default('private_network'),
  server: serverSchema.optional(),
  settings: settingsSchema.optional(),
  paths: z
    .strictObject({
      conf: path.optional(),
      data: path.optional(),
      tls: path.optional(),
      log: path.optional(),
      run: path.optional(),
    })
    .optional(),
  fleet: z.record(line(/^[A-Za-z0-9_.-]{1,64}$/, 'a fleet name'), fleetSchema).default({}),
  users: z.array(userSchema).max(USERS_MAX).default([]),
  tenants: z.array(tenantSchema).max(LIST_MAX).default([]),
  waivers: z.array(waiverSchema).max(LIST_MAX).default([]),
  credential_age: z
    .int()
    .min(1)
    .max(AGE_DAYS_MAX)
    .optional()
    .describe(
      'Days after which a credential is due for rotation, in place of what level and frameworks ask.',
    ),
});

/** The bare request: the three keys of the published input schema, and optionally the server and users. */
export const requestSchema = z.strictObject({
  security_level: requestShape.security_level.default('hardened'),
  compliance_requirements: requestShape.compliance_requirements.default([]),
  network_exposure: requestShape.network_exposure.default('private_network'),
  server: serverSchema.optional(),
  users: z.array(userSchema).max(USERS_MAX).default([]),
});

export type PolicyInput = z.infer<typeof policySchema>;

/** JSON Schema 2020-12 of the policy document, as editors use it. */
export function policyJsonSchema(): object {
  return published(policySchema, 'policy', 'Wardis policy');
}

/** JSON Schema 2020-12 of the bare request. */
export function requestJsonSchema(): object {
  return published(requestSchema, 'harden-input', 'Wardis hardening request');
}

function published(schema: z.ZodType, file: string, title: string): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: `urn:wardis:schema:${file}`, title, ...rest };
}
