import { inspect, format } from 'node:util';
import { expect, it } from 'vitest';

import { Secret, secret } from '../../src/conf/index.ts';

const CANARY = 'canary-7f3a';

it('prints as [secret] in every usual way, and never as its value', () => {
  const wrapped = secret(CANARY);
  const nested = { password: wrapped, list: [wrapped], map: new Map([['k', wrapped]]) };
  const shown = [
    String(wrapped),
    `>${wrapped as unknown as string}`,
    wrapped.toString(),
    JSON.stringify(wrapped),
    JSON.stringify(nested),
    inspect(wrapped),
    inspect(nested, { depth: 9, showHidden: true }),
    format('%s %o %O %j', wrapped, wrapped, wrapped, wrapped),
    JSON.stringify(Object.entries(wrapped)),
    JSON.stringify(Object.assign({}, wrapped)),
    JSON.stringify(structuredClone(Object.assign({}, wrapped))),
  ];
  for (const text of shown) expect(text).not.toContain(CANARY);
  expect(String(wrapped)).toBe('[secret]');
  expect(JSON.stringify({ wrapped })).toBe('{"wrapped":"[secret]"}');
  expect(inspect({ wrapped })).toContain('[secret]');
});

it('gives the value to whoever asks by name', () => {
  expect(secret(CANARY)).toBeInstanceOf(Secret);
  expect(secret(CANARY).reveal()).toBe(CANARY);
  expect(secret('').isEmpty()).toBe(true);
  expect(secret('a').isEmpty()).toBe(false);
  expect(secret('a').equals(new Secret('a'))).toBe(true);
  expect(secret('a').equals(secret('b'))).toBe(false);
});
