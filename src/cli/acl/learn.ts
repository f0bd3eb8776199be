/** `wardis acl learn`: what was seen, by user, as rules with their reasons. Nothing is changed on any server. */

import {
  createRecorder,
  proposeRules,
  tableFromCommandReply,
  type CommandTable,
  type Observation,
  type Proposal,
  type Recorder,
} from '../../acl/index.ts';
import { FleetError, printEndpoint, snapshotLive, type Target } from '../../fleet/index.ts';
import type { LearnFlags } from '../commands/acl/learn.ts';
import { readTimeouts, resolveTargets } from '../connection-target.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure, type FailureText } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { readPassword } from '../password.ts';
import { openPrompt } from '../prompt.ts';
import { readSeenFile, watchServer } from './learn-source.ts';
import { printLearned, type Learned } from './learn-report.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import { readTable } from './subject.ts';

const NAME_DEFAULT = 'app';
/** Users that are told apart; a file may name anybody. */
const USERS_MAX = 1000;
const SECONDS_MAX = 3600;

export async function learnRules(
  target: string | undefined,
  flags: LearnFlags,
  context: CommandContext,
): Promise<void> {
  if ((flags.from === undefined) === (flags.monitor === undefined)) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: flags.from === undefined ? 'nothing says what was seen' : 'two sources of commands are given',
      next: 'give either --from FILE, or a server and --monitor SECONDS',
    });
  }
  const learned =
    flags.from === undefined
      ? await learnLive(target, flags, context)
      : await learnFromFile(flags.from, target, flags);
  context.terminal.out(
    flags.json === true
      ? `${printSafeJson(dataOf(learned), 2)}\n`
      : printLearned(learned, context.terminal.outLook),
  );
  const refused = learned.users.some(({ proposal }) => proposal.refused.length > 0);
  context.finish(refused ? EXIT.incomplete : EXIT.ok);
}

async function learnFromFile(path: string, target: string | undefined, flags: LearnFlags): Promise<Learned> {
  if (target !== undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'a server and --from are both given',
      next: 'leave out the server: the file is all that is read',
    });
  }
  const { table, notes } = await readTable(flags);
  const sorter = sortByUser(table, flags);
  const { unread } = await readSeenFile(path, sorter.see);
  const skipped =
    unread.length === 0
      ? []
      : [
          `left out, being no commands: line ${unread.slice(0, 5).join(', ')}${unread.length > 5 ? ` and ${unread.length - 5} more` : ''}`,
        ];
  return sorter.finish([...notes, ...skipped], path === '-' ? 'standard input' : path, flags);
}

async function learnLive(
  text: string | undefined,
  flags: LearnFlags,
  context: CommandContext,
): Promise<Learned> {
  const seconds = wholeNumber('--monitor', flags.monitor ?? '', SECONDS_MAX);
  const linesMax = wholeNumber('--max-lines', flags.maxLines, 10_000_000);
  const password = await readPassword(flags, context.environment, context.terminal);
  const [target] = resolveTargets(text === undefined ? [] : [text], flags, password, context.terminal);
  if (target === undefined) throw new Error('a target is always resolved');
  const name = printEndpoint(target.endpoint);
  await confirmMonitor(name, seconds, flags, context);
  try {
    const limits = readTimeouts(flags);
    const table = await readLiveTable(target, flags);
    const sorter = sortByUser(table, flags);
    if (flags.quiet !== true) context.terminal.err(`watching ${name} for ${seconds} s\n`);
    const end = await watchServer(target, {
      durationMs: seconds * 1000,
      linesMax,
      limits,
      users: flags.of === undefined ? 'helpful' : 'needed',
      see: sorter.see,
    });
    const notes = [
      'MONITOR leaves out administrative commands (CONFIG, ACL, REPLICAOF …), and on 6.x all of CLIENT, ACL and CLUSTER: add what was used of them by hand',
      ...(end.why === 'lines' ? [`stopped after ${end.lines} commands, before the time was over`] : []),
      ...(end.usersUnknown === undefined
        ? []
        : [`users are not told apart: CLIENT LIST was refused (${end.usersUnknown})`]),
    ];
    return sorter.finish(notes, `${name}, MONITOR for ${seconds} s`, flags);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new CommandFailure(describeRefusal(error, name), { cause: error });
  }
}

function describeRefusal(error: FleetError, name: string): FailureText {
  const failure = describeFleetError(error, name);
  if (!error.message.includes(' answered MONITOR: NOPERM')) return failure;
  const cause = 'the user may not run MONITOR';
  return { ...failure, code: 'E602', cause, next: 'log in as a user with +monitor +client|list +command' };
}

