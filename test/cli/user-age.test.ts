/** `wardis audit` judges the ages of credentials by the record in the state folder, and takes no age for granted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printCredentialRecord, type CredentialRecord } from '../../src/change/index.ts';
import { run } from './run.ts';

const NOW = new Date('2026-11-22T06:00:00Z');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-user-age-'));
  write('redis.conf', 'aclfile users.acl\n');
  write('users.acl', `user default off\nuser app on #${'ab'.repeat(32)} ~app:* +get\n`);
  write(
    'wardis.yaml',
    'version: 1\ncredential_age: 30\nserver: { product: redis, version: "7.2" }\nusers: [{ name: app, role: readonly, keys: ["app:*"] }]\n',
  );
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function record(state: string, entries: CredentialRecord): void {
  mkdirSync(join(folder, state), { recursive: true, mode: 0o700 });
  write(`${state}/credentials.json`, printCredentialRecord(entries));
}

async function audit(
  ...more: readonly string[]
): Promise<{ readonly status: string; readonly text: string; readonly err: string; readonly exit: number }> {
  const files = ['--config', join(folder, 'redis.conf'), '--policy', join(folder, 'wardis.yaml')];
  const { out, err, exit } = await run(
    ['audit', ...files, '--check', 'AUTH-023', '--fail-on', 'medium', '--json', ...more],
    { now: NOW },
  );
  const { targets } = JSON.parse(out) as {
    readonly targets: readonly {
      readonly outcomes: readonly {
        readonly status: string;
        readonly evidence: readonly { readonly text: string }[];
      }[];
    }[];
  };
  const [outcome] = targets[0]?.outcomes ?? [];
  return { status: outcome?.status ?? '', text: outcome?.evidence[0]?.text ?? '', err, exit };
}

describe('an audit with a policy', () => {
  it('finds a credential that is older than the policy allows', async () => {
    record('.wardis', [{ user: 'app', rotatedAt: '2026-10-01T00:00:00Z' }]);
    expect(await audit()).toEqual({
      status: 'fail',
      text: 'user app: last replaced on 2026-10-01, 52 days ago; at most 30',
      err: '',
      exit: 1,
    });
  });

  it('passes one that is young, by the record of the folder that is named', async () => {
    record('.wardis', [{ user: 'app', rotatedAt: '2026-10-01T00:00:00Z' }]);
    record('elsewhere', [{ user: 'app', rotatedAt: '2026-11-20T00:00:00Z' }]);
    expect(await audit('--state', join(folder, 'elsewhere'))).toMatchObject({ status: 'pass', exit: 0 });
  });

  it('takes the oldest of several fleets, because it does not know which one it looks at', async () => {
    record('.wardis', [
      { user: 'app', fleet: 'prod', rotatedAt: '2026-11-20T00:00:00Z' },
      { user: 'app', fleet: 'test', rotatedAt: '2026-10-01T00:00:00Z' },
    ]);
    expect((await audit()).status).toBe('fail');
  });

  it('does not know the age without a record, and is complete all the same', async () => {
    expect(await audit()).toMatchObject({ status: 'unknown', err: '', exit: 0 });
  });

  it('says when the record cannot be read', async () => {
    record('.wardis', []);
    write('.wardis/credentials.json', '{"schemaVersion":"1","credentials":[{}]}');
    const answer = await audit();
    expect(answer.status).toBe('unknown');
    expect(answer.err).toContain(
      'credentials.json is not used, the ages of credentials are unknown: credentials.0',
    );
  });
});
