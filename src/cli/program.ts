/**
 * The command tree. Each verb is one file of `commands/`, which declares its words and loads its work only when
 * it runs. Help, man pages, completions and `docs/cli.md` are all printed from this tree.
 */

import { Command, CommanderError } from 'commander';
import { addAcl } from './commands/acl.ts';
import { addApply } from './commands/apply.ts';
import { addAudit } from './commands/audit.ts';
import { addCompletion } from './commands/completion.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addHarden } from './commands/harden.ts';
import { addHelp } from './commands/help.ts';
import { addInit } from './commands/init.ts';
import { addMigrate } from './commands/migrate.ts';
import { addPlan } from './commands/plan.ts';
import { addReceipt } from './commands/receipt.ts';
import { addTls } from './commands/tls.ts';
import { addUser } from './commands/user.ts';
import { findCommand } from './command-tree.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { CommandFailure, printFailure } from './failure.ts';
import { readVersion } from './version.ts';

/** Run one command line and give its exit code. Never throws. */
export async function runProgram(
  argv: readonly string[],
  outside: Omit<CommandContext, 'finish'>,
): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const context: CommandContext = { ...outside, finish: (code) => (exit = code) };
  const program = buildProgram(context);
  try {
    const named = findCommand(program, argv);
    if (argv.length === 0 || (named?.path === argv.join(' ') && named.command.commands.length > 0)) {
      context.terminal.out((named?.command ?? program).helpInformation());
      return EXIT.ok;
    }
    await program.parseAsync(withBareHostAsHelp(argv), { from: 'user' });
    return exit;
  } catch (error) {
    return reportFault(error, context, argv, program);
  }
}

/** The whole tree; commands run in `context`. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('wardis')
    .description('Security posture as code, with proof, for Redis and Valkey.')
    .helpOption('--help', 'show help')
    .helpCommand(false)
    .version(readVersion(), '-V, --version', 'show the version')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: context.terminal.out,
      writeErr: context.terminal.err,
      outputError: () => undefined,
    });
  addDemo(program, context);
  addInit(program, context);
  addHarden(program, context);
  addAudit(program, context);
  addPlan(program, context);
  addApply(program, context);
  addMigrate(program, context);
  addUser(program, context);
  addTls(program, context);
  addAcl(program, context);
  addExplain(program, context);
  addDoctor(program, context);
  addReceipt(program, context);
  addCompletion(program, context);
  addHelp(program, context);
  for (const command of program.commands) {
    command.copyInheritedSettings(program).helpOption('--help', 'show help');
  }
  return program.addHelpText('after', OVERVIEW);
}

const OVERVIEW = `
Start here:
  wardis demo                           the whole loop on a throw-away server, in a minute
  wardis audit redis://127.0.0.1:6379   judge a live server; read-only
  wardis doctor redis://127.0.0.1:6379  why can't I connect, why was I denied
  wardis help exit-codes                also: environment, output, permissions
`;

/** `wardis audit -h` with no value asks for help: redis-cli users and everybody else are both right. */
function withBareHostAsHelp(argv: readonly string[]): string[] {
  return argv.at(-1) === '-h' ? [...argv.slice(0, -1), '--help'] : [...argv];
}

/** Help of the verb that was typed, when it is one. */
function helpFor(argv: readonly string[], program: Command): string {
  const typed = findCommand(program, argv);
  return typed === undefined ? 'wardis help' : `wardis help ${typed.path}`;
}

function reportFault(
  error: unknown,
  context: CommandContext,
  argv: readonly string[],
  program: Command,
): ExitCode {
  const { terminal } = context;
  const trace = argv.includes('--debug');
  if (error instanceof CommandFailure) {
    terminal.err(`${printFailure(error.text)}\n`);
    if (trace && error.stack !== undefined) terminal.err(`${error.stack}\n`);
    return error.exit;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // `--passwd=secret` is no option of ours, and what follows it may be a secret all the same.
    const what = error.message.replace(/^error: /, '').replace(/'(--?[\w-]+=)[^']*'/, "'$1…'");
    terminal.err(`${printFailure({ code: 'E_USAGE', what, next: helpFor(argv, program) })}\n`);
    return EXIT.error;
  }
  const what = error instanceof Error ? error.message : 'unknown fault';
  terminal.err(
    `${printFailure({ code: 'E_BUG', what: `unexpected fault: ${what}`, next: 'run again with --debug and report it' })}\n`,
  );
  if (trace && error instanceof Error && error.stack !== undefined) terminal.err(`${error.stack}\n`);
  return EXIT.error;
}
