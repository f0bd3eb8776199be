/** The lint's verdict whether a server starts with a file, against servers that try. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tableFor, type Product } from '../../src/acl/index.ts';
import { readLintText, type LintText } from '../../src/cli/acl/lint-source.ts';
import { judgeStart } from '../../src/cli/acl/lint-verdict.ts';
import { listFixtures, type Fixture } from '../acl/lint-fixtures.ts';
import { forEachServer, talk, tryStart, type Attempt, type Server } from '../servers/index.ts';

const SERVERS = ['redis-6.0', 'redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'];
const FILES = 40;
const SEED = 20_261_122;

/** Words that people write, right and wrong; % is left to its own fixtures. */
const LINES = [
  'user a',
  'user b',
  'user default',
  ' user c',
  'user  d',
  'user\te',
  'USER f',
  '',
  '# note',
  'user a',
];
const WORDS = [
  'on', 'off', 'nopass', '>pw', '>', '<pw', '#00', '~*', '~a:*', 'allkeys', '&*', '&a', 'resetchannels', '%R~a', '+get', '+GET',
  '+@read', '-@all', '+@all', '+@sorted_set', '+@sortedset', '+nosuch', 'nokeys', 'resetkeys', 'ping', '(+get', '~c:*)', '(~d +set)',
  '"x"', '#', '\\', '{{', '}}', '+config|get', '-config|set', '+select|0', 'db=0', 'reset', '', '+quit', '-function', '>p\tq',
]; // prettier-ignore

/** An ACL file beside a configuration that names one. */
const BESIDE = 'user shop on >Vq7-mZp2x_Lk9 ~shop:* +get\n';

forEachServer(SERVERS, (server) => {
  const files = listFixtures().filter(({ kind }) => kind !== 'script');

  it.each(files.map((file) => [file.name, file] as const))(
    'judges %s as the server does',
    async (_, file) => {
      const attempt = await start(file, server);
      try {
        const { starts, refusal } = verdictOn(file, server);
        if (isPatched(file, attempt)) return;
        expect(starts, attempt.started ? attempt.server.log() : attempt.log).toBe(attempt.started);
        if (!attempt.started && refusal !== undefined && file.kind === 'acl-file') {
          expect(plain(attempt.log)).toContain(plain(refusal));
        }
      } finally {
        if (attempt.started) await attempt.server.stop();
      }
    },
  );

  it('judges files of random lines as the server does', async () => {
    for (const text of randomFiles(FILES)) {
      const file: Fixture = { name: 'random', kind: 'acl-file', text };
      const attempt = await start(file, server);
      const { starts } = verdictOn(file, server);
      if (attempt.started) await attempt.server.stop();
      expect([text, starts]).toEqual([text, attempt.started]);
    }
  }, 120_000);

  it('finds a server open whose requirepass an ACL file replaces', async () => {
    const conf = 'requirepass Hw3-tRn8y_Qd5\n';
    const attempt = await tryStart({ server, conf, aclfile: BESIDE });
    if (!attempt.started) throw new Error(attempt.log);
    try {
      expect(await talk(attempt.server, [['CONFIG', 'GET', 'requirepass']])).toEqual([
        ['requirepass', 'Hw3-tRn8y_Qd5'],
      ]);
    } finally {
      await attempt.server.stop();
    }
  });
});

function verdictOn(file: Fixture, server: Server): ReturnType<typeof judgeStart> {
  const product: Product = server.id.startsWith('valkey') ? 'valkey' : 'redis';
  const table = tableFor({ product, version: server.version });
  const source: LintText = {
    path: 'users.acl',
    text: file.text,
    kind: file.kind,
    ...(file.kind === 'conf' && { aclText: BESIDE }),
  };
  return judgeStart(source, readLintText(source.text, source.kind, table, { name: 'users.acl' }));
}

/**
 * Debian's 7.0.15 has the fix of CVE-2024-51741 under the old number: it refuses the bare % that 7.0.15 as released
 * accepts and crashes from.
 */
function isPatched(file: Fixture, attempt: Attempt): boolean {
  return (
    /^(?:bare-percent|percent-no-letter)/.test(file.name) &&
    !attempt.started &&
    attempt.log.includes('version=7.0.15')
  );
}

/** The harness writes the ACL file itself, so that a configuration must not name one. */
function start(file: Fixture, server: Server): Promise<Attempt> {
  if (file.kind === 'acl-file') return tryStart({ server, aclfile: file.text });
  const conf = file.text.replace(/^aclfile .*\n/m, '');
  return tryStart({ server, conf, ...(conf !== file.text && { aclfile: BESIDE }) });
}

/** The directory of the file and line ends differ. */
function plain(text: string): string {
  return text.replaceAll(/\S*\/users\.acl/g, 'users.acl').replaceAll(/\s+/g, ' ');
}

function randomFiles(count: number): readonly string[] {
  return fc.sample(
    fc
      .array(
        fc
          .tuple(fc.constantFrom(...LINES), fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }))
          .map(([head, rest]) => [head, ...rest].join(' ')),
        { maxLength: 3 },
      )
      .map((lines) => lines.join('\n')),
    { numRuns: count, seed: SEED },
  );
}
