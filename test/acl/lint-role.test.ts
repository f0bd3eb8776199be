/**
 * Users of replicas, Sentinels, exporters and backups: told by name or rights, judged by what each version needs, and in
 * agreement with the users that the policy compiler writes.
 */
import { describe, expect, it } from 'vitest';
import { serverNamed, tableFor, type CommandTable } from '../../src/acl/index.ts';
import { roleNeed, SENTINEL_CHANNEL } from '../../src/acl/lint/role-need.ts';
import { lint, readLintFile } from '../../src/acl/lint/lint.ts';
import type { LintFinding } from '../../src/acl/lint/rule.ts';
import { ROLE_RULES } from '../../src/acl/lint/rules/role.ts';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import type { PolicyDocument } from '../../src/policy/index.ts';
import { rulesForUser } from '../../src/policy/role.ts';
import { sentinel, replication } from '../../src/policy/roles/grants.ts';

const HASH = '#0994faa4efca9a770e4e1891a7843baaab211fa79983247142af93b47a8e1000';
const SERVERS = [
  'redis-6.0',
  'redis-6.2',
  'redis-7.0',
  'redis-7.2',
  'redis-7.4',
  'redis-8.0',
  'valkey-7.2',
  'valkey-8.0',
  'valkey-8.1',
  'valkey-9.1',
];

const POLICY = readPolicy();

function readPolicy(): PolicyDocument {
  const parsed = parsePolicy(`version: 1
security_level: standard
network_exposure: localhost
users:
  - { name: replica, role: replication }
  - { name: sentinel, role: sentinel }
  - { name: exporter, role: monitor }
  - { name: backup, role: backup }
`);
  if (!parsed.ok) throw new Error('refused');
  return parsed.policy;
}

function tableNamed(server: string): CommandTable {
  const named = serverNamed(server);
  if (named === undefined) throw new Error(server);
  return tableFor(named);
}

function judge(text: string, server = 'redis-7.2'): readonly LintFinding[] {
  return lint(readLintFile(text, tableNamed(server)), ROLE_RULES);
}

function ids(rules: string, name: string, server?: string): readonly string[] {
  return judge(`user ${name} on ${HASH} ${rules}`, server).map(({ rule }) => rule);
}

describe('the users that the policy compiler writes', () => {
  it.each(SERVERS)('are found fault with on no version: %s', (server) => {
    const table = tableNamed(server);
    const { product, version } = table.dialect;
    for (const name of ['replica', 'sentinel', 'exporter', 'backup']) {
      const user = POLICY.users.find((each) => each.name === name);
      if (user === undefined) throw new Error(name);
      const { rules } = rulesForUser(user, { product, version }, 'standalone');
      expect(ids(rules.join(' '), name, server), `${name}: ${rules.join(' ')}`).toEqual([]);
    }
  });

  it.each(SERVERS)('hold what is needed here, and the other way round: %s', (server) => {
    const { dialect } = tableNamed(server);
    const named = { product: dialect.product, version: dialect.version };
    const of = (role: 'sentinel' | 'replica') => {
      const need = roleNeed(role);
      return { needed: need.commands.flat(), may: new Set([...need.commands.flat(), ...need.spare]) };
    };
    const watching = sentinel(named).map((rule) => rule.slice(1));
    expect(watching).toEqual(expect.arrayContaining([...of('sentinel').needed]));
    expect(watching.filter((name) => !of('sentinel').may.has(name))).toEqual([]);
    const copying = replication(named).map((rule) => rule.slice(1));
    expect(copying).toEqual(expect.arrayContaining([...of('replica').needed]));
    expect(copying.filter((name) => !of('replica').may.has(name))).toEqual([]);
  });
});

describe('a role is told', () => {
  it.each(['replica', 'repl', 'replication', 'slave', 'sync', 'app-replica'])('by the name %s', (name) => {
    expect(ids('+ping', name)).toContain('role-replica-lacks');
  });

  it.each(['sentinel', 'redis-sentinel'])('by the name %s', (name) => {
    expect(ids('+ping', name)).toContain('role-sentinel-lacks');
  });

  it.each(['exporter', 'prometheus', 'monitor', 'metrics', 'telegraf', 'datadog'])(
    'by the name %s',
    (name) => {
      expect(ids('+ping', name)).toContain('role-exporter-lacks');
    },
  );

  it.each(['backup', 'nightly-backup'])('by the name %s', (name) => {
    expect(ids('+ping', name)).toContain('role-backup-lacks');
  });

  it('by its rights: who copies and has no keys is a replica', () => {
    expect(ids('-@all +psync +replconf +flushall', 'node7')).toEqual(['role-replica-more']);
    expect(ids('-@all +psync +replconf', 'node7')).toEqual([]);
    expect(ids('~app:* +get +set', 'node7')).toEqual([]);
  });
});

