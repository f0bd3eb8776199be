/** The work of `wardis acl diff`: read both sides, compare user by user, print, and choose the exit code. */

import {
  completeVersion,
  diffUsers,
  diffVersions,
  tableFor,
  type CommandTable,
  type Problem,
  type UserDiff,
} from '../../acl/index.ts';
import type { DiffFlags } from '../commands/acl/diff.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { writeParts } from '../file-output.ts';
import { parseOutputs } from '../format-option.ts';
import { readServerFlag } from '../server-flag.ts';
import { DIFF_FORMATS, renderDiff } from './diff-report.ts';
import { readSides } from './diff-source.ts';
import { splitByVersion, withoutGuards, type VersionSplit } from './diff-versions.ts';
import { noteOnChannels } from './diff-channels.ts';
import type { Subject, SubjectUser } from './subject.ts';

/** One user of either side. */
export type UserChange =
  | { readonly change: 'added' | 'removed'; readonly name: string; readonly user: SubjectUser['user'] }
  | { readonly change: 'same'; readonly name: string }
  | {
      readonly change: 'changed';
      readonly name: string;
      /** Its name in TO, when another user was named with --as. */
      readonly otherName?: string;
      readonly diff: UserDiff;
      readonly newCommands: readonly string[];
      readonly goneCommands: readonly string[];
    }
  | {
      /** One of two server versions refuses the rules. */
      readonly change: 'refused';
      readonly name: string;
      readonly refusals: readonly { readonly by: 'from' | 'to'; readonly problem: Problem }[];
    };

/** Everything that outputs need. */
export interface DiffReport {
  readonly from: DiffSide;
  readonly to: DiffSide;
  readonly users: readonly UserChange[];
  readonly notes: readonly string[];
}

interface DiffSide {
  readonly from: string;
  readonly server: string;
}

export async function runDiff(
  named: readonly string[],
  flags: DiffFlags,
  context: CommandContext,
): Promise<void> {
  const outputs = parseOutputs(
    flags.json === true ? ['json', ...flags.output] : flags.output,
    DIFF_FORMATS,
    'table',
  );
  const failOn = readFailOn(flags);
  const report = compareSides(await readSides(named, flags, context), flags, context);
  const look = context.terminal.outLook;
  for (const { format, path } of outputs) {
    const inFile = path !== undefined;
    const text = renderDiff(format, report, {
      ...look,
      ...(inFile && { colour: false, columns: Number.POSITIVE_INFINITY }),
      detail: flags.wide === true ? 'all' : 'first',
    });
    if (inFile) writeParts(path, [text], 0o644);
    else context.terminal.out(text);
  }
  context.finish(failOn === undefined ? EXIT.ok : exitOf(report, failOn));
}

type FailOn = 'any' | 'gained' | 'lost';

function readFailOn({ check, failOn }: DiffFlags): FailOn | undefined {
  if (failOn === undefined) return check === true ? 'any' : undefined;
  if (failOn === 'any' || failOn === 'gained' || failOn === 'lost') return failOn;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--fail-on ${JSON.stringify(failOn)} is not known`,
    next: 'write gained, lost or any',
  });
}

function compareSides(
  [from, to]: readonly [Subject, Subject | undefined],
  flags: DiffFlags,
  context: CommandContext,
): DiffReport {
  if (to === undefined) {
    const server = readServerFlag(flags.to ?? '', context.terminal, '--to');
    const table = tableFor(completeVersion(server));
    const notes = [
      ...from.notes,
      ...(table.note === undefined ? [] : [table.note]),
      ...noteOnChannels(from, table),
    ];
    return {
      from: { from: from.from, server: nameOf(from.table) },
      to: { from: from.from, server: nameOf(table) },
      users: from.users.map((user) => compareVersions(user, from.table, table)),
      notes,
    };
  }
  const users = flags.as.length === 2 ? compareTwo(from, to) : compareByName(from, to);
  return {
    from: { from: from.from, server: nameOf(from.table) },
    to: { from: to.from, server: nameOf(to.table) },
    users,
    notes: [...new Set([...from.notes, ...to.notes, ...noteOnChannels(from, to.table, to.users)])],
  };
}

function nameOf({ dialect }: CommandTable): string {
  return `${dialect.product}-${dialect.version}`;
}

/** The two users of `--as A --as B`. */
function compareTwo(from: Subject, to: Subject): readonly UserChange[] {
  const [one] = from.users;
  const [two] = to.users;
  if (one === undefined || two === undefined) return [];
  return [changeOf(one.name, diffUsers(one.user, two.user), two.name)];
}

function compareByName(from: Subject, to: Subject): readonly UserChange[] {
  const after = new Map(to.users.map((user) => [user.name, user]));
  const before = new Map(from.users.map((user) => [user.name, user]));
  const kept = [...before.values()].map((user): UserChange => {
    const other = after.get(user.name);
    if (other === undefined) return { change: 'removed', name: user.name, user: user.user };
    return changeOf(user.name, diffUsers(user.user, other.user));
  });
  const added = [...after.values()]
    .filter(({ name }) => !before.has(name))
    .map(({ name, user }): UserChange => ({ change: 'added', name, user }));
  return [...kept, ...added];
}

function compareVersions({ name, tokens }: SubjectUser, from: CommandTable, to: CommandTable): UserChange {
  const answer = diffVersions(tokens, name, from, to);
  if (!answer.accepted) return { change: 'refused', name, refusals: answer.refusals };
  const newCommands = withoutGuards(answer.newCommands);
  const goneCommands = withoutGuards(answer.goneCommands);
  return changedOrSame(name, { diff: splitByVersion(answer.diff).diff, newCommands, goneCommands });
}

function changeOf(name: string, diff: UserDiff, otherName?: string): UserChange {
  return changedOrSame(name, splitByVersion(diff), otherName);
}

function changedOrSame(name: string, split: VersionSplit, otherName?: string): UserChange {
  const { diff, newCommands, goneCommands } = split;
  if (diff.same && newCommands.length + goneCommands.length === 0) return { change: 'same', name };
  const other = otherName === undefined || otherName === name ? {} : { otherName };
  return { change: 'changed', name, ...other, diff, newCommands, goneCommands };
}

/** What could not be compared is no proof of sameness. */
function exitOf({ users }: DiffReport, failOn: FailOn): ExitCode {
  if (users.some((user) => fails(user, failOn))) return EXIT.findings;
  const open = users.some((user) => user.change === 'changed' && user.diff.unknown.length > 0);
  return open ? EXIT.incomplete : EXIT.ok;
}

function fails(user: UserChange, failOn: FailOn): boolean {
  switch (user.change) {
    case 'same':
      return false;
    case 'refused':
      return true;
    case 'added':
      return failOn !== 'lost';
    case 'removed':
      return failOn !== 'gained';
    case 'changed': {
      const { gained, lost, login } = user.diff;
      if (failOn === 'gained') return gained.length > 0 || user.newCommands.length > 0;
      if (failOn === 'lost') return lost.length > 0 || user.goneCommands.length > 0;
      const lists = [gained, lost, login, user.newCommands, user.goneCommands];
      return lists.some((list) => list.length > 0);
    }
  }
}
