/**
 * The work of `wardis acl tenants`: make users from the template or take those of a file or server, prove them apart,
 * and only then write the ACL file or the plan.
 */

import {
  globMatch,
  makeTenants,
  parseUser,
  proveTenants,
  reach,
  splitRules,
  tenantRules,
  type CommandTable,
  type TenantProof,
  type TenantUser,
  type User,
} from '../../acl/index.ts';
import type { TenantsFlags } from '../commands/acl/tenants.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { readSubject, readTable, type Subject, type SubjectUser } from './subject.ts';
import { readNames } from './tenants-names.ts';
import { printProof, proofAsJson } from './tenants-report.ts';
import { writeTenants } from './tenants-output.ts';

/** A tenant's user as it will be. */
export interface MadeTenant extends TenantUser {
  /** Read by the server's table, without login rules. */
  readonly made: User;
}

export async function runTenants(
  server: string | undefined,
  flags: TenantsFlags,
  context: CommandContext,
): Promise<void> {
  const names = await readNames(flags);
  const subject = await readExisting(server, names, flags, context);
  const table = subject?.table ?? (await readTable(flags)).table;
  const notes = subject?.notes ?? (await readTable(flags)).notes;
  if (names === undefined && subject !== undefined) {
    const tenants = chooseTenants(subject.users, flags.tenant);
    const proof = allowing(proveTenants(tenants, sharing(flags)), flags.allow);
    const others = notesOn(subject.users, tenants, [], flags);
    report({ proof, table, notes: [...notes, ...others], to: 'out' }, flags, context);
    return context.finish(exitOf(proof));
  }
  // A file is written with all its users, and new tenants may meet each of them.
  const whole = subject && { ...subject, users: subject.everyone ?? subject.users };
  const tenants = makeAll(names ?? [], table, flags);
  const users = tenants.map(({ made }) => made);
  const existing = chooseExisting(whole?.users ?? [], users, flags.tenant);
  const proof = allowing(proveTenants(users, { ...sharing(flags), existing }), flags.allow);
  const apart = proof.verdict === 'apart';
  const others = [
    ...(apart || existing.length === 0 ? [] : [REFUSED]),
    ...notesOn(whole?.users ?? [], users, existing, flags),
  ];
  // The file itself goes to standard output unless it has a name.
  const to = apart && flags.out === undefined && flags.json !== true ? 'err' : 'out';
  report({ proof, table, notes: [...notes, ...others], to, tenants }, flags, context);
  if (apart && (flags.json !== true || flags.out !== undefined))
    await writeTenants(tenants, whole, table, flags, context);
  context.finish(exitOf(proof));
}

const REFUSED =
  'nothing is written. Users who are there already count, but for default and those who reach every key; with --tenant GLOB only those it names';

/** Whom new tenants must not meet: those of `--tenant`, else all but default and those who reach every key. */
function chooseExisting(
  users: readonly SubjectUser[],
  made: readonly User[],
  globs: readonly string[],
): readonly User[] {
  const names = new Set(made.map(({ name }) => name));
  return users
    .filter(({ name }) => !names.has(name))
    .filter(({ name, user }) =>
      globs.length === 0
        ? name !== 'default' && !reachesEveryKey(user)
        : globs.some((glob) => globMatch(glob, name)),
    )
    .map(({ user }) => user);
}

function reachesEveryKey(user: User): boolean {
  const { keys, keyPatterns } = reach(user);
  return keys === 'all' || keyPatterns.some(({ pattern }) => /^\*+$/.test(pattern));
}

