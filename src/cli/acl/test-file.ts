/** A file of expectations: YAML, read with the place of every case, so that a failure names its line. */

import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { splitRules, type Expectation } from '../../acl/index.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';

const FILE_BYTES_MAX = 32 * 1024 * 1024;
const CASES_MAX = 200_000;
const PROBLEMS_SHOWN_MAX = 20;

/** One expectation and where it stands. */
export interface TestCase extends Expectation {
  readonly line: number;
  readonly name?: string;
  /** As written: `GET app:1`. */
  readonly text: string;
}

export interface TestFile {
  readonly path: string;
  /** Names of server versions; empty: none named. */
  readonly servers: readonly string[];
  readonly aclfile?: string;
  readonly config?: string;
  /** Users written in the file itself: name to rules. */
  readonly users?: Readonly<Record<string, string>>;
  readonly cases: readonly TestCase[];
}

const words = z
  .union([z.string().min(1), z.array(z.union([z.string(), z.number()])).min(1)])
  .describe('A command as typed at redis-cli, or a list of its words.');
const db = z
  .int()
  .min(0)
  .max(2_147_483_647)
  .describe('Database of the connection; Valkey 9.1 decides by it.');

const allowed = z.union([words, z.strictObject({ command: words, db: db.optional() })]);
const denied = z.union([
  words,
  z.strictObject({
    command: words,
    db: db.optional(),
    by: z.enum(['command', 'key', 'channel', 'db']).optional().describe('The reason that is expected.'),
  }),
]);

const test = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  user: z.string().min(1),
  allow: z.array(allowed).optional().describe('Commands that the user may run.'),
  deny: z.array(denied).optional().describe('Commands that the user may not run.'),
});

const file = z
  .strictObject({
    version: z.literal(1),
    server: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe('Server versions whose language the rules are read in, for example redis-7.2.'),
    aclfile: z.string().min(1).optional().describe('An ACL file, relative to this file.'),
    config: z.string().min(1).optional().describe('A redis.conf or valkey.conf, relative to this file.'),
    users: z
      .record(z.string(), z.string())
      .optional()
      .describe('Users written here: name to rules, as ACL SETUSER takes them.'),
    tests: z.array(test).min(1),
  })
  .describe('Expectations about ACL users, for wardis acl test.');

/** JSON Schema of the file. */
export function testFileJsonSchema(): object {
  return z.toJSONSchema(file, { target: 'draft-2020-12' });
}

/** Reads a file; every problem is told at once, with its line. */
export async function readTestFile(path: string): Promise<TestFile> {
  const text = await readInput(path, 'the expectations', FILE_BYTES_MAX);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const broken = document.errors.map((error) => `${lineOf(error.pos[0])}: ${error.message}`);
  if (broken.length > 0) throw unreadable(path, broken);
  const parsed = file.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) =>
        `${lineOfPath(document, issue.path, lineOf)}: ${issue.path.length === 0 ? 'document' : issue.path.join('.')}: ${issue.message}`,
    );
    throw unreadable(path, problems);
  }
  const { server, aclfile, config, users, tests } = parsed.data;
  const problems: string[] = [];
  const cases = tests.flatMap((each, at) =>
    (['allow', 'deny'] as const).flatMap((expect) =>
      (each[expect] ?? []).flatMap((item, index): readonly TestCase[] => {
        const line = lineOfPath(document, ['tests', at, expect, index], lineOf);
        const read = readCase(item);
        if (read === undefined) {
          problems.push(`${line}: a quote is not closed`);
          return [];
        }
        return [
          { user: each.user, expect, line, ...(each.name !== undefined && { name: each.name }), ...read },
        ];
      }),
    ),
  );
  if (cases.length > CASES_MAX) problems.push(`1: more than ${CASES_MAX} commands`);
  if (cases.length === 0) problems.push('1: no test has a command to allow or to deny');
  if ([aclfile, config, users].filter((source) => source !== undefined).length > 1)
    problems.push('1: keep one of aclfile, config and users');
  if (problems.length > 0) throw unreadable(path, problems);
  return {
    path,
    servers: server === undefined ? [] : [server].flat(),
    ...(aclfile !== undefined && { aclfile }),
    ...(config !== undefined && { config }),
    ...(users !== undefined && { users }),
    cases,
  };
}

type Item = z.infer<typeof allowed> | z.infer<typeof denied>;
type Whole = Exclude<z.infer<typeof denied>, string | unknown[]>;

function readCase(item: Item): Pick<TestCase, 'argv' | 'text' | 'db' | 'by'> | undefined {
  const whole: Whole = typeof item === 'string' || Array.isArray(item) ? { command: item } : item;
  const { command } = whole;
  const argv = typeof command === 'string' ? splitRules(command) : command.map(String);
  if (argv === undefined || argv.length === 0) return undefined;
  return {
    argv,
    text: typeof command === 'string' ? command : argv.map(quote).join(' '),
    ...(whole.db !== undefined && { db: whole.db }),
    ...(whole.by !== undefined && { by: whole.by }),
  };
}

function quote(word: string): string {
  return /^[^\s"']+$/.test(word) ? word : JSON.stringify(word);
}

function lineOfPath(
  document: Document,
  path: readonly PropertyKey[],
  lineOf: (offset: number) => number,
): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== undefined && node.range !== null) return lineOf(node.range[0]);
  }
  return 1;
}

function unreadable(path: string, problems: readonly string[]): CommandFailure {
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX).map((problem) => `${path}:${problem}`);
  return new CommandFailure({
    code: 'E_EXPECTATIONS',
    what: `the expectations cannot be read: ${shown.join('; ')}`,
    target: path,
    next: 'wardis help acl test   shows a file; schemas/acl-test.schema.json has every key',
  });
}
