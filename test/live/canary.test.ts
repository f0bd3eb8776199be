/**
 * A secret is planted wherever one can stand, each place with its own; then every verb runs in every format, well and
 * badly, and neither a secret nor its SHA-256 is in anything that was printed or written, but where it belongs.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { REPORT_FORMATS } from '../../src/posture/index.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { run, spawnWardis } from '../cli/run.ts';
import { findFreePort, forEachServer, openConnection, startServer, talk } from '../servers/index.ts';

const planted = new Map<string, string>();
/** Of every canary, and of every one with a mistake of quoting around it. */
const SHAPE = /Cnry[0-9a-f]{16}Zz/i;

/** The secret of a place. */
function canary(place: string): string {
  const made = `Cnry${sha256(`canary of ${place}`).slice(0, 16)}Zz`;
  planted.set(place, made);
  return made;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Which secrets a text gives away. */
function leaksIn(text: string, form: 'anything' | 'clear' = 'anything'): readonly string[] {
  const found = [...planted].flatMap(([place, value]) => {
    const hash = sha256(value);
    const base64 = Buffer.from(value).toString('base64').slice(0, 24);
    return [
      ...(text.includes(value) ? [place] : []),
      ...(text.includes(base64) ? [`${place} in base64`] : []),
      ...(form === 'anything' && text.toLowerCase().includes(hash) ? [`hash of ${place}`] : []),
      ...(form === 'anything' && text.includes(hash.slice(0, 16)) ? [`part of the hash of ${place}`] : []),
    ];
  });
  return found.length === 0 && SHAPE.test(text) ? ['a canary in another case'] : found;
}

interface Leak {
  readonly command: string;
  readonly where: string;
  readonly leaks: readonly string[];
}

const leaks: Leak[] = [];
let dir: string;
let ran = 0;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-canary-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeEach(() => {
  leaks.length = 0;
});

/** Run, and look at both streams. */
async function look(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { exit, out, err } = await run(argv, { environment });
  ran += 1;
  note(argv, 'standard output', out);
  note(argv, 'standard error', err);
  return exit;
}

function note(
  argv: readonly string[],
  where: string,
  text: string,
  form: 'anything' | 'clear' = 'anything',
): void {
  const found = leaksIn(text, form);
  if (found.length > 0) {
    const command = argv.join(' ').replace(new RegExp(SHAPE, 'gi'), 'CANARY');
    const line = text.split('\n').find((each) => leaksIn(each, form).length > 0) ?? '';
    leaks.push({ command, where: `${where}: ${line.slice(0, 300)}`, leaks: found });
  }
}

/** Every file below a folder; secrets may be in files that are for them, and hashes in ACL files. */
function lookAtFiles(argv: readonly string[], folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile() || /(^|\/)secrets\/|secrets\.conf$/.test(name)) continue;
    note(argv, name, readFileSync(path, 'latin1'), name.endsWith('.acl') ? 'clear' : 'anything');
  }
}

