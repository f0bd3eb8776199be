/** What `acl diff` compares: two files, servers or rule strings, or one of them read by two server versions. */

import { formatServerName } from '../../conf/index.ts';
import type { DiffFlags } from '../commands/acl/diff.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { kindOfSource } from './source-kind.ts';
import { readSubject, type Subject } from './subject.ts';
import type { SubjectFlags } from './subject-options.ts';

/** Reads both sides; the second one is missing when one source is read by two versions. */
export async function readSides(
  named: readonly string[],
  flags: DiffFlags,
  context: CommandContext,
): Promise<readonly [from: Subject, to: Subject | undefined]> {
  const sources = [
    ...named.map((text): Source => ({ kind: kindOfSource(text), text })),
    ...flags.userRules.map((text): Source => ({ kind: 'rules', text })),
  ];
  const [one, two] = sources;
  if (one === undefined || sources.length > 2 || flags.as.length > 2) throw miscounted();
  const [asFrom, asTo = asFrom] = flags.as;
  if (two !== undefined) {
    if (flags.to !== undefined) throw miscounted();
    return readTwo([one, asFrom], [two, asTo], flags, context);
  }
  if (flags.to !== undefined && flags.as.length < 2) {
    return [await readSource(one, asFrom, flags, context), undefined];
  }
  if (flags.as.length < 2 || flags.to !== undefined) throw miscounted();
  const both = await readSource(one, undefined, flags, context);
  const pick = (name: string | undefined): Subject => {
    const users = both.users.filter((user) => user.name === name);
    if (users.length > 0) return { ...both, users };
    throw new CommandFailure({
      code: 'E_USERS',
      what: `there is no user ${JSON.stringify(name)}`,
      target: both.from,
      next: 'name a user of it with --as',
    });
  };
  return [pick(asFrom), pick(asTo)];
}

interface Source {
  readonly kind: ReturnType<typeof kindOfSource> | 'rules';
  readonly text: string;
}

type Side = readonly [source: Source, as: string | undefined];

/** A file beside a live server is read as that server would read it, unless `--server` says otherwise. */
async function readTwo(
  from: Side,
  to: Side,
  flags: DiffFlags,
  context: CommandContext,
): Promise<readonly [Subject, Subject]> {
  const liveFirst = to[0].kind === 'server' && from[0].kind !== 'server';
  const first = liveFirst ? to : from;
  const second = liveFirst ? from : to;
  const read = await readSource(first[0], first[1], flags, context);
  const server =
    first[0].kind === 'server' &&
    second[0].kind !== 'server' &&
    flags.server === undefined &&
    flags.table === undefined
      ? { server: formatServerName(read.table.dialect) }
      : {};
  const quiet = warned(first[0], flags) ? { authWarning: false } : {};
  const other = await readSource(second[0], second[1], { ...flags, ...server, ...quiet }, context);
  return liveFirst ? [other, read] : [read, other];
}

/** Was it said already that the command line shows a password? */
function warned({ kind, text }: Source, { pass, authWarning }: DiffFlags): boolean {
  if (authWarning === false) return true;
  return kind === 'server' && (pass !== undefined || /:\/\/[^/]*:[^/]*@/.test(text));
}

async function readSource(
  { kind, text }: Source,
  as: string | undefined,
  flags: DiffFlags,
  context: CommandContext,
): Promise<Subject> {
  const { userRules: _, as: __, aclfile: ___, config: ____, ...shared } = flags;
  const asked: SubjectFlags = {
    ...shared,
    ...(as !== undefined && { as }),
    ...(kind === 'rules' && { userRules: text }),
    ...(kind === 'aclfile' && { aclfile: text }),
    ...(kind === 'config' && { config: text }),
  };
  try {
    return await readSubject(kind === 'server' ? [text] : [], asked, context);
  } catch (error) {
    if (kind === 'server' && error instanceof CommandFailure && error.text.code === 'E614' && mayBeFile(text))
      throw neither(text, error);
    throw error;
  }
}

/** A word without port, or with a slash, may be meant as a file. */
function mayBeFile(text: string): boolean {
  return !text.includes('://') && (text.includes('/') || !/:\d+$/.test(text));
}

function neither(text: string, cause: CommandFailure): CommandFailure {
  return new CommandFailure(
    {
      code: 'E614',
      what: 'no such file, and no host of that name',
      target: text,
      next: 'name an ACL file, a redis.conf, or a server as HOST:PORT',
    },
    { cause },
  );
}

function miscounted(): CommandFailure {
  return new CommandFailure({
    code: 'E_USAGE',
    what: 'acl diff compares two sides',
    cause: 'name FROM and TO, or one of them with --to VERSION, or one with two --as',
    next: 'wardis acl diff --help',
  });
}
