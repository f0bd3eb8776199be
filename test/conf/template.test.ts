import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { detectTemplates } from '../../src/conf/index.ts';

const found = (text: string): readonly string[] =>
  detectTemplates(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

describe('unrendered templates', () => {
  it.each([
    ['requirepass ${REDIS_PASSWORD}', 'shell-braces ${REDIS_PASSWORD}'],
    ['maxmemory ${MEM:-512mb}', 'shell-braces ${MEM:-512mb}'],
    ['user a on >$${PW}', 'compose-escape $${PW}'],
    ['requirepass $REDIS_PASSWORD', 'shell-name $REDIS_PASSWORD'],
    ['requirepass "$PASSWORD"', 'shell-name $PASSWORD'],
    ['requirepass $redis_password', 'shell-name $redis_password'],
    ['user a on >$(ADMIN_PASSWORD)', 'parenthesis $(ADMIN_PASSWORD)'],
    ['user a on >$(cat /run/secrets/x) ~*', 'parenthesis $(cat /run/secrets/x)'],
    ['requirepass __PASSWORD__', 'double-underscore __PASSWORD__'],
    ['requirepass APP_PASSWORD_PLACEHOLDER', 'placeholder-word APP_PASSWORD_PLACEHOLDER'],
    ['requirepass CHANGE_ME', 'placeholder-word CHANGE_ME'],
    ['requirepass changeme123', 'placeholder-word changeme123'],
    ['requirepass YOUR_STRONG_PASSWORD', 'placeholder-word YOUR_STRONG_PASSWORD'],
    ['requirepass your-redis-password', 'placeholder-word your-redis-password'],
    ['requirepass WILL_BE_GENERATED_AT_DEPLOY', 'placeholder-word WILL_BE_GENERATED_AT_DEPLOY'],
    ['user a on #<APP_HASH>', 'angle-brackets <APP_HASH>'],
    ['masterauth <master-password>', 'angle-brackets <master-password>'],
    ['port {{ redis_port }}', 'expression {{ redis_port }}'],
    ['requirepass {{pw}}', 'expression {{pw}}'],
    ["bind {{ 'a' if x else 'b' }}", "expression {{ 'a' if x else 'b' }}"],
    ['{% if tls %}', 'statement {% if tls %}'],
    ['{# note #}', 'comment {# note #}'],
    ['port %REDIS_PORT%', 'percent %REDIS_PORT%'],
    ['port <%= port %>', 'erb <%= port %>'],
    ['port {{ .Values.port }}', 'expression {{ .Values.port }}'],
  ])('finds the one in %s', (text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  it('finds several, in order', () => {
    expect(found('user ${U} on >${P} {{ x }}')).toEqual([
      'shell-braces ${U}',
      'shell-braces ${P}',
      'expression {{ x }}',
    ]);
  });

  it.each([
    'requirepass a$b$c',
    'requirepass $2b$10$N9qo8uLOickgx2ZMRZoMye',
    'requirepass x$Aq9',
    'requirepass "p$4%R~x{y}<z"',
    'requirepass 100%sure%',
    'requirepass <old',
    'requirepass >nopass',
    'user a on >pw %R~app:* %W~x:* %RW~y:*',
    'user a <old >new on',
    'user a ~{app}:* ~cache:{user}:*',
    'user a &__keyevent@0__:expired &__sentinel__:hello &__redis__:invalidate',
    'user a +@all -@dangerous (%R~b:* +get)',
    'proc-title-template "{title} {listen-addr} {server-mode}"',
    'include /etc/redis/conf.d/*.conf',
    'rename-command CONFIG ""',
    'dir /var/lib/change-log',
    'requirepass aGVsbG8gd29ybGQ=',
    'logfile /var/log/your.log',
    'replicaof yourself 6379',
  ])('finds none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('hardly ever takes a random password for one', () => {
    const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
    const password = fc
      .array(fc.constantFrom(...printable), { minLength: 16, maxLength: 32 })
      .map((c) => c.join(''));
    const sample = fc.sample(password, { numRuns: 20_000, seed: 7 });
    const mistaken = sample.filter((text) => detectTemplates(`requirepass ${text}`).length > 0);
    expect(mistaken.length).toBeLessThan(20);
  });

  it('never throws and gives ranges that are apart and inside the text', () => {
    const unit = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '$',
      '{',
      '}',
      '(',
      ')',
      '<',
      '>',
      '%',
      '_',
      'A',
      'your_',
      'CHANGE',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
        let last = 0;
        for (const { start, end } of detectTemplates(units.join(''))) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(units.join('').length);
      }),
    );
  });
});
