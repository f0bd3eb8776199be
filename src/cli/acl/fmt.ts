/** The work of `wardis acl fmt`: read, format, compare, and print, list, show or write. */

import { formatAclFile, type CommandTable, type FormatOptions } from '../../acl/index.ts';
import { encodeConf } from '../../conf/index.ts';
import type { FmtFlags } from '../commands/acl/fmt.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure, printFailure } from '../failure.ts';
import { rewriteWhole } from '../file-output.ts';
import { diffLines } from './fmt-diff.ts';
import { readAclText, readPubsubDefault, readTable } from './subject.ts';
import { safeText } from '../../text/index.ts';

/** A file and what became of it. */
type Formatted =
  | { readonly path: string; readonly before: string; readonly after: string }
  | { readonly path: string; readonly failure: CommandFailure };

export async function runFmt(
  files: readonly string[],
  flags: FmtFlags,
  context: CommandContext,
): Promise<void> {
  refuseFlags(files, flags);
  const { terminal } = context;
  const { table, notes } = await readTable(flags);
  for (const note of notes) terminal.err(`note: ${note}\n`);
  const changed: string[] = [];
  let refused = 0;
  for (const path of files) {
    const formatted = await formatFile(path, table, flags);
    if ('failure' in formatted) {
      terminal.err(`${printFailure(formatted.failure.text)}\n`);
      refused++;
      continue;
    }
    if (formatted.before !== formatted.after) changed.push(path);
    report(formatted, table, flags, context);
  }
  const differs = flags.check === true && changed.length > 0;
  if (differs) terminal.err(`next: ${printCommand(changed, flags)}\n`);
  context.finish(refused > 0 ? EXIT.error : differs ? EXIT.findings : EXIT.ok);
}

/** The command that writes what --check found. */
function printCommand(paths: readonly string[], flags: FmtFlags): string {
  const options = [
    flags.simplify === true ? '--simplify' : '',
    flags.hashPasswords === true ? '--hash-passwords' : '',
    flags.server === undefined ? '' : `--server ${flags.server}`,
    flags.table === undefined ? '' : `--table ${flags.table}`,
    flags.pubsubDefault === undefined ? '' : `--pubsub-default ${flags.pubsubDefault}`,
  ].filter((option) => option !== '');
  return ['wardis acl fmt --write', ...options, ...paths].join(' ');
}

async function formatFile(path: string, table: CommandTable, flags: FmtFlags): Promise<Formatted> {
  const name = path === '-' ? 'standard input' : path;
  const pubsubDefault = readPubsubDefault(flags.pubsubDefault);
  const options: FormatOptions = {
    file: name,
    ...(pubsubDefault !== undefined && { pubsubDefault }),
    ...(flags.hashPasswords === true && { passwords: 'hashed' }),
    ...(flags.simplify === true && { rules: 'effective' }),
  };
  try {
    const before = await readAclText(path);
    const { text, problems } = formatAclFile(before, table, options);
    if (text !== undefined) return { path: name, before, after: text };
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw new CommandFailure({
      code: 'E_RULES',
      what: safeText(`${table.server} refuses this file: ${problems[0]?.message.trim() ?? ''}${more}`),
      target: name,
      ...(problems[0]?.help !== undefined && { cause: safeText(problems[0].help) }),
      next: `wardis acl lint ${path === '-' ? 'FILE' : path}   shows every problem`,
    });
  } catch (error) {
    if (error instanceof CommandFailure) return { path: name, failure: error };
    throw error;
  }
}

function report(
  { path, before, after }: { readonly path: string; readonly before: string; readonly after: string },
  table: CommandTable,
  flags: FmtFlags,
  context: CommandContext,
): void {
  const { out, outLook } = context.terminal;
  const same = before === after;
  if (flags.write === true && !same) rewriteWhole(path, encodeConf(after));
  if (flags.diff === true && !same) out(diffLines(before, after, path, outLook));
  if (flags.write === true || flags.check === true) {
    const users = after.split('\n').filter((line) => line !== '').length;
    const proof = `${users} ${users === 1 ? 'user keeps' : 'users keep'} the same rights on ${table.server}`;
    const word = same ? 'unchanged   ' : flags.write === true ? 'rewritten   ' : 'would change';
    out(`${word}  ${path}${same ? '' : `  ${proof}`}\n`);
  } else if (flags.diff !== true) out(encodedFor(after));
}

/** Standard output takes text: a file with other bytes is written by --write only. */
function encodedFor(text: string): string {
  if (!/(?<![\ud800-\udbff])[\udc80-\udcff]/.test(text)) return text;
  throw new CommandFailure({
    code: 'E_UNSUPPORTED',
    what: 'the file holds bytes that are not UTF-8, and they would be lost on standard output',
    next: 'wardis acl fmt --write FILE   keeps every byte',
  });
}

function refuseFlags(files: readonly string[], flags: FmtFlags): void {
  const usage = (what: string, next: string): CommandFailure =>
    new CommandFailure({ code: 'E_USAGE', what, next });
  if (flags.write === true && flags.check === true) {
    throw usage('--check only looks, and --write writes', 'keep one of them');
  }
  if (flags.write === true && files.includes('-')) {
    throw usage('standard input cannot be rewritten', 'name the file, or leave out --write');
  }
  const prints = flags.write !== true && flags.check !== true && flags.diff !== true;
  if (prints && files.length > 1) {
    throw usage('only one file can go to standard output', 'add --write, --check or --diff');
  }
}
