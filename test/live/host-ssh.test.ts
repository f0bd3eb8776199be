import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HostAccess } from '../../src/change/host/host-access.ts';
import { openSshAccess } from '../../src/change/host/ssh-access.ts';
import { mountTrouble, placementOf, reasonOf, testHostAccess } from '../change/host-behaviour.ts';
import { IS_ROOT, startSshHost, whyNoSshHost, type SshHost } from './ssh-host.ts';

const why = whyNoSshHost();
if (why !== undefined) {
  describe.skip(`files of another host by ssh: ${why}`, () => {
    it.todo('needs an ssh server');
  });
}

describe.skipIf(why !== undefined)('files of another host by ssh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-host-'));
  chmodSync(folder, 0o755);
  let host: SshHost;
  let access: HostAccess;
  const opened: HostAccess[] = [];
  const open = (overrides: Readonly<Record<string, string>>, user = host.users[0], timeoutMs?: number) => {
    const configFile = host.clientConfig(overrides);
    const made = openSshAccess({
      host: 'box',
      user,
      configFile,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    opened.push(made);
    return made;
  };
  // Hooks of the end run in reverse: the connections first, then the mounts, then the folder.
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  mountTrouble(() => folder);
  beforeAll(async () => {
    host = await startSshHost();
    access = open({});
  });
  afterAll(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await host.stop();
  });

  testHostAccess(
    () => access,
    () => folder,
  );

  it('share one connection, whose socket nobody else can reach, and which ends with us', async () => {
    const proxy = await startProxy(host.port, Number.POSITIVE_INFINITY);
    const before = new Set(sshFolders());
    const own = open({ Port: String(proxy.port) });
    const path = join(folder, 'shared');
    await own.read(path);
    const made = sshFolders().filter((name) => !before.has(name));
    expect(made).toHaveLength(1);
    const socketFolder = join(tmpdir(), String(made[0]));
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
    expect(readdirSync(socketFolder)).toEqual(['s']);
    await own.place(placementOf(path, undefined, 'x\n'));
    await own.read(path);
    expect(proxy.connections()).toBe(1);
    await own.close();
    expect(sshFolders().filter((name) => !before.has(name))).toEqual([]);
    await proxy.untilIdle();
    proxy.stop();
  });

  it('stay whole when the connection is cut while the content is sent', async () => {
    const dir = join(folder, 'cut');
    mkdirSync(dir);
    const path = join(dir, 'users.acl');
    writeFileSync(path, 'old\n');
    // More than the buffers on the way hold; what is random is not compressed.
    const big = Array.from({ length: 3_000_000 }, () => String.fromCharCode(97 + Math.random() * 26)).join(
      '',
    );
    for (const bytes of [20_000, 500_000, 2_900_000]) {
      const proxy = await startProxy(host.port, bytes);
      const own = open({ Port: String(proxy.port) });
      expect(await reasonOf(own.place(placementOf(path, 'old\n', big)))).toBe('unreachable');
      await own.close();
      proxy.stop();
      await expect.poll(() => readdirSync(dir)).toEqual(['users.acl']);
      expect(readFileSync(path, 'utf8')).toBe('old\n');
    }
  });

  it('are not touched on a host whose key is not known', async () => {
    expect(await reasonOf(open({ UserKnownHostsFile: '/dev/null' }).read('/etc/hostname'))).toBe('host-key');
    // Whatever the client's own configuration says about strangers.
    const lax = { UserKnownHostsFile: '/dev/null', StrictHostKeyChecking: 'no' };
    expect(await reasonOf(open(lax).read('/etc/hostname'))).toBe('host-key');
    writeFileSync(
      join(host.dir, 'other'),
      `wardis-test ${readFileSync(join(host.dir, 'stranger.pub'), 'utf8')}`,
    );
    expect(await reasonOf(open({ UserKnownHostsFile: join(host.dir, 'other') }).read('/a'))).toBe('host-key');
  });

  it('need a login that the host accepts, and a host that is there', async () => {
    expect(await reasonOf(open({ IdentityFile: join(host.dir, 'stranger') }).read('/a'))).toBe(
      'login-refused',
    );
    expect(await reasonOf(open({ Port: '1' }).read('/a'))).toBe('unreachable');
    expect(await reasonOf(open({ HostName: 'no-such-host.invalid' }).read('/a'))).toBe('unreachable');
  });

  it('are given up when the host does not answer any more', async () => {
    const slow = await startProxy(host.port, 3000, 'stall');
    const begun = Date.now();
    expect(await reasonOf(open({ Port: String(slow.port) }, host.users[0], 1500).read('/etc/hostname'))).toBe(
      'unreachable',
    );
    expect(Date.now() - begun).toBeLessThan(8000);
    slow.stop();
  });

  it.skipIf(!IS_ROOT)('are not given to anybody else by a user who may not', async () => {
    const own = open({}, 'deploy');
    const dir = join(folder, 'theirs');
    mkdirSync(dir);
    const path = join(dir, 'users.acl');
    writeFileSync(path, 'old\n', { mode: 0o600 });
    expect(await reasonOf(own.read(path))).toBe('permission');
    chmodSync(path, 0o644);
    expect(await reasonOf(own.place(placementOf(path, 'old\n', 'new\n')))).toBe('permission');
    // A folder that he may write to, a file that is not his: its owner could not be kept.
    chmodSync(dir, 0o777);
    expect(await reasonOf(own.place(placementOf(path, 'old\n', 'new\n')))).toBe('permission');
    expect(readdirSync(dir)).toEqual(['users.acl']);
    expect(readFileSync(path, 'utf8')).toBe('old\n');
    await own.place(placementOf(join(dir, 'new.acl'), undefined, 'new\n'));
    expect(statSync(join(dir, 'new.acl')).uid).toBe(64_321);
    chmodSync(dir, 0o000);
    expect(await reasonOf(own.read(path))).toBe('permission');
  });

  it('never meet a password on a command line', async () => {
    const path = join(folder, 'secret');
    const word = 'hunter2hunter2';
    let seen = '';
    const looking = setInterval(() => {
      seen += spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
    }, 5);
    await access.place(placementOf(path, undefined, `user a on >${word}\n`));
    await access.place(placementOf(path, `user a on >${word}\n`, `user b on >${word}\n`));
    clearInterval(looking);
    expect(seen).toContain('wardis-ssh-');
    expect(seen).not.toContain(word);
  });
});

function sshFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('wardis-ssh-'));
}

const proxies: Server[] = [];
afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close();
});

/** Passes `bytesMax` bytes to the host, then cuts the connection or lets it stall. */
async function startProxy(port: number, bytesMax: number, then: 'cut' | 'stall' = 'cut') {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(port, '127.0.0.1');
    let bytes = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) upstream.write(chunk);
      else if (then === 'cut') client.destroy();
    });
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
  });
  proxies.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    untilIdle: () => expect.poll(() => sockets.size, { timeout: 5000 }).toBe(0),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