async function readLiveTable(target: Target, flags: LearnFlags): Promise<CommandTable> {
  if (flags.server !== undefined || flags.table !== undefined) return (await readTable(flags)).table;
  const snapshot = await snapshotLive(target, { limits: readTimeouts(flags) });
  if (snapshot.commands.known) return snapshot.commands.value;
  const { product } = snapshot;
  if (product.known) return tableFromCommandReply(undefined, product.value);
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'the server does not tell its version',
    target: printEndpoint(target.endpoint),
    next: 'name it: --server redis-7.2',
  });
}

async function confirmMonitor(
  name: string,
  seconds: number,
  flags: LearnFlags,
  context: CommandContext,
): Promise<void> {
  const cost = `MONITOR on ${name} for ${seconds} s: every command is copied to us, which can halve the throughput of a busy server, and its values are seen here`;
  if (flags.yes === true) return context.terminal.err(`warning: ${cost}\n`);
  if (!context.terminal.interactive) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'MONITOR needs a yes',
      target: name,
      cause: cost,
      next: 'run it at a quiet time, on a replica if there is one, with --yes',
    });
  }
  const prompt = openPrompt('shown');
  try {
    const answer = await prompt.ask(`${cost}.\nGo on? [y/N] `);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    prompt.close();
  }
  throw new CommandFailure({ code: 'E_INTERRUPTED', what: 'nothing was done', exit: EXIT.interrupted });
}

/** One recording for each user; observations that do not name one share the default name. */
function sortByUser(table: CommandTable, flags: LearnFlags) {
  const recorders = new Map<string, Recorder>();
  let others = 0;
  let nameless = 0;
  return {
    see: (observation: Observation): void => {
      const name = observation.user ?? flags.name ?? NAME_DEFAULT;
      const asked =
        (flags.client === undefined || observation.client === flags.client) &&
        (flags.of === undefined || observation.user === flags.of);
      if (flags.of !== undefined && observation.user === undefined) nameless++;
      const room = recorders.has(name) || recorders.size < USERS_MAX;
      if (!asked || !room) {
        others++;
        return;
      }
      const recorder = recorders.get(name) ?? createRecorder(table);
      recorders.set(name, recorder);
      recorder.see(observation);
    },
    finish: (notes: readonly string[], from: string, { includeDangerous }: LearnFlags): Learned => {
      if (recorders.size === 0) {
        throw new CommandFailure({
          code: 'E_NOTHING_SEEN',
          what:
            others === 0 ? 'no command was seen' : `none of ${others} commands was of that client or user`,
          target: from,
          ...(nameless > 0 && { cause: `${nameless} of them name no user, as lines of MONITOR do not` }),
          next:
            nameless > 0
              ? 'choose by address: --client ADDRESS; or let Wardis watch: --monitor SECONDS'
              : 'watch longer, or give a file with commands',
        });
      }
      const unnamed =
        nameless === 0 ? [] : [`left out, because nothing tells their user: ${nameless} commands`];
      const recordings = [...recorders].map(([name, recorder]) => ({
        name,
        recording: recorder.recording(),
      }));
      if (recordings.every(({ recording }) => recording.commands.size === 0)) {
        const first = recordings.flatMap(({ recording }) => [...recording.unknown.keys()])[0] ?? '';
        throw new CommandFailure({
          code: 'E_NOTHING_SEEN',
          what: `no command of ${table.server} was seen`,
          target: from,
          cause: `what stands there begins with words like ${JSON.stringify(safeText(first))}`,
          next: 'give a file with a command on each line, or lines of MONITOR; an ACL file is for wardis acl explain',
        });
      }
      const users = recordings.map(({ name, recording }) => {
        const proposal = proposeRules(recording, {
          dangerous: includeDangerous === true ? 'grant' : 'leave-out',
        });
        return { name, seen: recording.seen, keys: recording.keys.size, proposal };
      });
      return { from, server: table.server, users, notes: [...notes, ...unnamed] };
    },
  };
}

function dataOf(learned: Learned): unknown {
  const users = learned.users.map(({ name, seen, keys, proposal }) => ({
    name,
    seen,
    keysSeen: keys,
    line: lineOf(name, proposal),
    ...proposal,
    // Values are among the arguments: the command's name says enough.
    refused: proposal.refused.map(({ argv, message }) => ({ command: argv[0] ?? '', message })),
  }));
  return { schemaVersion: '1', from: learned.from, server: learned.server, users, notes: learned.notes };
}

function lineOf(name: string, proposal: Proposal): string {
  return ['user', name, 'off', 'resetpass', ...proposal.rules].join(' ');
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `${flag} ${JSON.stringify(text)} is not a number from 1 to ${max}`,
    next: `write for example ${flag} 30`,
  });
}