function put(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const EVERY_FORMAT = REPORT_FORMATS.flatMap((format) => [
  ['-o', format, '--show-all'],
  ['-o', format, '--debug'],
]);

describe('no secret is shown', () => {
  it('and one that were would be found: in clear, hashed, in base64 and in another case', () => {
    const value = canary('the proof of this test');
    for (const text of [value, value.toUpperCase(), sha256(value), Buffer.from(value).toString('base64')])
      expect(leaksIn(`before ${text} after`)).not.toEqual([]);
    expect(leaksIn('nothing of the kind')).toEqual([]);
  });

  it('of the files that are judged', async () => {
    const include = put('more.conf', `tls-client-key-file-pass ${canary('an included file')}\n`);
    const files: Readonly<Record<string, string>> = {
      'plain.conf': [
        `requirepass ${canary('requirepass')}`,
        'masteruser replica',
        `masterauth "${canary('masterauth')}"`,
        `tls-key-file-pass ${canary('tls-key-file-pass')}`,
        `# requirepass ${canary('a comment')}`,
        `#masterauth ${canary('another comment')}   # and ${canary('the end of a comment')}`,
        `include ${include}`,
      ].join('\n'),
      'users.conf': [
        `user default on >${canary('the default user')} ~* &* +@all`,
        `user app on >${canary('a user line')} ~app:* +get`,
        `user other on #${sha256(canary('a hash'))} ~* +@all`,
        `user wrong on >${canary('a user line with a mistake')} ~app:* +nosuchcommand`,
        `user blank on > ${canary('a blank before')} ~app:* +get`,
        `user twice on >${canary('a first time')} +get`,
        `user twice on >${canary('a second time')} +set`,
        `user old on <${canary('a removed password')} !${sha256(canary('a removed hash'))} +get`,
        `user half on #${sha256(canary('half a hash')).slice(0, 40)} +get`,
      ].join('\n'),
      'broken.conf': [
        `requirepas ${canary('a misspelt directive')}`,
        `requirepass ${canary('one word')} ${canary('and another')}`,
        `masterauth "${canary('an open quote')}`,
        `masterauth "${canary('text after a quote')}"x`,
        `REQUIREPASS\t${canary('capitals and a tab')}`,
        `requirepass=${canary('an equals sign')}`,
        `requirepass: ${canary('a colon')}`,
        `masterauth '${canary('single quotes')}' # ${canary('a trailing comment')}`,
        `  user app on >${canary('an indented user')} nonsense`,
        'aclfile /nonexistent/users.acl',
        `requirepass $(cat /run/secret) ${canary('a shell word')}`,
        `tls-key-file-pass {{ vault }}${canary('a template')}`,
      ].join('\n'),
      'sentinel.conf': [
        'port 26379',
        'sentinel monitor main 127.0.0.1 6379 2',
        `sentinel auth-pass main ${canary('sentinel auth-pass')}`,
        `sentinel sentinel-pass ${canary('sentinel-pass')}`,
        `sentinel auth-pass other ${canary('auth-pass of nobody')}`,
        `sentinel nonsense ${canary('an unknown sentinel line')}`,
        `requirepass ${canary('requirepass of a Sentinel')}`,
      ].join('\n'),
    };
    const acl = put(
      'users.acl',
      [
        `user default on >${canary('default in the ACL file')} ~* &* +@all`,
        `user app on >${canary('the ACL file')} ~app:* +get +set ~* -@all +@write`,
        `user hashed on #${sha256(canary('a hash in the ACL file'))} ~* +@all`,
        `user wrong on >${canary('a mistake in the ACL file')} +nosuch`,
        `user sel on >${canary('a selector user')} (~a:* +get) (+set`,
        `# user commented on >${canary('a comment in the ACL file')}`,
        `${canary('a line that is no user')} on`,
        `user x >${canary('an off user')}`,
      ].join('\n'),
    );
    for (const [name, text] of Object.entries(files)) {
      const path = put(name, `${text}\n`);
      for (const server of ['redis-6.0', 'redis-7.2', 'valkey-9.1'])
        for (const flags of server === 'redis-7.2' ? EVERY_FORMAT : [['--show-all']]) {
          await look(['audit', '--config', path, '--server', server, ...flags]);
          if (name === 'plain.conf')
            await look(['audit', '--config', path, '--aclfile', acl, '--server', server, ...flags]);
        }
      await look(['audit', '--config', path, '--level', 'compliance', '--require', 'pci_dss', '--wide']);
    }
    const out = join(dir, 'reports');
    const argv = ['audit', '--config', join(dir, 'plain.conf'), '--aclfile', acl, '--show-all'];
    await look([...argv, ...REPORT_FORMATS.flatMap((format) => ['-o', `${format}=${join(out, format)}`])]);
    lookAtFiles(argv, out);
    expect(readdirSync(out).length).toBe(REPORT_FORMATS.length);
    expect(leaks).toEqual([]);
  });

  it('of a policy, a request, and where they take secrets from', async () => {
    const file = put('a-secret', `${canary('a secret file')}\n`);
    const failing = put(
      'fails.sh',
      `echo ${canary('the output of a program')}; echo ${canary('its errors')} >&2; exit 3\n`,
    );
    const users = [
      `  - { name: filed, role: admin, password: { file: ${file} } }`,
      '  - { name: envd, role: monitor, password: { env: CANARY } }',
      `  - { name: execd, role: monitor, password: { exec: [/bin/echo, ${canary('an argument of a program')}] } }`,
    ];
    const environment = { CANARY: canary('the environment') };
    const policy = put('wardis.yaml', `version: 1\nusers:\n${users.join('\n')}\n`);
    const out = join(dir, 'compiled');
    for (const server of ['redis-6.0', 'redis-7.2', 'valkey-9.1']) {
      const argv = ['harden', '--policy', policy, '--server', server, '--out', join(out, server)];
      expect(await look(argv, environment)).toBe(0);
      expect(await look([...argv, '--force', '--debug'], environment)).toBe(0);
      await look(argv, environment);
      await look(['harden', '--policy', policy, '--server', server, '--json'], environment);
      lookAtFiles(argv, join(out, server));
      const conf = `${server.split('-')[0] ?? ''}.conf`;
      await look([
        'audit',
        '--config',
        join(out, server, conf),
        '--aclfile',
        join(out, server, 'users.acl'),
        '--show-all',
      ]);
    }
    const broken = [
      `version: 1\nusers:\n  - { name: a, role: admin, password: ${canary('a literal in the policy')} }\n`,
      `version: 1\nusers:\n  - { name: a, role: admin, password: { value: ${canary('a literal under a key')} } }\n`,
      `version: 1\npassword: ${canary('a password at the top')}\n`,
      `version: 1\nfleet: { prod: { seeds: ["rediss://u:${canary('a seed')}@h:1"], auth: { user: u, password: ${canary('fleet auth')} } } }\n`,
      `version: 1\nusers:\n  - { name: a, role: admin, password: { exec: [/bin/sh, ${failing}] } }\n`,
      `version: 1\nusers:\n  - { name: a, role: admin, password: "${canary('an open string')} }\n`,
      `version: 1\nusers:\n  - { name: a, role: custom, commands: [">${canary('a rule of a user')}"] }\n`,
    ];
    for (const text of broken) {
      const path = put('broken.yaml', text);
      for (const flags of [[], ['--debug'], ['--json']])
        await look(['harden', '--policy', path, ...flags, '--out', join(dir, 'none')]);
      await look(['audit', '--policy', path, '--config', join(dir, 'plain.conf')]);
    }
    for (const text of [
      `{"users":[{"name":"a","role":"admin","password":"${canary('a literal in a request')}"}]}`,
      `{"password":"${canary('a password in a request')}"}`,
    ])
      await look(['harden', '--input', put('request.json', text), '--debug']);
    expect(leaks).toEqual([]);
  });

  it('of a command line that goes wrong', async () => {
    const port = await findFreePort();
    const secret = canary('the command line');
    const wrong = [
      [`redis://app:${secret}@127.0.0.1:${port}`],
      [`redis://:${secret}@127.0.0.1:${port}`],
      [`redis://${secret}@127.0.0.1:${port}`],
      [`rediss://app:${secret}@127.0.0.1:${port}?ssl=no`],
      [`redis://app:${secret}@127.0.0.1:notaport`],
      [`redis://app:${secret}@`],
      [`redis//app:${secret}@127.0.0.1:${port}`],
      [`http://app:${secret}@127.0.0.1:${port}`],
      [`app:${secret}@127.0.0.1:${port}`],
      [`${secret}@127.0.0.1`],
      [`redis://app:%${secret}@127.0.0.1:${port}`],
      [`redis://app:${secret}@nosuchhost.invalid:1`],
      ['-a', secret, '-p', String(port)],
      [`--pass=${secret}`, '-p', String(port)],
      ['--pass', secret, '--askpass'],
      ['-u', `redis://app:${secret}@127.0.0.1:${port}`],
      ['-p', String(port), '-a', secret, '--tls', '--cacert', '/nonexistent'],
      ['-p', String(port), `-a${secret}`],
      ['-p', String(port), '--user', 'app', '--pasword', secret],
      ['-p', String(port), `--passwd=${secret}`],
    ];
    for (const words of wrong)
      for (const verb of [['audit'], ['audit', '--json'], ['doctor'], ['doctor', '--json']])
        for (const flags of [[], ['--debug']])
          await look([...verb, ...words, ...flags, '--connect-timeout', '1']);
    for (const words of wrong) {
      const [first = ''] = words;
      if (first.includes('@')) await look(['init', '--yes', '--out', '-', '--from', first, '--debug']);
    }
    await look(['audit', '-p', String(port)], {
      REDISCLI_AUTH: canary('REDISCLI_AUTH'),
      VALKEYCLI_AUTH: canary('VALKEYCLI_AUTH'),
    });
    await look(['audit', '--password-fd', 'x', '--debug'], {});
    const long = put('long', canary('a long password').repeat(5000));
    await look(['audit', '--password-file', long, '-p', String(port), '--debug']);
    const child = await spawnWardis(['audit', `redis://app:${secret}@127.0.0.1:${port}`, '--debug']);
    note(['spawned'], 'standard output', child.out);
    note(['spawned'], 'standard error', child.err);
    expect(leaks).toEqual([]);
  });

  forEachServer(['redis-6.0', 'redis-7.0', 'valkey-9.1'], (server) => {
    it('of a running server', async () => {
      const authority = await createAuthority({ name: 'test CA', days: 30 });
      const issued = await issueCertificate(authority, {
        commonName: 'localhost',
        dnsNames: ['localhost'],
        ipAddresses: ['127.0.0.1'],
        usage: 'node',
        days: 20,
      });
      const six = server.version.startsWith('6.');
      const admin = canary('the administrator');
      const conf = [
        `masterauth ${canary('masterauth of a running server')}`,
        'masteruser replica',
        'tls-port 1',
        'tls-cert-file server.crt',
        'tls-key-file server.key',
        'tls-ca-cert-file ca.crt',
        'tls-auth-clients no',
        ...(six ? [] : [`tls-client-key-file-pass ${canary('a passphrase')}`]),
        `# requirepass ${canary('a comment of a running server')}`,
        `user admin on >${admin} ~* ${six ? '' : '&* '}+@all`,
        `user app on >${canary('an application')} ~app:* -@all +get +ping`,
        `user same on >${canary('an application')} ~same:* +get`,
        `user weak on #${sha256('password')} ~weak:* +get`,
      ].join('\n');
      const files = {
        'server.crt': issued.certPem,
        'server.key': issued.keyPem,
        'ca.crt': authority.certPem,
      };
      const instance = await startServer({
        server,
        conf,
        files,
        args: ['--requirepass', canary('the process list')],
      });
      const { port, tlsPort } = instance;
      try {
        // What was typed in the wrong field stands in ACL LOG.
        await talk(port, [['AUTH', canary('a password typed as a name'), 'x']]);
        await talk(port, [['AUTH', 'admin', canary('a wrong password')]]);
        const app = await openConnection(port);
        await app.send(['AUTH', 'app', canary('an application')]);
        await app.send(['SET', `app:${canary('a key')}`, canary('a value')]);
        const at = `127.0.0.1:${port}`;
        const file = put('password', `${admin}\n`);
        const wrong = put('wrong-password', `${canary('a wrong password file')}\n`);
        const logins = [
          [`redis://admin:${admin}@${at}`],
          [at, '--user', 'admin', '-a', admin],
          [at, '--user', 'admin', '--password-file', file],
          [`rediss://admin:${admin}@127.0.0.1:${tlsPort}`, '--cacert', join(instance.dir, 'ca.crt')],
          [`redis://:${canary('the process list')}@${at}`],
        ];
        for (const flags of EVERY_FORMAT) await look(['audit', ...(logins[2] ?? []), ...flags]);
        for (const login of logins) {
          await look(['audit', ...login, '--show-all']);
          await look(['doctor', ...login, '--debug']);
          await look(['doctor', ...login, '--json']);
          await look(['doctor', ...login, '--', 'GET', `app:${canary('a denied key')}`]);
        }
        await look(['audit', at, '--user', 'admin'], { REDISCLI_AUTH: admin });
        for (const [target, ...flags] of [
          [`redis://admin:${canary('a wrong password in a URL')}@${at}`],
          [at, '--user', 'admin', '--password-file', wrong],
          [at, '--user', canary('a password given as the user'), '-a', 'x'],
          [`rediss://admin:${admin}@${at}`],
          [`redis://admin:${admin}@127.0.0.1:${tlsPort}`],
          [at],
        ] as const)
          for (const verb of ['audit', 'doctor'])
            for (const more of [[], ['--debug'], ['--json']])
              await look([
                verb,
                target,
                ...flags,
                ...more,
                '--connect-timeout',
                '1',
                '--command-timeout',
                '1',
              ]);
        await look(['init', '--yes', '--out', '-', '--from', `redis://admin:${admin}@${at}`]);
        const out = join(dir, `reports-${server.id}`);
        mkdirSync(out);
        const argv = ['audit', at, '--user', 'admin', '--password-file', file, '--show-all'];
        await look([
          ...argv,
          ...REPORT_FORMATS.flatMap((format) => ['-o', `${format}=${join(out, format)}`]),
        ]);
        lookAtFiles(argv, out);
        app.close();
        // Names are shown: whoever types a password as a name has told it to the server's own log as well.
        const names = ['a password given as the user', 'a password typed as a name', 'a denied key'];
        expect(leaks.filter((leak) => leak.leaks.some((place) => !names.includes(place)))).toEqual([]);
      } finally {
        await instance.stop();
      }
    }, 120_000);
  });

  it('in hundreds of runs', () => {
    expect(ran).toBeGreaterThan(300);
    expect(planted.size).toBeGreaterThan(60);
  });
});