/** Whose users there are already: none is needed to make a file. */
async function readExisting(
  server: string | undefined,
  names: readonly string[] | undefined,
  flags: TenantsFlags,
  context: CommandContext,
): Promise<Subject | undefined> {
  const connects = [flags.host, flags.port, flags.socket, flags.uri].some((value) => value !== undefined);
  const named = [flags.userRules, flags.aclfile, flags.config].some((value) => value !== undefined);
  if (names !== undefined && server === undefined && !connects && !named) return undefined;
  if (names === undefined && server === undefined && !connects && !named) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'there are neither tenants to make nor users to prove apart',
      cause: 'give --names, --names-file or --count; or --aclfile or a server',
      next: 'wardis acl tenants --help',
    });
  }
  if (names !== undefined && (flags.userRules !== undefined || flags.config !== undefined)) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'tenants are added to an ACL file or to a server',
      next: 'give --aclfile FILE or HOST:PORT beside the names',
    });
  }
  return readSubject(server === undefined ? [] : [server], flags, context);
}

function makeAll(names: readonly string[], table: CommandTable, flags: TenantsFlags): readonly MadeTenant[] {
  const databases = flags.databases === undefined ? undefined : readDatabases(flags.databases);
  const commands = [
    ...commandRules(table, flags),
    // Nothing but its own databases is open to SELECT there.
    ...(databases !== undefined && flags.commands === undefined ? ['+select'] : []),
    ...words('--add', flags.add),
  ];
  const { users, problems } = makeTenants(
    names,
    {
      user: flags.tenantUser,
      commands,
      ...(flags.keys.length > 0 && { keys: flags.keys }),
      ...(flags.channels.length > 0 && { channels: flags.channels.filter((channel) => channel !== '') }),
      ...(databases !== undefined && { databases }),
    },
    table,
  );
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `${first.message}${more}`,
      target: JSON.stringify(first.subject),
      next: first.help,
    });
  }
  // Command rules are the same for all tenants and stand last: they are read once.
  const base = parseRules('template', commands, table);
  return users.map((tenant) => {
    const rules = tenant.rules.slice(0, tenant.rules.length - commands.length);
    return { ...tenant, made: parseRules(tenant.user, rules, table, base) };
  });
}

function parseRules(name: string, rules: readonly string[], table: CommandTable, base?: User): User {
  const parsed = parseUser(name, rules, table, base === undefined ? {} : { base });
  if (parsed.user !== undefined) return parsed.user;
  const [problem] = parsed.problems;
  throw new CommandFailure({
    code: 'E_RULES',
    what: `the server refuses these rules: ${problem?.message ?? ''}`,
    target: name,
    ...(problem?.help !== undefined && { cause: problem.help }),
    next: 'change the template',
  });
}

function commandRules(table: CommandTable, { commands, access }: TenantsFlags): readonly string[] {
  if (commands !== undefined) return words('--commands', commands);
  if (access === 'read' || access === 'read-write') return tenantRules(table, access);
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--access ${JSON.stringify(access)} is not known`,
    next: 'write read or read-write',
  });
}

function words(option: string, text: string | undefined): readonly string[] {
  const rules = splitRules(text ?? '');
  if (rules !== undefined) return rules;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `a quote in ${option} is not closed`,
    next: `${option} '+eval +evalsha'`,
  });
}

function readDatabases(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (text !== '' && numbers.every((id) => Number.isSafeInteger(id) && id >= 0)) return numbers;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--databases ${JSON.stringify(text)} are not database numbers`,
    next: '--databases 0,3',
  });
}

function chooseTenants(users: readonly SubjectUser[], globs: readonly string[]): readonly User[] {
  const chosen = users.filter(({ name }) =>
    globs.length === 0 ? name !== 'default' : globs.some((glob) => globMatch(glob, name)),
  );
  if (chosen.length > 0) return chosen.map(({ user }) => user);
  throw new CommandFailure({
    code: 'E_USERS',
    what: 'no user is a tenant',
    cause: globs.length === 0 ? 'there is no user but default' : `no name matches ${globs.join(' or ')}`,
    next: "name the tenants: --tenant 'app-*'",
  });
}

function sharing(flags: TenantsFlags): { sharedKeys: readonly string[]; sharedChannels: readonly string[] } {
  return { sharedKeys: flags.shared, sharedChannels: flags.sharedChannel };
}

