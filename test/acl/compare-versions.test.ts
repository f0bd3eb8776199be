import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffFleets, diffVersions, parseUser, splitRules, tableFor } from '../../src/acl/index.ts';
import type { Right, User } from '../../src/acl/index.ts';
import { randomRules } from './random-rules.ts';

const redis = (version: string): ReturnType<typeof tableFor> => tableFor({ product: 'redis', version });
const valkey = (version: string): ReturnType<typeof tableFor> => tableFor({ product: 'valkey', version });

function compare(
  rules: string,
  from: ReturnType<typeof tableFor>,
  to: ReturnType<typeof tableFor>,
): { gained: string[]; lost: string[]; newCommands: readonly string[]; goneCommands: readonly string[] } {
  const answer = diffVersions(splitRules(rules) ?? [], 'u', from, to);
  if (!answer.accepted) throw new Error(answer.refusals[0]?.problem.message);
  const commandsOf = (right: Right): readonly string[] =>
    right.kind === 'future-commands' ? [] : right.commands;
  return {
    gained: answer.diff.gained.flatMap(commandsOf),
    lost: answer.diff.lost.flatMap(commandsOf),
    newCommands: answer.newCommands,
    goneCommands: answer.goneCommands,
  };
}

describe('diffVersions', () => {
  it('shows what 6.2 to 7.0 does to +@all -@admin', () => {
    const { gained, lost } = compare('~* &* +@all -@admin', redis('6.2.16'), redis('7.0.15'));
    for (const name of ['client|setname', 'acl|whoami', 'cluster|info', 'client|id'])
      expect(gained).toContain(name);
    expect(gained).not.toContain('config|set');
    expect(lost).not.toContain('client|setname');
  });

  it('shows that the channel default changed in 7.0', () => {
    expect(compare('~* +publish +subscribe', redis('6.2.16'), redis('7.0.15')).lost).toEqual([
      'publish',
      'subscribe',
    ]);
    expect(compare('~* resetchannels +publish', redis('6.2.16'), redis('7.0.15')).lost).toEqual([]);
  });

  it('keeps new commands apart from gained ones', () => {
    const { gained, newCommands, lost } = compare('~* +@write +@read', redis('7.2.6'), redis('8.0.6'));
    expect(gained).toEqual([]);
    expect(lost).toEqual([]);
    expect(newCommands).toContain('hgetdel');
    expect(compare('~* +@all', redis('8.0.6'), valkey('8.1.1')).goneCommands).toContain('hgetdel');
    expect(compare('~* +@hash', redis('7.2.6'), valkey('9.1.2')).newCommands).toContain('hexpire');
  });

  it('follows first arguments into the subcommands of 7.0', () => {
    const { gained, lost } = compare('+config|get +client|id', redis('6.2.16'), redis('7.0.15'));
    // RESET needs no right from 7.0 on.
    expect([gained, lost]).toEqual([['reset'], []]);
    const back = compare('+client|id', redis('7.0.15'), redis('6.2.16'));
    expect([back.gained, back.lost]).toEqual([[], ['reset']]);
  });

  it('says which server refuses the rules, in its words', () => {
    const answer = diffVersions(['%R~a', '+get'], 'u', redis('6.2.16'), redis('7.0.15'));
    expect(answer).toMatchObject({
      accepted: false,
      refusals: [
        { by: 'from', problem: { message: "ERR Error in ACL SETUSER modifier '%R~a': Syntax error" } },
      ],
    });
    expect(diffVersions(['+hgetdel'], 'u', redis('8.0.6'), redis('7.4.1'))).toMatchObject({
      accepted: false,
      refusals: [{ by: 'to' }],
    });
  });

  it('finds nothing between a version and itself', () => {
    for (const table of [redis('6.2.16'), redis('7.2.6'), valkey('9.1.2')]) {
      fc.assert(
        fc.property(randomRules(table), (rules) => {
          const answer = diffVersions(rules, 'u', table, table);
          if (answer.accepted) expect([answer.diff.same, answer.newCommands]).toEqual([true, []]);
        }),
        { numRuns: 60 },
      );
    }
  });
});

describe('diffFleets', () => {
  const user = (name: string, rules: string): User => {
    const parsed = parseUser(name, splitRules(rules) ?? [], redis('7.2.6'));
    if (parsed.user === undefined) throw new Error(parsed.problems[0]?.message);
    return parsed.user;
  };

  it('compares by name', () => {
    const from = [user('a', 'on ~a +get'), user('b', 'on ~b +get'), user('c', 'on')];
    const to = [user('b', 'on ~b +set'), user('a', 'on +get ~a'), user('d', 'on')];
    const diff = diffFleets(from, to);
    expect(diff).toMatchObject({ added: ['d'], removed: ['c'], same: ['a'] });
    expect(diff.changed.map(({ name }) => name)).toEqual(['b']);
  });
});
