/** Where running a command differs from what ACL DRYRUN says. The live tests prove the same on real servers. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, decideExecution, parseUser, tableFor } from '../../src/acl/index.ts';
import type { Execution } from '../../src/acl/index.ts';
import { randomCommand, randomRules } from './random-rules.ts';

const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis70 = tableFor({ product: 'redis', version: '7.0.12' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const patched = tableFor({ product: 'redis', version: '7.2.16' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });

function run(rules: string, command: string, table = redis72): Execution {
  const { user } = parseUser('u', rules.split(' '), table);
  if (user === undefined) throw new Error(`refused: ${rules}`);
  return decideExecution(user, command.split(' '), table);
}

const codes = (execution: Execution): readonly string[] => execution.differences.map(({ code }) => code);

describe('decideExecution', () => {
  it('finds that SORT refuses its own options', () => {
    const answer = run('on ~app:* +sort', 'SORT app:l BY w_* GET #');
    expect(answer.dryRun.allowed).toBe(true);
    expect(answer.execution).toBe('denied');
    expect(answer.executionMessage).toBe('ERR BY option of SORT denied due to insufficient ACL permissions.');
    expect(run('on ~app:* +sort', 'SORT app:l BY nosort').execution).toBe('same');
    expect(run('on ~app:* %R~* +sort', 'SORT app:l BY w_*').execution).toBe('same');
    // One selector allows the command, another one reads every key: that is not enough.
    expect(run('on ~app:* +sort (%R~* +get)', 'SORT app:l BY w_*').execution).toBe('denied');
  });

  it('names the keys that 6.x reads without a check', () => {
    const answer = run('on ~app:* +sort', 'SORT app:l BY w_* GET app:x_* GET #', redis62);
    expect(answer.execution).toBe('same');
    expect(answer.unchecked.map(({ key, kind }) => [key, kind])).toEqual([['w_*', 'pattern']]);
  });

  it('names the keys behind the holes of this very build', () => {
    const call = 'SORT by STORE by STORE victim';
    expect(run('on ~by +sort', call).unchecked).toEqual([
      { key: 'victim', kind: 'key', position: 5, access: 'write' },
    ]);
    expect(codes(run('on ~by +sort', call))).toEqual(['unchecked-keys']);
    expect(run('on ~by +sort', call, patched).dryRun.allowed).toBe(false);
    expect(run('on ~by ~victim +sort', call).unchecked).toEqual([]);
    expect(run('on ~a +sort_ro', 'SORT_RO victim', redis70).unchecked.map(({ key }) => key)).toEqual([
      'victim',
    ]);
  });

  it('says what only running it shows', () => {
    expect(run('on ~app:* +eval', 'EVAL x 0')).toMatchObject({ execution: 'depends' });
    expect(codes(run('on +exec', 'EXEC'))).toEqual(['exec-recheck']);
    expect(codes(run('on ~a +blpop', 'BLPOP a 1'))).toEqual(['blocked-recheck']);
    expect(codes(run('on ~a +blpop', 'BLPOP a 1', redis62))).toEqual(['blocked-not-rechecked']);
    expect(codes(run('on ~a +xread', 'XREAD STREAMS a 0'))).toEqual([]);
    expect(codes(run('on ~a +xread', 'XREAD BLOCK 1 STREAMS a 0'))).toEqual(['blocked-recheck']);
    expect(codes(run('off ~a +get', 'GET a'))).toEqual(['user-off']);
    expect(codes(run('off', 'AUTH x'))).toEqual(['needs-no-right']);
    expect(codes(run('on +debug', 'DEBUG SLEEP 0', redis62))).toEqual([]);
  });

  it('words refusals as the running server does', () => {
    expect(run('on ~a +get', 'SET a 1').executionMessage).toBe(
      "NOPERM User u has no permissions to run the 'set' command",
    );
    expect(run('on ~a +get', 'GET b').executionMessage).toBe('NOPERM No permissions to access a key');
    expect(run('on ~a +get', 'GET b', redis70).executionMessage).toBe(
      'NOPERM this user has no permissions to access one of the keys used as arguments',
    );
    expect(run('on ~* +@all db=1', 'GET b', valkey91).executionMessage).toBe(
      'NOPERM No permissions to access database',
    );
  });

  it.each([redis62, redis70, redis72, valkey91])(
    'never changes the verdict of decide itself, and has words for every refusal, on $server',
    (table) => {
      fc.assert(
        fc.property(randomRules(table), randomCommand(table), (rules, argv) => {
          const { user } = parseUser('u', rules, table);
          fc.pre(user !== undefined);
          const answer = decideExecution(user, argv, table);
          expect(answer.dryRun).toEqual(decide(user, argv, table));
          const refused = !answer.dryRun.allowed || answer.execution === 'denied';
          if (refused) expect(answer.executionMessage).toMatch(/^(?:ERR|NOPERM) /);
          if (!answer.dryRun.allowed) expect(answer.unchecked).toEqual([]);
        }),
      );
    },
  );
});
