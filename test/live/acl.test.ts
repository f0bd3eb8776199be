/**
 * Real servers and the ACL engine are given the same random users, commands and files: they must say the same, in the
 * same words. Rules that end the server (the engine names them) are not sent.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decide,
  getUserView,
  parseAclFile,
  parseUser,
  parseUserDirective,
  printUser,
  tableFor,
  tableFromCommandReply,
} from '../../src/acl/index.ts';
import type { CommandTable } from '../../src/acl/index.ts';
import { randomCommand, randomRules } from '../acl/random-rules.ts';
import { forEachServer, openConnection, SERVER_IDS, startServer, talk, tryStart } from '../servers/index.ts';
import type { Connection, Reply, RunningServer, Server } from '../servers/index.ts';

const SEED = 20_261_121;
const USERS = 400;
const COMMANDS_PER_USER = 8;

forEachServer(SERVER_IDS, (server) => {
  const table = tableFor({ product: server.product, version: server.version });

  it('COMMAND gives the bundled table', async () => {
    await withServer(server, async (connection) => {
      const live = tableFromCommandReply(await connection.send(['COMMAND']), table.dialect);
      expect(table.exact).toBe(true);
      expect([...live.commands.keys()].sort()).toEqual([...table.commands.keys()].sort());
      for (const [name, command] of live.commands)
        expect(shapeOf(command)).toEqual(shapeOf(table.commands.get(name)));
    });
  });

  it('shows and refuses users as we do', async () => {
    await withServer(server, async (connection) => {
      for (const rules of fc.sample(randomRules(table), { seed: SEED, numRuns: USERS })) {
        const ours = parseUser('f', rules, table, { secrets: 'verbatim' });
        if (ours.hazards.length > 0) continue;
        await connection.send(['ACL', 'DELUSER', 'f']);
        const reply = await connection.send(['ACL', 'SETUSER', 'f', ...rules]);
        const list = (await connection.send(['ACL', 'LIST'])) as readonly string[];
        const line = list.find((line) => line.startsWith('user f '));
        const context = `rules ${JSON.stringify(rules)}`;
        if (ours.user === undefined) {
          expect(reply, context).toEqual({ error: ours.problems[0]?.message });
          continue;
        }
        expect(reply, context).toBe('OK');
        expect(comparable(line ?? '', table), context).toBe(comparable(printUser(ours.user, table), table));
        const view = mapOf(await connection.send(['ACL', 'GETUSER', 'f']));
        expect(Object.keys(view), context).toEqual(Object.keys(getUserView(ours.user, table)));
      }
    });
  });

  it('allows and denies commands as we do', async () => {
    await withServer(server, async (connection, port) => {
      const commands = fc.sample(randomCommand(table), { seed: SEED, numRuns: USERS * COMMANDS_PER_USER });
      const asked = { allowed: 0, denied: 0 };
      for (const [i, rules] of fc.sample(randomRules(table), { seed: SEED + 1, numRuns: USERS }).entries()) {
        const all = [...rules, 'on', 'nopass', '+multi'];
        const { user, hazards } = parseUser('f', all, table);
        if (user === undefined || hazards.length > 0) continue;
        expect(await connection.send(['ACL', 'SETUSER', 'f', 'reset', ...all])).toBe('OK');
        const argvs = commands.slice(i * COMMANDS_PER_USER, (i + 1) * COMMANDS_PER_USER);
        const answers = table.dialect.selectors ? await dryRun(connection, argvs) : await queue(port, argvs);
        for (const [k, argv] of argvs.entries()) {
          const decision = decide(user, argv, table);
          const ours = decision.allowed ? 'OK' : decision.message;
          const skip = !table.dialect.selectors && !decision.allowed && decision.denied === 'error';
          if (answers[k] === undefined || skip) continue;
          asked[decision.allowed ? 'allowed' : 'denied']++;
          expect(answers[k], `${JSON.stringify(argv)} by ${JSON.stringify(all)}`).toBe(ours);
        }
      }
      expect(asked.allowed).toBeGreaterThan(15);
      expect(asked.denied).toBeGreaterThan(150);
    });
  });

  it('loads and refuses ACL files as we do', async () => {
    await withServer(server, async (connection, _, running) => {
      const file = join(running.dir, 'users.acl');
      for (const text of FILES) {
        const ours = parseAclFile(text, table, { file });
        if (ours.problems.some((problem) => problem.code === 'crashes-server')) continue;
        writeFileSync(file, text);
        const reply = await connection.send(['ACL', 'LOAD']);
        expect(reply, JSON.stringify(text)).toEqual(
          ours.refusal === undefined ? 'OK' : { error: ours.refusal },
        );
        if (ours.refusal !== undefined) continue;
        const lines = (await connection.send(['ACL', 'LIST'])) as readonly string[];
        const printed = ours.users.map(({ user }) => comparable(printUser(user, table), table));
        expect(lines.map((line) => comparable(line, table)).sort(), JSON.stringify(text)).toEqual(
          printed.sort(),
        );
      }
    });
  });

  it('refuses user directives as we do', async () => {
    for (const line of DIRECTIVES) {
      const ours = parseUserDirective(line.split(' '), table);
      const attempt = await tryStart({ server, conf: `user ${line}\n` });
      const log = attempt.started ? '' : attempt.log;
      if (attempt.started) await attempt.server.stop();
      expect(attempt.started, `${line}\n${log}`).toBe(ours.problems.length === 0);
      if (ours.problems.length > 0) expect(log).toContain(ours.problems[0]?.message);
    }
  });
});

const FILES: readonly string[] = [
  '',
  'user default on nopass ~* &* +@all\nuser a on >pw ~x +get\n',
  'user a on >pw ~x +get\n\n  user b off\t\n',
  '# comment\nuser default on\n',
  'user default on # comment\n',
  'user a on nopass ~a* -@all +@read -get\n',
  'user default on nopass +@all\nuser a +get # why\n',
  '\uFEFFuser default on nopass +@all\n',
  'user\tdefault on\n',
  'user default\ton\n',
  'user default on\t nopass\t +@all\n',
  'user a +get\t+set\n',
  'user a +get\t on\n',
  'user a on\nuser a off\n',
  'user a +nosuch\nuser a on\n',
  'user a +nosuch -nope +get bad worse ~a ~* ~b\nuser b also-bad\n',
  'USER a on\n',
  'user\n',
  'user  a on\n',
  'user a  on   +get\n',
  'user a\vb on\n',
  'users a on\n',
  'user a allkeys allcommands\nuser b ~x +get\n',
  'user a allkeys +bad\nuser b ~x\nuser c on\n',
  'user a on\r\nuser b on\r\n',
  'user a ">pw" on\n',
  'user a (+get ~x) on\n',
  'user a ( +get ~x ) on\n',
  'user a (+get\n',
  'user a (+get on)\n',
  'user a #00\n',
  'user a <pw !00\n',
  'user é on ~é* +get\n',
];

const DIRECTIVES: readonly string[] = [
  'a on >pw ~x +get',
  'default on >pw ~* +@all',
  'a on bad',
  'a bad',
  'a on +get ~x ~* ~y',
  'a on +nosuch',
  'a (+get',
  'a on nopass ~x (+get ~y',
  'a on (+get on)',
];

async function withServer(
  server: Server,
  body: (connection: Connection, port: number, running: RunningServer) => Promise<void>,
): Promise<void> {
  const running = await startServer({
    server,
    aclfile: 'user default on nopass ~* &* +@all\n'.replace(
      / &\*/,
      server.version.startsWith('6.0') ? '' : ' &*',
    ),
  });
  const connection = await openConnection(running.port);
  try {
    await body(connection, running.port, running);
  } finally {
    connection.close();
    await running.stop();
  }
}

