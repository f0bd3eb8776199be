/** A state folder that others may change names the nodes that get our credentials: it is refused before anybody is dialled. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './run.ts';

describe('a state folder that is not ours alone', () => {
  let folder: string;
  let server: Server;
  let dialled = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardis-state-folder-'));
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
          ...command,
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
