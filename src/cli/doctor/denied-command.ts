/**
 * Why was a command denied: by ACL DRYRUN (7.0 and later), and by the user's rules and our own engine. The
 * command itself is never run. Values are left out of everything shown: only its name and its first key are.
 */

import { decide, tableFor, type CommandTable } from '../../acl/index.ts';
import { versionAtLeast, type ServerVersion } from '../../conf/index.ts';
import type { Connection } from '../../fleet/index.ts';
import { findLeastGrant } from './least-grant.ts';
import { ask, note, noteDenial, tell, type Notebook } from './notebook.ts';
import type { DeniedObservation, Exchange, SessionObservation } from './observation.ts';
import { readShownUser, rebuildUser } from './user-rules.ts';

/** Stands in where HELLO did not tell: the rules of 7.2 are those of every later version. */
const FALLBACK: ServerVersion = { product: 'redis', version: '7.2' };
const SHOWN_CHARS_MAX = 60;
const RULES_CHARS_MAX = 400;
/** Their first argument is no key and may be a secret or a script. */
const SHY = new Set(['auth', 'hello', 'eval', 'eval_ro', 'script', 'migrate']);

/** Asks the server about the command, then judges it from the rules. */
export async function examineDenial(
  connection: Connection,
  session: SessionObservation,
  argv: readonly string[],
  book: Notebook,
): Promise<DeniedObservation> {
  const server = session.greeting?.server ?? FALLBACK;
  const table = tableFor(server);
  const command = findCommand(argv, table);
  const base = {
    shown: showCommand(argv, table),
    name: command?.fullName ?? (argv[0] ?? '').toLowerCase(),
    writes: command?.flags.has('write') === true ? ('yes' as const) : ('no' as const),
    concerns: ['dangerous', 'admin'].filter((category) => command?.categories.has(category) === true),
    ...(isUnlookedAt(argv) === undefined ? {} : { unlookedAt: isUnlookedAt(argv) ?? '' }),
  };
  const dryrun = await askDryrun(connection, session.user, argv, base.shown, server, book);
  const began = performance.now();
  const rules = await ask(connection, ['ACL', 'GETUSER', session.user]);
  noteDenial(book, rules.exchange, 'ACL GETUSER');
  const shownUser = rules.reply === undefined ? undefined : readShownUser(rules.reply, table);
  const user = shownUser === undefined ? undefined : rebuildUser(session.user, shownUser, table);
  const said =
    shownUser === undefined ? tell(rules.exchange) : cut(shownUser.rules.join(' '), RULES_CHARS_MAX);
  note(book, 'rules', user === undefined ? 'noted' : 'ok', `ACL GETUSER ${session.user}: ${said}`, began);
  if (user === undefined) return { ...base, dryrun, rules: rules.exchange };
  const decision = decide(user, argv, table);
  const least = findLeastGrant(user, argv, table);
  note(
    book,
    'judged',
    decision.allowed ? 'ok' : 'failed',
    decision.allowed ? 'the rules allow it' : decision.message,
  );
  return { ...base, dryrun, rules: rules.exchange, decision, ...(least === undefined ? {} : { least }) };
}

async function askDryrun(
  connection: Connection,
  user: string,
  argv: readonly string[],
  shown: string,
  server: ServerVersion,
  book: Notebook,
): Promise<Exchange> {
  if (!versionAtLeast(server, '7.0')) {
    const text = `ACL DRYRUN is not known before 7.0`;
    note(book, 'dryrun', 'not-tried', text);
    return { kind: 'refused', text };
  }
  const began = performance.now();
  const { exchange } = await ask(connection, ['ACL', 'DRYRUN', user, ...argv]);
  noteDenial(book, exchange, 'ACL DRYRUN');
  const result = exchange.kind !== 'answered' ? 'noted' : exchange.text === 'OK' ? 'ok' : 'failed';
  note(book, 'dryrun', result, `ACL DRYRUN ${user} ${shown}: ${tell(exchange)}`, began);
  return exchange;
}

/** The command's name and its first key or subcommand; the rest is an ellipsis, for it may hold secrets. */
export function showCommand(argv: readonly string[], table: CommandTable): string {
  const [name = '', first, ...rest] = argv;
  if (first === undefined) return name;
  if (SHY.has(name.toLowerCase())) return `${name} …`;
  const container = table.commands.get(name.toLowerCase())?.isContainer === true;
  const known = container || findCommand(argv, table) !== undefined;
  if (!known) return `${name} …`;
  return `${name} ${cut(first, SHOWN_CHARS_MAX)}${rest.length === 0 ? '' : ' …'}`;
}

function findCommand(argv: readonly string[], table: CommandTable) {
  const name = (argv[0] ?? '').toLowerCase();
  return table.commands.get(`${name}|${(argv[1] ?? '').toLowerCase()}`) ?? table.commands.get(name);
}

/** What DRYRUN and the rules do not see, and the server refuses when the command runs. */
function isUnlookedAt(argv: readonly string[]): string | undefined {
  const name = (argv[0] ?? '').toLowerCase();
  if (/^(?:eval|evalsha|fcall)(?:_ro)?$/.test(name)) {
    return 'the keys and commands inside a script are judged only while it runs';
  }
  const by = argv.some((word) => /^(?:by|get)$/i.test(word));
  if ((name === 'sort' || name === 'sort_ro') && by) {
    return 'SORT with BY or GET is refused when it runs, unless the user may read every key';
  }
  return name === 'exec' ? 'each queued command is judged by itself' : undefined;
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text;
}
