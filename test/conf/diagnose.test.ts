import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  diagnoseConf,
  effectiveSettings,
  listRecordedServers,
  parseConf,
  PROBLEMS_MAX,
  type ConfProblem,
  type ServerVersion,
} from '../../src/conf/index.ts';

const redis = (version: string): ServerVersion => ({ product: 'redis', version });
const valkey = (version: string): ServerVersion => ({ product: 'valkey', version });

function diagnose(text: string, server = redis('7.2.6')): readonly ConfProblem[] {
  return diagnoseConf(effectiveSettings(parseConf(text, { path: 'redis.conf', server }), server));
}

const brief = (problems: readonly ConfProblem[]): readonly string[] =>
  problems.map(({ code, stopsServer, range }) => `${range?.line ?? 0} ${code} ${stopsServer}`);

describe('diagnosis', () => {
  it.each<[string, ServerVersion, readonly string[]]>([
    ['port 6379\nbind 127.0.0.1 -::1\nsave 60 1\n', redis('7.2.6'), []],
    ['active-rehashing yes', redis('7.2.6'), ['1 unknown-directive yes']],
    ['enable-debug-command no', redis('6.2.16'), ['1 needs-newer-version yes']],
    ['enable-debug-command no', redis('7.0.15'), []],
    ['gopher-enabled no', redis('7.2.6'), ['1 removed-directive yes']],
    ['primaryauth x', redis('7.2.6'), ['1 other-product yes']],
    ['io-threads-do-reads yes', redis('8.0.6'), ['1 ignored-directive no']],
    ['lua-time-limit 5', redis('7.2.6'), ['1 old-name no']],
    ['protected-mode no  # dev only', redis('7.2.6'), ['1 trailing-comment yes']],
    ['requirepass x # note', redis('7.2.6'), ['1 trailing-comment yes']],
    ['requirepass #x', redis('7.2.6'), []],
    ['save 900 1 # often', redis('7.2.6'), ['1 trailing-comment yes']],
    ['save 900 1 # often', redis('6.2.16'), ['1 trailing-comment no']],
    ['bind 127.0.0.1 # local', redis('7.2.6'), ['1 trailing-comment yes']],
    [`user a on #${'a'.repeat(64)} ~*`, redis('7.2.6'), []],
    ['requirepass "x', redis('7.2.6'), ['1 unbalanced-quotes yes']],
    ['port', redis('7.2.6'), ['1 wrong-number-of-arguments yes']],
    ['timeout 1 2', redis('7.2.6'), ['1 wrong-number-of-arguments yes']],
    ['port 70000', redis('7.2.6'), ['1 bad-value yes']],
    ['appendonly maybe', redis('7.2.6'), ['1 bad-value yes']],
    ['maxmemory-policy lru', redis('7.2.6'), ['1 bad-value yes']],
    ['maxmemory 1.5gb', redis('7.2.6'), ['1 bad-value yes']],
    ['loglevel nothing', redis('7.0.15'), ['1 bad-value yes']],
    ['loglevel nothing', redis('7.2.6'), []],
    ['requirepass ${PW}', redis('7.2.6'), ['1 template depends']],
    ['maxmemory {{ m }}', redis('7.2.6'), ['1 template depends']],
    ['{% if x %}\nport 1\n{% endif %}', redis('7.2.6'), ['1 template yes', '3 template yes']],
    ['port 1\nport 2\n', redis('7.2.6'), ['1 duplicate-directive no']],
    ['user a on\naclfile u.acl', redis('7.2.6'), ['1 users-and-aclfile yes']],
    ['user a on\nuser a off', redis('7.2.6'), ['2 duplicate-user yes']],
    ['user a on\nuser a off', redis('6.2.16'), ['2 duplicate-user no']],
    ['requirepass x\naclfile u.acl', redis('7.2.6'), ['1 requirepass-with-aclfile no']],
    ['requirepass x\naclfile ""', redis('7.2.6'), []],
    ['requirepass ""', redis('7.2.6'), ['1 requirepass-empty no']],
    ['rename-command CONFIG ""', redis('7.2.6'), ['1 rename-command no']],
    [
      'rename-command CONFIG a\nrename-command config b',
      redis('7.2.6'),
      ['1 rename-command no', '2 rename-command-unknown yes'],
    ],
    [
      'rename-command CONFIG a\nrename-command a b',
      redis('7.2.6'),
      ['1 rename-command no', '2 rename-command no'],
    ],
    ['# requirepass S3cr3t!', redis('7.2.6'), ['1 secret-in-comment no']],
    ['#masterauth hunter2hunter2', redis('7.2.6'), ['1 secret-in-comment no']],
    ['# requirepass foobared\n# masterauth <master-password>\n# requirepass\n', redis('7.2.6'), []],
    ['# sentinel auth-pass mymaster MySUPER--secret-0123passw0rd', redis('7.2.6'), []],
    ['# sentinel auth-pass main xyzzy-77', redis('7.2.6'), ['1 secret-in-comment no']],
    [
      '# user worker on >ffa9203c493aa99 ~*\n# user w on >rea1-secret ~*',
      redis('7.2.6'),
      ['2 secret-in-comment no'],
    ],
    ['# the requirepass option is not for this', redis('7.2.6'), []],
    ['activedefrag yes', redis('8.0.6'), ['1 activedefrag depends']],
    ['activedefrag no', redis('8.0.6'), []],
    ['bind 127.0.0.1 -::1', redis('6.0.16'), ['1 bind-ipv6-optional yes']],
    ['bind 127.0.0.1 10.0.0.5', redis('7.2.6'), ['1 bind-address-specific depends']],
    ['bind 0.0.0.0', redis('7.2.6'), []],
    ['save 3600 1 300 100 60 10000', redis('6.2.16'), ['1 save-one-line no']],
    ['save 3600 1 300 100 60 10000', redis('7.0.15'), []],
    [
      'sentinel monitor m redis-master 6379 2',
      redis('7.2.6'),
      ['1 sentinel-only depends', '1 sentinel-host-name yes'],
    ],
    [
      'sentinel monitor m redis-master 6379 2\nsentinel resolve-hostnames yes',
      redis('7.2.6'),
      ['1 sentinel-only depends'],
    ],
    ['sentinel monitor m 10.0.0.1 6379 2', redis('7.2.6'), ['1 sentinel-only depends']],
    ['tls-port 6380', redis('7.2.6'), ['1 tls-without-certificate yes']],
    ['tls-port 6380\ntls-cert-file a\ntls-key-file b', redis('7.2.6'), ['1 tls-without-ca yes']],
    ['tls-port 6380\ntls-cert-file a\ntls-key-file b\ntls-auth-clients no', redis('7.2.6'), []],
    ['tls-port 6380\ntls-cert-file a\ntls-key-file b\ntls-ca-cert-dir d', redis('7.2.6'), []],
    ['cluster-enabled yes\nreplicaof 10.0.0.1 6379', redis('7.2.6'), ['2 replicaof-in-cluster yes']],
    ['\uFEFF# x\nport 1', redis('7.2.6'), ['1 byte-order-mark yes']],
    ['port 1\0', redis('7.2.6'), ['1 nul-byte depends']],
    ['search.timeout 5', redis('7.2.6'), ['1 unknown-directive yes']],
    ['loadmodule /s.so\nsearch.timeout 5', redis('7.2.6'), ['2 unknown-directive depends']],
    ['nosuch 5', redis('8.4.0'), ['0 version-not-recorded no', '1 unknown-directive depends']],
    ['requirepass "x"y', valkey('9.1.2'), []],
    ['requirepass "x"y', valkey('8.1.1'), ['1 unbalanced-quotes yes']],
  ])('%j on %o', (text, server, expected) => {
    expect(brief(diagnose(text, server))).toEqual(expected);
  });

  it.each([
    ['port abc', "argument couldn't be parsed into an integer"],
    ['port 70000', 'argument must be between 0 and 65535 inclusive'],
    ['port', 'wrong number of arguments'],
    ['appendonly maybe', "argument must be 'yes' or 'no'"],
    ['tls-auth-clients maybe', 'argument(s) must be one of the following: no, yes, optional'],
    ['nosuch 1', 'Bad directive or wrong number of arguments'],
    ['save 60', 'Invalid save parameters'],
  ])('says of %j what the server says', (text, words) => {
    expect(diagnose(text)[0]?.message).toContain(words);
  });

  it('says what to do', () => {
    expect(diagnose('active-rehashing yes')[0]?.help).toBe('did you mean `activerehashing`?');
    expect(diagnose('enable-debug-command no', redis('6.2'))[0]?.help).toContain('needs redis 7.0 or newer');
    expect(diagnose('protected-mode no # x')[0]?.help).toContain('only at the start of a line');
  });

  it('points at the argument', () => {
    const [problem] = diagnose('  timeout   abc\n');
    expect(problem?.range).toEqual({ path: 'redis.conf', line: 1, start: 12, end: 15 });
  });

  it('never shows a secret, whatever is wrong with its line', () => {
    const canary = 'CaNaRy7f3a';
    const lines = [
      `requirepass ${canary} # x`,
      `requirepass ${canary} ${canary}`,
      `requirepass "${canary}`,
      `requirepass ${canary}\naclfile a\nrequirepass ${canary}`,
      `# requirepass ${canary}`,
      `masterauth \${${canary}} x`,
      `tls-key-file-pass ${canary} b`,
      `user a on >${canary}\nuser a on >${canary}\naclfile x`,
      `sentinel auth-pass m ${canary} x`,
      `# user a on >${canary}`,
      `requirepas ${canary}`,
      `rename-command CONFIG ${canary}`,
    ];
    for (const line of lines) {
      const problems = diagnose(line);
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems).toLowerCase()).not.toContain(canary.toLowerCase());
    }
  });

  it('never throws, on any text and any version', () => {
    const words =
      `port bind save user requirepass aclfile tls-port include rename-command sentinel monitor "" " #
      {{ }} \${A} -::1 1gb 5% é client-output-buffer-limit oom-score-adj-values unixsocketperm 777 normal yes -1
      999999999999999999999`.split(/\s+/);
    const word = fc.constantFrom(...words, '# user', '\n', '\n', '\r\n', '\0', '\uFEFF');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }),
        fc.constantFrom(...listRecordedServers()),
        (words, server) => {
          const text = words.join(' ');
          for (const { range } of diagnose(text, server)) {
            expect(range === undefined || (range.line >= 1 && range.start <= range.end)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('stops counting somewhere', () => {
    for (const line of ['nosuch 1\n', 'port 1\n', 'user a on\n', 'requirepass "\n']) {
      expect(diagnose(line.repeat(30_000))).toHaveLength(PROBLEMS_MAX);
    }
  });
});
