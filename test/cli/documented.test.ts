/**
 * Every command line that the documentation shows is run, as written but for the names of hosts, on a throw-away
 * server and in a folder with the files that it names. One that cannot run stands in a list, with the reason.
 */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSigningKey, printReceipt, signReceipt } from '../../src/change/index.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { availableServers, startServer, talk, type RunningServer } from '../servers/index.ts';
import { GOOD, nodeWith, receiptOf } from '../change/receipt-samples.ts';
import { listCommands } from '../../src/cli/command-tree.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { makeDocumentedAuthority, placeDocumentedAuthority } from './documented-authority.ts';
import { MAIN, run, spawnProgram, spawnWardis } from './run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const silent = { tty: false, colour: false, unicode: true, columns: 80 };
const tree = listCommands(
  buildProgram({
    terminal: {
      out: () => undefined,
      err: () => undefined,
      outLook: silent,
      errLook: silent,
      interactive: false,
    },
    environment: {},
    now: () => new Date(0),
    finish: () => undefined,
  }),
);
/** Every command that does something; a group only leads to others. */
const VERBS = tree.filter(({ command }) => command.commands.length === 0).map(({ path }) => path);
/** The verb of a command line: the longest that it begins with. */
const verbOf = (line: string): string | undefined =>
  VERBS.filter((verb) => `${line} `.includes(`wardis ${verb} `)).toSorted((a, b) => b.length - a.length)[0];
const TOPICS = ['exit-codes', 'environment', 'output', 'permissions'];

interface Shown {
  readonly where: string;
  readonly command: string;
}

/** What is no command although it begins like one, or cannot be run here; each with the reason. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^wardis (?:(?:acl|user|receipt|tls|tls ca|tls rotate) )?\w+ [[<]/, 'the usage line of the manual'],
  [
    /^wardis migrate .*--(?:next|back|watch)/,
    'changes servers, or takes minutes: the live tests of migrate do it',
  ],
  [/^wardis apply(?!.*--runs)/, 'changes servers: the live tests of apply do it'],
  [/^wardis tls rotate leaf(?!.*--plan)/, 'changes servers: the live tests of tls rotate leaf do it'],
  [
    /^wardis tls rotate ca .*--(?:next|undo|finish|abandon)/,
    'changes servers: the live tests of tls rotate ca do it',
  ],
  [/^npm run demo|^npm test/, 'runs the whole of this, the tests included'],
];

/** Host names and addresses of the documentation, and what stands for them here. */
function here(command: string, server: RunningServer): string {
  const plain = `127.0.0.1:${server.port}`;
  const tls = `127.0.0.1:${server.tlsPort ?? 0}`;
  return (
    command
      .replaceAll('rediss://cache-1:6380', `rediss://${tls}`)
      .replaceAll('cache-1:6379', plain)
      .replaceAll('127.0.0.1:6379', plain)
      .replaceAll('10.0.0.5 10.0.0.6', `${plain} ${plain}`)
      // Without a target it is the server on the default port.
      .replace(/^(wardis audit)(?!.*(?:127\.0\.0\.1|--config|--targets))/, `$1 -p ${server.port}`)
      // Asks its questions otherwise.
      .replace(/^wardis init(?!.*--yes)/, 'wardis init --yes')
      .replace('"${fpath[1]}/_wardis"', './_wardis')
      .replace('~/.config/fish/completions/wardis.fish', './wardis.fish')
  );
}

let fixture: string;
let server: RunningServer;
// 6.0 cannot say why a command is denied.
const redis = availableServers().find(({ id }) => id !== 'redis-6.0');
const shown: readonly Shown[] = [...inPages(), ...(await inHelp())];

