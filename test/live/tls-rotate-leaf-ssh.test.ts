// Restarts on another host by ssh: the words of the policy arrive as they are, the exit and the last words come back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHostAccess, type HostAccess } from '../../src/change/index.ts';
import { startSshHost, whyNoSshHost, type SshHost } from './ssh-host.ts';

const why = whyNoSshHost();
if (why !== undefined) {
  describe.skip(`restarts on another host by ssh: ${why}`, () => {
    it.todo('needs an ssh server');
  });
}

describe.skipIf(why !== undefined)('restarts on another host by ssh', () => {
  let host: SshHost;
  let access: HostAccess;
  beforeAll(async () => {
    host = await startSshHost();
    access = openHostAccess({
      host: 'box',
      files: { via: 'ssh', user: host.users[0], port: undefined, identity: undefined },
      handFolder: '/nowhere',
      sshConfigFile: host.clientConfig({}),
    });
  });
  afterAll(async () => {
    await access.close();
    await host.stop();
  });

  it('tell their exit and last words', async () => {
    expect(await access.run(['true'])).toEqual({ exit: 0, said: '' });
    expect(await access.run(['sh', '-c', 'echo out; echo "start failed" >&2; exit 3'])).toEqual({
      exit: 3,
      said: 'start failed',
    });
  });

  it('hand words over as they are, quotes and blanks and signs of the shell', async () => {
    const word = `it's "$HOME"; * \\ two  blanks`;
    expect(await access.run(['printf', '%s', word])).toEqual({ exit: 0, said: word });
  });

  it('say that a program is not there', async () => {
    await expect(access.run(['/nowhere/restart'])).rejects.toMatchObject({ reason: 'no-program' });
  });
});
