/** What the form asks, answered by the engine. No DOM here: text in, data out. */
import {
  decideExecution,
  explainDecision,
  explainTokens,
  grantedCommands,
  lint,
  parseUser,
  printUser,
  readLintRules,
  serverNamed,
  splitRules,
  tableFor,
} from '../src/acl/index.ts';
import type { Decision, LintFinding, Problem, TokenEffect } from '../src/acl/index.ts';

export interface Question {
  /** `redis-7.2`, `redis-7.2.16`, `valkey-9.1`. */
  readonly server: string;
  readonly rules: string;
  /** One a line. */
  readonly commands: string;
  readonly db: number;
}

export interface Decided {
  readonly command: string;
  /** Undefined: the line cannot be read, or there is no user. */
  readonly decision: Decision | undefined;
  /** Sentences: the server's own, the rules that decided, and where running the command differs. */
  readonly why: readonly string[];
}

export interface Answer {
  /** What the server refuses; the first is what it says. */
  readonly problems: readonly Problem[];
  readonly hazards: readonly Problem[];
  /** As ACL LIST shows it, passwords hidden. */
  readonly line: string | undefined;
  /** Commands that the user may run, by whatever key. */
  readonly granted: number;
  readonly commandsOfServer: number;
  readonly effects: readonly TokenEffect[];
  readonly findings: readonly LintFinding[];
  readonly decided: readonly Decided[];
  readonly note: string | undefined;
}

/** What the page can hold; a longer text is a paste by mistake. */
export const TEXT_CHARACTERS_MAX = 200_000;
const COMMANDS_MAX = 500;
/** Rules looked at for reasons, all commands together: each command takes a closer look at every rule. */
const REASON_RULES_MAX = 500;
const USER = 'u';

export function answer(question: Question): Answer {
  const server = serverNamed(question.server) ?? { product: 'redis' as const, version: '7.2.6' };
  const table = tableFor(server);
  // A line of ACL LIST or of a file is as good.
  const text = question.rules
    .slice(0, TEXT_CHARACTERS_MAX)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/^\s*(?:ACL\s+SETUSER|user)\s+\S+\s*/i, '');
  const tokens = splitRules(text);
  const parsed = parseUser(USER, tokens ?? [], table);
  const { user } = parsed;
  const problems: readonly Problem[] =
    tokens === undefined ? [{ code: 'syntax', message: 'A quote is not closed.' }] : parsed.problems;
  const lines = question.commands.split('\n').filter((line) => line.trim() !== '');
  return {
    problems,
    hazards: parsed.hazards,
    line: user === undefined ? undefined : printUser(user, table, { redact: 'hashes' }),
    granted: user === undefined ? 0 : grantedCommands(user, table).size,
    commandsOfServer: table.byIndex.filter((command) => !command.isContainer).length,
    effects: tokens === undefined ? [] : explainTokens(USER, tokens, table),
    findings: tokens === undefined ? [] : lint(readLintRules(text, table, { user: USER })),
    decided: lines.slice(0, COMMANDS_MAX).map((command, at) => {
      const argv = splitRules(command);
      if (user === undefined || argv === undefined || argv.length === 0)
        return { command, decision: undefined, why: [] };
      const { dryRun, differences } = decideExecution(user, argv, table, { db: question.db });
      const explained =
        (at + 1) * (tokens?.length ?? 0) <= REASON_RULES_MAX
          ? explainDecision(USER, tokens ?? [], argv, table, { db: question.db })
          : undefined;
      const why = [
        ...(dryRun.allowed ? [] : [dryRun.message]),
        ...(explained?.steps ?? []).map(({ sentence }) => sentence),
        ...differences.map(({ sentence }) => sentence),
      ];
      return { command, decision: dryRun, why };
    }),
    note: table.note,
  };
}
