/** Passwords in a command that is asked about: no answer prints them. */
import { describe, expect, it } from 'vitest';
import { hideSecretArguments } from '../../src/cli/acl/secret-argument.ts';
import { forEachServer, startServer, talk } from '../servers/index.ts';
import { run } from './run.ts';

const CANARY = 'canary-8c1f';
const HASH = `8c1f${'0'.repeat(60)}`;

/** Command with its secrets, and as shown. */
const COMMANDS: readonly (readonly [argv: readonly string[], shown: string])[] = [
  [['AUTH', CANARY], 'AUTH …'],
  [['auth', 'app', CANARY], 'auth app …'],
  [['AUTH', 'my', CANARY, CANARY], 'AUTH … … …'],
  [['HELLO', '3', 'AUTH', 'u', CANARY], 'HELLO 3 AUTH u …'],
  [['HELLO', '3', 'AUTH', 'u', CANARY, 'SETNAME', 'x'], 'HELLO 3 AUTH u … SETNAME x'],
  [['HELLO', '3', 'SETNAME', 'x', 'auth', 'u', CANARY], 'HELLO 3 SETNAME x auth u …'],
  [['HELLO', '3', 'AUTH', CANARY], 'HELLO 3 AUTH …'],
  [['ACL', 'SETUSER', 'u', 'on', `>${CANARY}`, '~a'], 'ACL SETUSER u on >… ~a'],
  [['acl', 'setuser', 'u', `<${CANARY}`, `#${HASH}`, `!${HASH}`], 'acl setuser u <… #… !…'],
  [['ACL', 'SETUSER', 'u', '>', CANARY], 'ACL SETUSER u > …'],
  [['ACL', 'DRYRUN', 'u', 'AUTH', 'a', CANARY], 'ACL DRYRUN u AUTH a …'],
  [['CONFIG', 'SET', 'requirepass', CANARY], 'CONFIG SET requirepass …'],
  [['config', 'set', 'maxmemory', '1', 'MasterAuth', CANARY], 'config set maxmemory 1 MasterAuth …'],
  [['CONFIG', 'SET', 'primaryauth', CANARY], 'CONFIG SET primaryauth …'],
  [['CONFIG', 'SET', 'tls-key-file-pass', CANARY], 'CONFIG SET tls-key-file-pass …'],
  [['CONFIG', 'SET', 'tls-client-key-file-pass', CANARY], 'CONFIG SET tls-client-key-file-pass …'],
  [['MIGRATE', 'h', '1', 'k', '0', '1', 'AUTH', CANARY], 'MIGRATE h 1 k 0 1 AUTH …'],
  [
    ['MIGRATE', 'h', '1', '', '0', '1', 'COPY', 'AUTH2', 'u', CANARY, 'KEYS', 'auth', 'b'],
    'MIGRATE h 1  0 1 COPY AUTH2 u … KEYS auth b',
  ],
  [['SENTINEL', 'SET', 'm', 'auth-pass', CANARY], 'SENTINEL SET m auth-pass …'],
  [['SENTINEL', 'CONFIG', 'SET', 'sentinel-pass', CANARY], 'SENTINEL CONFIG SET sentinel-pass …'],
];

describe('secrets among arguments', () => {
  it.each(COMMANDS)('%j', (argv, shown) => {
    expect(hideSecretArguments(argv).join(' ')).toBe(shown);
  });

  it('are all that is hidden', () => {
    for (const argv of [
      ['CONFIG', 'GET', 'requirepass', 'x'],
      ['CONFIG', 'SET', 'maxmemory', '1mb'],
      ['SET', 'auth', 'v'],
      ['MIGRATE', 'h', '1', 'AUTH', '0', '1', 'KEYS', 'AUTH', 'b'],
      ['ACL', 'GETUSER', '>x'],
      ['HELLO', '3'],
    ])
      expect(hideSecretArguments(argv)).toEqual(argv);
  });
});

describe('no answer', () => {
  const rules = ['--server', 'redis-7.2', '--user-rules', 'on ~app:* +get'];
  for (const verb of ['check', 'explain']) {
    for (const json of [[], ['--json']]) {
      it(`of ${verb} ${json.join('')} prints a secret`, async () => {
        for (const [argv] of COMMANDS) {
          for (const server of ['redis-6.0', 'redis-7.2', 'valkey-9.1']) {
            const { out, err } = await run([
              'acl',
              verb,
              ...rules.slice(2),
              '--server',
              server,
              ...json,
              '--',
              ...argv,
            ]);
            expect(out + err).not.toMatch(/8c1f/);
            expect(out).toContain('…');
          }
        }
      });

      it(`of ${verb} ${json.join('')} prints that of a command quoted as a whole`, async () => {
        const { out, err, exit } = await run(['acl', verb, ...rules, ...json, '--', `AUTH app ${CANARY}`]);
        expect(exit).toBe(2);
        expect(err).toContain('leave out the quotes');
        expect(out + err).not.toContain(CANARY);
      });
    }
  }

  forEachServer(['redis-7.0'], (server) => {
    it('of --verify prints one, of one user or several', async () => {
      const running = await startServer({ server });
      try {
        await talk(running.port, [['ACL', 'SETUSER', 'app', 'on', '>p', '~app:*', '+get']]);
        for (const [argv] of COMMANDS) {
          for (const as of [['--as', 'app'], []]) {
            for (const json of [[], ['--json']]) {
              const place = `127.0.0.1:${running.port}`;
              const answer = await run(['acl', 'check', place, ...as, '--verify', ...json, '--', ...argv]);
              expect(answer.out + answer.err).not.toMatch(/8c1f/);
              expect(answer.out).not.toContain('DISAGREES');
            }
          }
        }
      } finally {
        await running.stop();
      }
    }, 30_000);
  });
});