beforeAll(async () => {
  fixture = mkdtempSync(join(tmpdir(), 'wardis-documented-'));
  if (redis === undefined) return;
  const authority = await createAuthority({ name: 'test CA', days: 30 });
  const names = { dnsNames: ['localhost', 'cache-1'], ipAddresses: ['127.0.0.1'] };
  const node = await issueCertificate(authority, {
    commonName: 'localhost',
    ...names,
    usage: 'node',
    days: 20,
  });
  const client = await issueCertificate(authority, { commonName: 'wardis', usage: 'client', days: 20 });
  const files = { 'server.crt': node.certPem, 'server.key': node.keyPem, 'ca.crt': authority.certPem };
  const conf =
    'tls-port 1\ntls-cert-file server.crt\ntls-key-file server.key\ntls-ca-cert-file ca.crt\ntls-auth-clients optional\n';
  server = await startServer({ server: redis, conf, files });
  await talk(server.port, [
    [
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>secret-of-app',
      '~app:*',
      '+get',
      '+ping',
      '+acl|dryrun',
      '+acl|getuser',
      '+acl|whoami',
    ],
    ['ACL', 'SETUSER', 'reports', 'on', '>secret-of-app', '~app:*', '+get', '+ping'],
    ['ACL', 'SETUSER', 'wardis', 'on', '>secret-of-app', '~*', '+@all'],
    ['ACL', 'SETUSER', 'orders-api', 'on', '>secret-of-orders', '~orders:*', '+@string', '+ping'],
    ['ACL', 'SETUSER', 'ops-temp', 'on', '>secret-of-app', '~*', '+@all'],
  ]);
  const signer = openSigningKey(fixture);
  const receipt = printReceipt(signReceipt(receiptOf([nodeWith(GOOD)]), signer));
  const contents: Readonly<Record<string, string>> = {
    'redis.conf': 'bind 127.0.0.1\naclfile users.acl\n',
    'users.acl': `user default off resetpass\nuser app on #${'ab'.repeat(32)} ~app:* +@read +set\n`,
    'access.yaml':
      'version: 1\nserver: redis-7.2\naclfile: users.acl\ntests:\n  - { user: app, allow: [GET app:1], deny: [FLUSHALL] }\n',
    'commands.txt': 'GET app:1\nSET app:2 x\n',
    'seen.jsonl': '{"user": "orders-api", "argv": ["GET", "orders:1"]}\n',
    'wardis.yaml': policyOfReadme().replace('rediss://10.0.0.5:6379', `127.0.0.1:${server.port}`),
    'fleet.txt': `127.0.0.1:${server.port}\n`,
    secret: 'secret-of-app\n',
    'secrets/wardis': 'secret-of-app\n',
    'secrets/orders-api': 'secret-of-orders\n',
    'app.secret': 'secret-of-app\n',
    'ca.crt': authority.certPem,
    'server.crt': node.certPem,
    'server.key': node.keyPem,
    ...(await makeDocumentedAuthority(fixture)),
    'client.crt': client.certPem,
    'client.key': client.keyPem,
    'receipt.json': receipt,
  };
  mkdirSync(join(fixture, 'secrets'), { mode: 0o700 });
  for (const [name, text] of Object.entries(contents))
    writeFileSync(join(fixture, name), text, { mode: 0o600 });
  const baseline = await spawnWardis(['audit', '-p', String(server.port), '--json'], { cwd: fixture });
  writeFileSync(join(fixture, 'last-week.json'), baseline.out);
});

afterAll(async () => {
  await server?.stop();
  rmSync(fixture, { recursive: true, force: true });
});

/**
 * Lines of fenced blocks that start with the program, alone or behind a pipe, with or without a prompt. Commands begin
 * their line; what a transcript indents was printed.
 */
function inPages(): readonly Shown[] {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pagesBelow('docs')];
  return pages.flatMap((page) => {
    const blocks = [
      ...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```(?:console|sh|text|bash)\n(.*?)^```/gms),
    ];
    return blocks.flatMap(([, block = '']) =>
      commandsOf(block.replace(/^ .*$/gm, '')).map((command) => ({ where: page, command })),
    );
  });
}

function pagesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

