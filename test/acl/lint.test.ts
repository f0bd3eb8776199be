import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  lint,
  LINT_RULES,
  LINT_SEVERITIES,
  parseAclFile,
  readLintFile,
  readLintRules,
  type LintRule,
} from '../../src/acl/index.ts';
import { readLintText } from '../../src/cli/acl/lint-source.ts';
import { tableOf } from './lint-example.ts';
import { listFixtures } from './lint-fixtures.ts';

const SERVERS = ['redis-6.0', 'redis-6.2', 'redis-7.0', 'redis-7.2', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'];
const WEIGHTY = LINT_SEVERITIES.slice(0, 2) as readonly string[];

describe('the rules of the lint', () => {
  it('are at least sixty', () => {
    expect(LINT_RULES.length).toBeGreaterThanOrEqual(60);
  });

  it('have ids of their own that can be typed', () => {
    const ids = LINT_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/);
  });

  it('say why and what to do, in sentences', () => {
    for (const { title, rationale, fix, proof } of LINT_RULES) {
      expect(title).toMatch(/^\S.*[^.]$/);
      expect(rationale).toMatch(/[.)]$/);
      expect(fix.length).toBeGreaterThan(5);
      expect(proof.length).toBeGreaterThan(0);
    }
  });

  it('keep their ids', () => {
    expect(LINT_RULES.map(({ id }) => id).toSorted()).toMatchSnapshot();
  });
});

describe('a file that a server refuses', () => {
  const words = fc.constantFrom(
    'on', 'off', 'nopass', '>pw', '>', '<x', '#abc', '#<HASH>', '~*', '~a:*', '~', '&*', '&x', '%R~b', '%R', '%', '+get',
    '+@read', '-@all', '+@all', '+@sorted_set', '+nosuch', 'nokeys', 'ping', '@read', '(+get', '~c:*)', '"x"', '>"a', 'b"',
    '#', '# note', '//', '\\', '{{', 'x', '}}', '$(cat', '/x)', '+config|get|x', '-select|0', '+select|0', 'db=0', 'db=x',
    'allkeys', 'resetkeys', 'reset', '', '\t', '>p\tq', '+client|setinfo', '+quit', '-function', '+ft.search', '+@custom', 'x\u0000y',
  ); // prettier-ignore
  const line = fc
    .tuple(
      fc.constantFrom('user a', 'user b', 'user default', 'USER c', 'user', '  user d', '\uFEFFuser e', '#', 'aclcat', '+get', 'user  f', 'user\tg', '  ~x'), // prettier-ignore
      fc.array(words, { maxLength: 6 }),
    )
    .map(([head, rest]) => [head, ...rest].join(' '));

  it.each(SERVERS)('always has a weighty finding that says why, on %s', (server) => {
    const table = tableOf(server);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const text = lines.join('\n');
        const { problems } = parseAclFile(text, table);
        const findings = lint(readLintFile(text, table), FORM_RULES);
        if (problems.length > 0)
          expect(findings.some(({ severity }) => WEIGHTY.includes(severity))).toBe(true);
      }),
      { numRuns: 250 },
    );
  });
});

describe('a good file', () => {
  it.each(GOOD_FILES())('gives no weighty finding: %#', (text) => {
    for (const server of ['redis-7.2', 'redis-8.0', 'valkey-8.1', 'valkey-9.1']) {
      const findings = lint(readLintFile(text, tableOf(server)));
      expect(
        findings.filter(({ severity }) => severity !== 'info').map(({ rule, user }) => [server, rule, user]),
      ).toEqual([]);
    }
  });

  it('may start with -@all without being told', () => {
    const subject = readLintRules('on ~app:* resetchannels -@all +get', tableOf('redis-7.2'));
    expect(lint(subject).map(({ rule }) => rule)).not.toContain('deny-without-effect');
  });
});

describe('the fixtures', () => {
  it('give the findings that they are made for', () => {
    const found = listFixtures().map(({ name, kind, text }) => {
      const subject = readLintText(text, kind, tableOf('redis-7.2'), { name });
      return [name, [...new Set(lint(subject, OWN_RULES).map(({ rule }) => rule))].toSorted().join(' ')];
    });
    expect(Object.fromEntries(found)).toMatchSnapshot();
  });
});

describe('any text', () => {
  it('is linted without a fault', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom(...SERVERS),
        (text, server) => {
          lint(readLintFile(text, tableOf(server)));
          lint(readLintFile(`user a ${text}`, tableOf(server)));
          lint(readLintRules(text, tableOf(server)));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes time that grows with its users', () => {
    const time = (users: number) => {
      const text = Array.from(
        { length: users },
        (_, i) =>
          `user app${i} on #${i.toString(16).padStart(64, '0')} ~app${i}:* resetchannels -@all +get +set +ping`,
      ).join('\n');
      const start = process.cpuUsage().user;
      lint(readLintFile(text, tableOf('redis-7.2')));
      return process.cpuUsage().user - start;
    };
    time(100);
    // Eight times the users: eight times the work, and room for the garbage collector.
    expect(time(1600) / time(200)).toBeLessThan(24);
  }, 60_000);
});

/** The classes of form, passwords and logins: all but what the rights come to. */
const OWN = /^(?:aclfile|unknown|module-command|needs|command-without|password|pattern-after|channel-needs|refused|duplicate|placeholder|weak|empty|nopass|shared|on-without|default|app-is|no-|pubsub-default|grant|deny|sub|dangerous|upgrade|firstarg-dep|acl-list|selector-breaks|requirepass|renamed|restore)/; // prettier-ignore
const OWN_RULES: readonly LintRule[] = LINT_RULES.filter(({ id }) => OWN.test(id));
const FORM_RULES: readonly LintRule[] = LINT_RULES.filter(({ id }) =>
  /^(?:aclfile|unknown|module-command|needs|command-without|password|pattern-after|channel-needs|refused|duplicate|placeholder|sub-after)/.test(
    id,
  ),
);

/** Files that people should write; each user has what it needs and no more. */
function GOOD_FILES(): readonly string[] {
  const hash = (n: number) => `#${n.toString(16).padStart(2, '0').repeat(32)}`;
  return [
    `user default off\nuser admin on ${hash(1)} ~* &* +@all\n`,
    `user default off resetpass nocommands\nuser admin on ${hash(1)} ~* &* +@all\nuser shop on ${hash(2)} ~shop:* resetchannels -@all +get +set +del +expire +ttl +ping +client|setname +client|setinfo +multi +exec +discard\n`,
    `user default off\nuser replica on ${hash(3)} resetchannels -@all +psync +replconf +ping\nuser admin on ${hash(1)} ~* &* +@all\n`,
    `user default off\r\nuser cart on ${hash(4)} ~cart:* &cart.* -@all +hget +hset +hdel +hgetall +publish +subscribe +ping\r\n`,
    `user default off\nuser queue on ${hash(5)} ~queue:* resetchannels -@all +lpush +brpop +llen +ping\nuser admin on ${hash(1)} ~* &* +@all\n`,
  ];
}
