/** A change prints as a line that does what it says when it is pasted, whatever names it holds. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { printChange } from '../../src/policy/index.ts';

describe('a printed change', () => {
  it('gives the shell every path as one word', () => {
    const path = fc
      .array(fc.constantFrom('a', '/', ' ', "'", '"', ';', '$(id)', '`id`', '\\', '-', '*', '\n', '&&'), {
        minLength: 1,
        maxLength: 8,
      })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(path, (given) => {
        const line = printChange({ kind: 'file-mode', path: given, mode: '0640', owner: 'redis:redis' });
        // Two commands that print their arguments in place of changing modes.
        const script = `chmod() { printf '%s\\0' "$@"; }; chown() { printf '%s\\0' "$@"; }; ${line}`;
        const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0');
        const named = given.startsWith('-') ? `./${given}` : given;
        expect(words).toEqual(['0640', named, 'redis:redis', named, '']);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves plain paths and names as they are', () => {
    expect(printChange({ kind: 'file-mode', path: '/etc/redis/users.acl', mode: '0640' })).toBe(
      'chmod 0640 /etc/redis/users.acl',
    );
    expect(printChange({ kind: 'set-user', name: 'app', rules: ['off', 'resetpass'] })).toBe(
      'ACL SETUSER app off resetpass',
    );
    expect(printChange({ kind: 'remove-user', name: 'a"b' })).toBe(String.raw`ACL DELUSER "a\"b"`);
  });
});
