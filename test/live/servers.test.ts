/** The test servers themselves: each starts, says its version, can be refused, and leaves nothing behind. */
import { existsSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';

import { createAuthority, issueCertificate, type IssuedCertificate } from '../../src/tls/index.ts';
import {
  availableServers,
  forEachServer,
  startSentinel,
  startServer,
  talk,
  tryStart,
  SERVER_IDS,
} from '../servers/index.ts';

it('finds a server', () => {
  expect(availableServers().length).toBeGreaterThan(0);
});

let issued: IssuedCertificate;

beforeAll(async () => {
  const authority = await createAuthority({ name: 'test root', days: 2 });
  issued = await issueCertificate(authority, {
    commonName: 'localhost',
    ipAddresses: ['127.0.0.1'],
    usage: 'node',
    days: 1,
  });
});

forEachServer(SERVER_IDS, (server) => {
  it('starts, answers and reports its version', async () => {
    const instance = await startServer({
      server,
      conf: 'requirepass secret\ndir /nowhere\nlogfile /nowhere/server.log\n',
    });
    const [denied, ok, info] = await talk(instance.port, [['PING'], ['AUTH', 'secret'], ['INFO', 'server']]);
    expect(denied).toEqual({ error: 'NOAUTH Authentication required.' });
    expect(ok).toBe('OK');
    expect(info).toContain(`${server.product}_version:${server.version}`);
    const exit = await instance.stop();
    expect(exit.code).toBe(0);
    expect(existsSync(instance.dir)).toBe(false);
  });

  it('tells a refused configuration by its log', async () => {
    const attempt = await tryStart({ server, conf: 'no-such-directive yes\n' });
    expect(attempt.started).toBe(false);
    expect(attempt.started ? '' : attempt.log).toMatch(
      /Bad directive or wrong number of arguments|Unresolved Configuration/,
    );
    expect(attempt.started ? 0 : attempt.code).toBe(1);
  });

  it('loads an ACL file', async () => {
    const instance = await startServer({ server, aclfile: 'user default off\nuser app on >pw ~* +ping\n' });
    const [auth, pong, get] = await talk(instance.port, [['AUTH', 'app', 'pw'], ['PING'], ['GET', 'k']]);
    expect([auth, pong]).toEqual(['OK', 'PONG']);
    expect(get).toHaveProperty('error', expect.stringMatching(/^NOPERM/));
  });

  it('answers on a unix socket alone', async () => {
    const instance = await startServer({ server, conf: 'port 0\nunixsocket /nowhere/server.sock\n' });
    expect(instance.port).toBe(0);
    expect(await talk({ socketPath: String(instance.socketPath) }, [['PING']])).toEqual(['PONG']);
  });

  it('answers behind TLS alone, whatever place the configuration names', async () => {
    const instance = await startServer({
      server,
      conf: [
        'port 0',
        'tls-port 6379',
        'tls-cert-file server.crt',
        'tls-key-file server.key',
        'tls-ca-cert-file ca.crt',
        'tls-auth-clients no',
        'tls-cluster yes',
        'cluster-enabled yes',
        'bind 192.0.2.1',
        'loglevel warning',
      ].join('\n'),
      files: { 'server.crt': issued.certPem, 'server.key': issued.keyPem, 'ca.crt': issued.caPem },
    });
    expect(instance.port).toBe(0);
    const target = { port: Number(instance.tlsPort), tls: { ca: issued.caPem } };
    expect(await talk(target, [['PING'], ['CONFIG', 'GET', 'bind']])).toEqual([
      'PONG',
      ['bind', '127.0.0.1'],
    ]);
  });

  it('starts a Sentinel that watches it', async () => {
    const primary = await startServer({ server });
    const sentinel = await startSentinel({
      server,
      conf: `sentinel monitor main 127.0.0.1 ${primary.port} 1\n`,
    });
    const [address] = await talk(sentinel.port, [['SENTINEL', 'get-master-addr-by-name', 'main']]);
    expect(address).toEqual(['127.0.0.1', String(primary.port)]);
  });
});