/** The proof without the crossings that are accepted. */
function allowing(proof: TenantProof, allowed: readonly string[]): TenantProof {
  const names = allowed.map((name) => name.toLowerCase().replace(' ', '|'));
  const crossings = proof.crossings.filter(({ command }) => !names.includes(command));
  if (crossings.length === proof.crossings.length) return proof;
  const verdicts = [proof.keys.verdict, proof.channels.verdict];
  const rest = verdicts.includes('overlap') ? 'overlap' : verdicts.includes('unknown') ? 'unknown' : 'apart';
  return { ...proof, crossings, verdict: crossings.length > 0 ? 'overlap' : rest };
}

const NAMES_SHOWN = 5;

/** Users who are not in the proof, and what they can do to it. */
function notesOn(
  users: readonly SubjectUser[],
  tenants: readonly User[],
  existing: readonly User[],
  flags: TenantsFlags,
): readonly string[] {
  const proved = new Set([...tenants, ...existing].map(({ name }) => name));
  const others = users.filter(({ name, user }) => !proved.has(name) && user.enabled);
  const open = others.find(({ name, user }) => name === 'default' && user.nopass);
  const everywhere = others.filter(({ user }) => reachesEveryKey(user)).map(({ name }) => name);
  const limited = others.filter(({ user }) => !reachesEveryKey(user)).map(({ user }) => user);
  return [
    ...(open === undefined ? [] : ['default is on without a password: whoever connects is no tenant']),
    ...(everywhere.length === 0 ? [] : [`not tenants, and reach every key: ${listNames(everywhere)}`]),
    ...limited.flatMap((user) => meeting(user, tenants, flags)).slice(0, MEETINGS_SHOWN),
  ];
}

/** Users told of who are no tenants and meet one. */
const MEETINGS_SHOWN = 10;

/** Does a user who is no tenant meet tenants? Told, for the proof does not count it. */
function meeting(user: User, tenants: readonly User[], flags: TenantsFlags): readonly string[] {
  const tenantOf = (): string => 'tenants';
  const { keys, channels } = proveTenants(tenants, { ...sharing(flags), tenantOf, existing: [user] });
  const own = allowing(proveTenants([user], { ...sharing(flags) }), flags.allow);
  const [first] = [...keys.overlaps, ...channels.overlaps];
  const commands = own.crossings.map(({ command }) => command.replace('|', ' ').toUpperCase());
  return [
    ...(first === undefined
      ? []
      : [
          `${user.name} is no tenant and meets them: ${first.users[0]} ${first.rules[0]}, ${first.users[1]} ${first.rules[1]}, both ${JSON.stringify(first.witness)}`,
        ]),
    ...(first === undefined && (keys.verdict === 'unknown' || channels.verdict === 'unknown')
      ? [`${user.name} is no tenant, and whether it meets them is not known`]
      : []),
    ...(commands.length === 0
      ? []
      : [`${user.name} is no tenant, and key patterns do not hold back its ${listNames(commands)}`]),
  ];
}

function listNames(names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}

interface Told {
  readonly proof: TenantProof;
  readonly table: CommandTable;
  readonly notes: readonly string[];
  readonly to: 'out' | 'err';
  readonly tenants?: readonly MadeTenant[];
}

function report(
  { proof, table, notes, to, tenants }: Told,
  flags: TenantsFlags,
  context: CommandContext,
): void {
  const { terminal } = context;
  const server = `${table.dialect.product}-${table.dialect.version}`;
  if (flags.json === true) {
    const users = tenants?.map(({ tenant, user, rules }) => ({ tenant, user, rules }));
    terminal.out(proofAsJson(proof, server, notes, users));
    return;
  }
  const look = to === 'out' ? terminal.outLook : terminal.errLook;
  terminal[to](printProof(proof, server, notes, look));
}

function exitOf({ verdict }: TenantProof): ExitCode {
  if (verdict === 'apart') return EXIT.ok;
  return verdict === 'overlap' ? EXIT.findings : EXIT.incomplete;
}