async function dryRun(
  connection: Connection,
  argvs: readonly (readonly string[])[],
): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const argv of argvs) answers.push(textOf(await connection.send(['ACL', 'DRYRUN', 'f', ...argv])));
  return answers;
}

/** 6.x has no DRYRUN: a command is checked when it is queued in a transaction that never runs. */
async function queue(
  port: number,
  argvs: readonly (readonly string[])[],
): Promise<readonly (string | undefined)[]> {
  const [, , ...replies] = await talk(port, [
    ['AUTH', 'f', 'x'],
    ['MULTI'],
    ...argvs.map((argv) => (UNQUEUED.has(argv[0] ?? '') ? ['PING'] : argv)),
  ]);
  return argvs.map((argv, i) => {
    if (UNQUEUED.has(argv[0] ?? '')) return undefined;
    const text = textOf(replies[i] ?? null);
    if (text === 'QUEUED') return 'OK';
    return text.startsWith('NOPERM') ? text : undefined;
  });
}

const UNQUEUED = new Set([
  'multi',
  'exec',
  'discard',
  'watch',
  'reset',
  'quit',
  'auth',
  'hello',
  'monitor',
  'psync',
  'sync',
]);

function textOf(reply: Reply): string {
  if (typeof reply === 'string') return reply;
  return typeof reply === 'object' && reply !== null && 'error' in reply
    ? reply.error
    : JSON.stringify(reply);
}

function mapOf(reply: Reply): Readonly<Record<string, Reply>> {
  if (!Array.isArray(reply)) return {};
  const fields: Record<string, Reply> = {};
  for (let i = 0; i < reply.length; i += 2) fields[String(reply[i])] = reply[i + 1] as Reply;
  return fields;
}

function comparable(line: string, table: CommandTable): string {
  return table.dialect.display === 'kept-rules' ? line : line.split(/[ ()]/).sort().join(' ');
}

function shapeOf(command: CommandTable['byIndex'][number] | undefined): unknown {
  if (command === undefined) return undefined;
  const { index: _, parent, subcommands, flags, categories, ...rest } = command;
  return {
    ...rest,
    parent: parent?.fullName,
    subcommands: subcommands.map((sub) => sub.fullName).sort(),
    flags: [...flags].sort(),
    categories: [...categories].sort(),
  };
}