describe('what is missing', () => {
  it('is named, with the channel that Sentinels talk on', () => {
    const [finding] = judge(
      `user sentinel on ${HASH} -@all +ping +info +publish +subscribe +multi +exec +slaveof`,
    );
    expect(finding?.message).toBe(
      `User sentinel is called like the user of Sentinels, but lacks CONFIG REWRITE, CLIENT KILL and channel ${SENTINEL_CHANNEL}.`,
    );
    expect(finding?.fix).toMatchObject({
      kind: 'edit',
      text: ` &${SENTINEL_CHANNEL} +config|rewrite +client|kill`,
    });
  });

  it('is no channel in 6.0, which has no rules for them', () => {
    const rules = '-@all +ping +info +publish +subscribe +multi +exec +slaveof +config|rewrite +client|kill';
    expect(ids(rules, 'sentinel', 'redis-6.0')).toEqual([]);
    expect(ids(`resetchannels ${rules}`, 'sentinel', 'redis-6.2')).toEqual(['role-sentinel-lacks']);
    expect(ids(rules, 'sentinel', 'redis-6.2')).toEqual([]);
    expect(ids(rules, 'sentinel', 'redis-7.2')).toEqual(['role-sentinel-lacks']);
  });

  it('is SLAVEOF, which REPLICAOF does not stand in for', () => {
    const rest = `-@all &${SENTINEL_CHANNEL} +ping +info +publish +subscribe +multi +exec +config|rewrite +client|kill`;
    expect(ids(`${rest} +slaveof`, 'sentinel')).toEqual([]);
    expect(ids(`${rest} +slaveof +replicaof`, 'sentinel')).toEqual([]);
    expect(ids(`${rest} +replicaof`, 'sentinel')).toEqual(['role-sentinel-lacks']);
  });

  it('was often granted and taken away again', () => {
    expect(ids('+psync +replconf +ping -@all', 'replica')).toEqual(['role-replica-lacks']);
    expect(ids('~* +@read +info +config|get -@dangerous', 'monitor')).toContain('role-exporter-lacks');
    expect(ids('~* +@read +psync -@dangerous', 'backup')).toContain('role-backup-lacks');
  });

  it('weighs little where the user works with data and may only be called so', () => {
    const [finding] = judge(`user replica-reader on ${HASH} ~app:* +get +mget`);
    expect(finding).toMatchObject({ rule: 'role-replica-lacks', severity: 'low' });
  });
});

describe('what is too much', () => {
  it('names the commands, and weighs those that change or rule', () => {
    const [finding] = judge(`user replica on ${HASH} -@all +psync +replconf +flushall +set`);
    expect(finding).toMatchObject({ rule: 'role-replica-more', severity: 'medium' });
    expect(finding?.message).toContain('FLUSHALL');
    expect(finding?.message).toContain('SET');
    const [mild] = judge(`user exporter on ${HASH} -@all +info +echo +object|freq`);
    expect(mild).toMatchObject({ rule: 'role-exporter-more', severity: 'low' });
    expect(judge(`user exporter on ${HASH} -@all +info +echo +pubsub|help`)).toEqual([]);
  });

  it('tells an exporter that reads values from one that measures', () => {
    expect(ids('~* +@read +info', 'exporter')).toContain('role-exporter-values');
    expect(ids('+@read +info', 'exporter')).not.toContain('role-exporter-values');
    expect(ids('~q:* -@all +info +llen +strlen', 'exporter')).toEqual([]);
    expect(ids('-@all +info +client|list +latency +slowlog +memory +cluster|info', 'exporter')).toEqual([]);
  });

  it('leaves those who may do everything to other rules', () => {
    for (const name of ['replica', 'sentinel', 'exporter', 'backup'])
      expect(ids('~* &* +@all', name)).toEqual([]);
  });
});
