/** A state folder that others may change names the nodes that get our credentials: it is refused before anybody is dialled. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './run.ts';

const POLICY = `version: 1
security_level: basic
network_exposure: localhost
server: { product: redis, version: '7.0' }
settings: { maxmemory_policy: allkeys-lru }
users:
  - { name: ops, role: admin }
`;

describe('a state folder that is not ours alone', () => {
  let folder: string;
  let server: Server;
  let dialled = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardis-state-folder-'));
    writeFileSync(join(folder, 'wardis.yaml'), POLICY);
    dialled = 0;
    server = createServer((socket) => {
      dialled += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const commands: readonly (readonly string[])[] = [
    ['user', 'revoke', 'bob', '--resume', '--yes'],
    ['user', 'revoke', 'bob', '--dry-run'],
    ['apply', '--resume', '--yes'],
    ['apply', '--undo', '--yes'],
    ['user', 'rotate', 'bob', '--resume', '--yes'],
    ['user', 'rotate', 'bob', '--undo', '--yes'],
    ['user', 'rotate', 'bob', '--status'],
    ['user', 'rotate', 'bob', '--to', 'stdout', '--yes'],
    ['migrate', '--policy', 'POLICY'],
    ['migrate', '--policy', 'POLICY', '--next', '--yes'],
    ['migrate', '--policy', 'POLICY', '--back', '--yes'],
  ];
  for (const command of commands) {
    it.each(['others may write to', 'is a link to another'])(
      `${command.join(' ')}: one that %s`,
      async (how) => {
        const state = join(folder, 'state');
        const real = mkdtempSync(join(folder, 'real-'));
        symlinkSync(real, state);
        if (how === 'others may write to') chmodSync(real, 0o777);
        const { port } = server.address() as AddressInfo;
        const answer = await run([
          ...command.map((word) => (word === 'POLICY' ? join(folder, 'wardis.yaml') : word)),
          `127.0.0.1:${port}`,
          '--state',
          how === 'others may write to' ? real : state,
        ]);
        expect(answer.exit).toBe(2);
        expect(answer.err).toContain('E_STATE');
        expect(dialled).toBe(0);
      },
    );
  }
});
