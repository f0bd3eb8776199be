/**
 * Real servers and the ACL engine are given the same random users, commands and files: they must say the same, in the
 * same words. Rules that end the server (the engine names them) are not sent.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  parseAclFile,
  parseUserDirective,
  printUser,
  tableFor,
  tableFromCommandReply,
} from '../../src/acl/index.ts';
import type { CommandTable } from '../../src/acl/index.ts';
import { compareFiles } from '../../soak/acl/files.ts';
import { compareByRunning } from '../../soak/acl/execution.ts';
import { compareWithServer } from '../../soak/acl/differential.ts';
import { openPipe } from '../../soak/acl/pipe.ts';
import { forEachServer, openConnection, SERVER_IDS, startServer, tryStart } from '../servers/index.ts';
import type { Connection, RunningServer, Server } from '../servers/index.ts';

/** `WARDIS_SEED=1 npm test -- live/acl` asks other questions; `npm run soak -- acl-differential` asks more of them. */
const SEED = Number(process.env['WARDIS_SEED'] ?? 20_261_121);
/** Commands decided on each server. */
const RUNS = 30_000;
const USERS = 4_000;
const ACL_FILES = 300;
const LONG_MS = 120_000;

forEachServer([...SERVER_IDS, 'redis-8.0.6'], (server) => {
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

  if (table.dialect.selectors) {
    it(
      `answers ${RUNS} random questions as we do`,
      async () => {
        await withServer(server, async (connection, port) => {
          const outcome = await compareWithServer({
            table,
            seed: SEED,
            runs: RUNS,
            failuresMax: 1,
            connect: () => openPipe(port),
          });
          expect(outcome.failures, `seed ${SEED}`).toEqual([]);
          expect(outcome.decisions).toBeGreaterThanOrEqual(RUNS);
          expect(outcome.allowed).toBeGreaterThan(RUNS / 10);
          expect(outcome.users).toBeGreaterThan(RUNS / 20);
          expect(outcome.refusedRules).toBeGreaterThan(RUNS / 40);
          expect(await connection.send(['PING'])).toBe('PONG');
        });
      },
      LONG_MS,
    );
  } else {
    it(
      'shows random users as we do',
      async () => {
        await withServer(server, async (_, port) => {
          const outcome = await compareWithServer({
            table,
            seed: SEED,
            runs: USERS,
            failuresMax: 1,
            connect: () => openPipe(port),
          });
          expect(outcome.failures, `seed ${SEED}`).toEqual([]);
          expect(outcome.users).toBeGreaterThanOrEqual(USERS);
        });
      },
      LONG_MS,
    );

    it.each(['queue', 'run'] as const)(
      'lets users %s commands as we do',
      async (how) => {
        await withServer(server, async (_, port) => {
          const [admin, guest] = [await openPipe(port), await openPipe(port)];
          const outcome = await compareByRunning({ table, seed: SEED, runs: RUNS, how, admin, guest });
          expect(outcome.failures, `seed ${SEED}`).toEqual([]);
          expect(outcome.compared).toBeGreaterThanOrEqual(RUNS);
          expect(outcome.allowed).toBeGreaterThan(RUNS / 20);
          admin.close();
          guest.close();
        });
      },
      LONG_MS,
    );
  }

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

  it(
    'loads and refuses random ACL files as we do',
    async () => {
      await withServer(server, async (_, port, running) => {
        const file = join(running.dir, 'users.acl');
        const write = (bytes: string): void => writeFileSync(file, bytes, 'latin1');
        const connect = (): ReturnType<typeof openPipe> => openPipe(port);
        const outcome = await compareFiles({
          table,
          seed: SEED,
          runs: ACL_FILES,
          failuresMax: 1,
          connect,
          write,
          file,
        });
        expect(outcome.failures, `seed ${SEED}`).toEqual([]);
        expect(outcome.loaded).toBeGreaterThan(ACL_FILES / 5);
        expect(outcome.refused).toBeGreaterThan(ACL_FILES / 5);
      });
    },
    LONG_MS,
  );

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