async function inHelp(): Promise<readonly Shown[]> {
  const texts = await Promise.all([
    run(['--help']),
    ...VERBS.map((verb) => run([...verb.split(' '), '--help'])),
    ...TOPICS.map((topic) => run(['help', topic])),
  ]);
  return texts.flatMap(({ out }, at) =>
    commandsOf(out).map((command) => ({
      where: `help ${['', ...VERBS, ...TOPICS][at] ?? ''}`.trim(),
      command,
    })),
  );
}

/** What stands two blanks behind a command describes it. */
function commandsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/^\$ /, ''))
    .filter((line) => /^(?:wardis|echo .*\| wardis|source <\(wardis|npm run demo|npm test) ?/.test(line))
    .map((line) => line.replace(/ {2,}.*$/, ''));
}

/** The policy that the README shows, so that it is known to be one. */
function policyOfReadme(): string {
  const [, text = ''] = /^```yaml\n(.*?)^```/ms.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  return text;
}

describe.skipIf(redis === undefined)('the documentation', () => {
  const isNotRun = (verb: string) => NOT_RUN.some(([pattern]) => pattern.test(`wardis ${verb} x`));
  const reasonOf = ({ command }: Shown) => NOT_RUN.find(([pattern]) => pattern.test(command))?.[1];
  const commands = [
    ...new Map(
      shown.filter((each) => reasonOf(each) === undefined).map((each) => [each.command, each]),
    ).values(),
  ];

  it('shows commands in pages and in help', () => {
    expect(shown.filter(({ where }) => where === 'README.md').length).toBeGreaterThan(8);
    expect(shown.filter(({ where }) => where.startsWith('help')).length).toBeGreaterThan(15);
    const shownVerbs = new Set(commands.map(({ command }) => verbOf(command)));
    const unshown = VERBS.filter((verb) => !shownVerbs.has(verb) && !isNotRun(verb));
    expect(unshown).toEqual([]);
    for (const [pattern, reason] of NOT_RUN)
      expect(
        shown.some(({ command }) => pattern.test(command)),
        reason,
      ).toBe(true);
  });

  it.each(commands)('runs: $command ($where)', async ({ command }) => {
    const folder = mkdtempSync(join(tmpdir(), 'wardis-documented-run-'));
    // Who watches must have something to see.
    const traffic = setInterval(() => void talk(server.port, [['GET', 'app:1']]), 50);
    try {
      cpSync(fixture, folder, { recursive: true });
      // Where it would be written is where nothing is yet.
      if (command.startsWith('wardis init')) rmSync(join(folder, 'wardis.yaml'));
      mkdirSync(join(folder, '.wardis'), { mode: 0o700 });
      copyFileSync(join(fixture, 'receipt.pub'), join(folder, '.wardis/receipt.pub'));
      placeDocumentedAuthority(folder, command);
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/wardis'), `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`, {
        mode: 0o755,
      });
      const path = [join(folder, 'bin'), dirname(redis?.program ?? ''), process.env['PATH'] ?? ''].join(':');
      const answer = await spawnProgram('bash', ['--norc', '-c', here(command, server)], {
        cwd: folder,
        environment: { PATH: path, HOME: folder },
      });
      // Findings and a denied command are answers; wrong usage and faults are not.
      expect([0, 1], answer.err).toContain(answer.exit);
      expect(answer.err).not.toMatch(/^E_/m);
      expect(answer.out + answer.err).not.toContain('command not found');
      // A timer hears nothing while nothing is due.
      if (!/^source| > |--targets| -o \w+=|^wardis tls renew/.test(command))
        expect(answer.out.length).toBeGreaterThan(10);
    } finally {
      clearInterval(traffic);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has a policy in the README that compiles', async () => {
    expect(policyOfReadme()).toContain('version: 1');
    const answer = await spawnWardis(['harden', '--policy', 'wardis.yaml'], { cwd: fixture });
    expect(answer).toMatchObject({ exit: 0 });
  });
});
