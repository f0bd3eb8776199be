/** Whatever the policy: once it is applied, the plan shows no difference, and taking it back leaves what was there before. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { run, type Answer } from '../cli/run.ts';
import { forEachServer, startServer, talk, type RunningServer } from '../servers/index.ts';

const RUNS = 4;
const NAMES = ['orders', 'reports', 'carts', 'batch', 'worker-1', 'a.b'];
const user = (isOld: boolean): fc.Arbitrary<string> => {
  const keys = fc.uniqueArray(fc.constantFrom('orders:*', 'cart:*', 'a[bc]?', '{x}:*', '*'), {
    minLength: 1,
    maxLength: 3,
  });
  const quoted = (list: readonly string[]): string => list.map((key) => `"${key}"`).join(', ');
  const plain = fc
    .tuple(fc.constantFrom('readwrite', 'readonly', ...(isOld ? [] : ['writeonly'])), keys)
    .map(([role, list]) => `role: ${role}, keys: [${quoted(list)}]`);
  const custom = fc
    .tuple(
      keys,
      fc.uniqueArray(
        fc.constantFrom('+get', '+set', '+@hash', '-hdel', '+@read', '-keys', '+ping', '+client|id'),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
    )
    .map(
      ([list, rules]) =>
        `role: custom, keys: [${quoted(list)}], commands: ['-@all', ${rules.map((rule) => `'${rule}'`).join(', ')}]`,
    );
  const others = fc.constantFrom('role: monitor', 'role: admin', 'role: pubsub, channels: ["news.*"]');
  return isOld ? fc.oneof(plain, custom) : fc.oneof(plain, custom, others);
};

describe('any policy', () => {
  forEachServer(['redis-6.0', 'redis-7.0', 'valkey-9.1'], (server) => {
    const isOld = server.id === 'redis-6.0';
    const policy = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), user(isOld)), {
      minLength: 1,
      maxLength: 5,
      selector: ([name]) => name,
    });

    const standingOf = async ({ port }: RunningServer): Promise<readonly string[]> => {
      const [, list] = await talk(port, [
        ['AUTH', 'wardis', 'operator-secret'],
        ['ACL', 'LIST'],
      ]);
      return (list as readonly string[]).map((line) => line.replaceAll(' sanitize-payload', '')).toSorted();
    };

    it('holds after it was applied, and is gone after it was taken back', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(policy, policy, async (first, second) => {
          const folder = mkdtempSync(join(tmpdir(), 'wardis-any-'));
          const aclfile = 'user default off\nuser wardis on >operator-secret ~* &* +@all\n';
          const running = await startServer({
            server,
            aclfile: isOld ? aclfile.replace(' &*', '') : aclfile,
            conf: 'save ""\nprotected-mode yes',
          });
          const wardis = (...argv: readonly string[]): Promise<Answer> =>
            run([...argv, '--policy', join(folder, 'wardis.yaml'), '-q']);
          const write = (users: readonly (readonly [string, string])[]): void => {
            const [product = ''] = server.id.split('-');
            const text = [
              'version: 1',
              'security_level: basic',
              'network_exposure: localhost',
              `server: { product: ${product}, version: '${server.version}' }`,
              `fleet: { any: { seeds: ['127.0.0.1:${running.port}'], ownership: exclusive, auth: { user: wardis, password: { file: ${join(folder, 'secrets', 'wardis')} } } } }`,
              'users:',
              '  - { name: wardis, role: admin }',
              ...users.map(([name, rest]) => `  - { name: ${name}, ${rest} }`),
              '',
            ];
            writeFileSync(join(folder, 'wardis.yaml'), text.join('\n'));
          };
          try {
            mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
            for (const name of [...NAMES, 'wardis']) {
              const secret = name === 'wardis' ? 'operator-secret' : `${name}-secret-1`;
              writeFileSync(join(folder, 'secrets', name), `${secret}\n`, { mode: 0o600 });
            }
            let before = await standingOf(running);
            for (const users of [first, second]) {
              write(users);
              const apply = (): Promise<Answer> =>
                wardis('apply', '--yes', '--confirm', 'any', '--allow', 'too-many-removed');
              const applied = await apply();
              expect([applied.exit, applied.err]).toEqual([0, '']);
              const plan = await wardis('plan', '--check');
              expect([plan.exit, plan.out]).toEqual([0, expect.stringContaining('No changes')]);
              const undone = await wardis('apply', '--undo', '--yes');
              expect([undone.exit, undone.out]).toEqual([0, expect.stringContaining('1 node as before')]);
              expect(await standingOf(running)).toEqual(before);
              const again = await apply();
              expect([again.exit, again.err]).toEqual([0, '']);
              before = await standingOf(running);
            }
          } finally {
            await running.stop();
            rmSync(folder, { recursive: true, force: true });
          }
        }),
        { numRuns: RUNS, seed: 20_261_122, endOnFailure: true },
      );
    });
  });
});
