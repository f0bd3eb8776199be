/** Users of replicas, Sentinels, exporters and backups: what they lack, and what they hold beyond their work. */
import type { LintRule } from '../rule.ts';
import { reach } from '../../decision/reach.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_6_2, SINCE_7_0 } from './proof.ts';
import { excessRule, lackRule } from './role-rule.ts';

const HELLO = '__sentinel__:hello';

export const ROLE_RULES: readonly LintRule[] = [
  lackRule('replica', {
    id: 'role-replica-lacks',
    title: 'The user of a replica cannot replicate',
    severity: 'high',
    rationale:
      'A replica needs PSYNC and REPLCONF; without PSYNC the link never comes up. Often they were granted and a later -@all or -@dangerous took them away again. Valkey from 8.0 on needs SYNC too, where dual-channel-replication-enabled is yes.',
    fix: 'End its rules with +psync +replconf.',
    proof: [
      prove(SINCE_6_0, '+psync +replconf +ping -@all', denied('PSYNC', '?', '-1')),
      prove(
        SINCE_7_0,
        '-@all +psync +replconf',
        allowed('PSYNC', '?', '-1'),
        allowed('REPLCONF', 'ACK', '0'),
      ),
    ],
    examples: {
      bad: { text: `user replica on ${SECRET} +psync +replconf +ping -@all` },
      good: { text: `user replica on ${SECRET} -@all +psync +replconf +ping` },
    },
  }),
  excessRule(
    'replica',
    {
      id: 'role-replica-more',
      title: 'The user of a replica may do more than replicate',
      severity: 'medium',
      rationale:
        'Its password lies on every replica in masterauth, readable by CONFIG GET. It already copies all data; with further commands it changes them too, or takes the server over.',
      fix: 'Grant psync and replconf, and nothing else.',
      proof: [
        prove(SINCE_7_0, '~* +@all -@scripting', allowed('PSYNC', '?', '-1'), allowed('FLUSHALL')),
        prove(SINCE_7_0, '-@all +psync +replconf +ping', denied('FLUSHALL'), denied('GET', 'k')),
      ],
      examples: {
        bad: { text: `user replica on ${SECRET} ~* +psync +replconf +ping +@write` },
        good: { text: `user replica on ${SECRET} +psync +replconf +ping` },
      },
    },
    'a replica needs PSYNC and REPLCONF alone',
  ),
  lackRule('sentinel', {
    id: 'role-sentinel-lacks',
    title: 'The user of Sentinels cannot watch or fail over',
    severity: 'high',
    rationale:
      'A Sentinel watches by PING and INFO, finds the others on the channel __sentinel__:hello, and fails over by MULTI, SLAVEOF, CONFIG REWRITE, CLIENT KILL and EXEC; REPLICAOF does not stand in for SLAVEOF. In Valkey from 9.0 on a coordinated failover takes FAILOVER and CLIENT PAUSE too. What is missing shows at the first failover.',
    fix: 'Grant what it needs: ping info publish subscribe multi exec slaveof config|rewrite client|kill client|setname script|kill, and the channel __sentinel__:hello.',
    proof: [
      prove(
        SINCE_7_0,
        '+ping +info +publish +subscribe',
        denied('PUBLISH', HELLO, 'x'),
        denied('REPLICAOF', 'NO', 'ONE'),
      ),
      prove(
        SINCE_6_2,
        `resetchannels &${HELLO} +publish +subscribe`,
        allowed('PUBLISH', HELLO, 'x'),
        allowed('SUBSCRIBE', HELLO),
      ),
    ],
    examples: {
      bad: { text: `user sentinel on ${SECRET} +ping +info +publish +subscribe +multi +exec +slaveof` },
      good: {
        text: `user sentinel on ${SECRET} &${HELLO} +ping +info +publish +subscribe +multi +exec +slaveof +config|rewrite +client|kill +client|setname +script|kill`,
      },
    },
  }),
  excessRule(
    'sentinel',
    {
      id: 'role-sentinel-more',
      title: 'The user of Sentinels may do more than watch and fail over',
      severity: 'medium',
      rationale:
        'Its password stands in every sentinel.conf as auth-pass. It may already choose the primary; keys, CONFIG SET or ACL give it the data as well.',
      fix: 'Grant what a Sentinel needs, and no keys.',
      proof: [
        prove(
          SINCE_7_0,
          '~* &* +@all -@scripting',
          allowed('GET', 'k'),
          allowed('CONFIG', 'SET', 'maxmemory', '0'),
        ),
      ],
      examples: {
        bad: {
          text: `user sentinel on ${SECRET} ~* &* -@all +ping +info +publish +subscribe +multi +exec +slaveof +config +client|kill`,
        },
        good: {
          text: `user sentinel on ${SECRET} &${HELLO} +ping +info +publish +subscribe +multi +exec +slaveof +config|rewrite +client|kill`,
        },
      },
    },
    'a Sentinel needs no keys and no other command',
  ),
  lackRule('exporter', {
    id: 'role-exporter-lacks',
    title: 'An exporter cannot read INFO',
    severity: 'high',
    rationale:
      'Every exporter reads INFO; without it there is nothing to report. INFO is in @dangerous: a later -@dangerous takes it away again.',
    fix: 'Put +info behind the denials.',
    proof: [
      prove(SINCE_6_0, '+info +ping -@dangerous', denied('INFO')),
      prove(SINCE_6_0, '-@all +ping +info', allowed('INFO')),
    ],
    examples: {
      bad: { text: `user exporter on ${SECRET} +ping +info -@dangerous` },
      good: { text: `user exporter on ${SECRET} -@all +ping +info +latency|latest +slowlog|len` },
    },
  }),
  excessRule(
    'exporter',
    {
      id: 'role-exporter-values',
      title: 'An exporter may read values',
      severity: 'medium',
      rationale:
        'Figures come from INFO, LATENCY and the lengths of logs. With keys and commands that read, the password of the exporter, which lies in the configuration of a monitoring system, opens all data.',
      fix: 'Take the keys away; sizes of chosen keys need strlen, llen, scard, zcard and hlen, not @read.',
      proof: [
        prove(SINCE_6_0, '~* +@read +info', allowed('GET', 'k'), allowed('LRANGE', 'k', '0', '-1')),
        prove(SINCE_6_0, '~* -@all +info +llen', denied('LRANGE', 'k', '0', '-1'), allowed('LLEN', 'k')),
      ],
      examples: {
        bad: { text: `user exporter on ${SECRET} ~* +@read +info` },
        good: { text: `user exporter on ${SECRET} -@all +info +dbsize` },
      },
    },
    'its work needs figures, not values',
    (command, user) => command.categories.has('read') && reach(user).keys !== 'none',
  ),
  excessRule(
    'exporter',
    {
      id: 'role-exporter-more',
      title: 'An exporter may do more than look',
      severity: 'medium',
      rationale:
        'An exporter measures. Commands that change, stop or copy are of use only to whoever finds its password in the configuration of the monitoring system.',
      fix: 'Grant info and what the exporter asks besides: latency|latest, slowlog|len, client|list, cluster|info.',
      proof: [prove(SINCE_7_0, '-@all +info +client', allowed('CLIENT', 'KILL', 'TYPE', 'normal'))],
      examples: {
        bad: { text: `user exporter on ${SECRET} -@all +info +config +client` },
        good: { text: `user exporter on ${SECRET} -@all +info +config|get +client|list` },
      },
    },
    'measuring needs none of it',
    (command, user) => !command.categories.has('read') || reach(user).keys === 'none',
  ),
  lackRule('backup', {
    id: 'role-backup-lacks',
    title: 'The user of backups cannot back up',
    severity: 'high',
    rationale:
      'A backup comes by SYNC or PSYNC, as redis-cli --rdb takes it, or by BGSAVE and a copy of the file. @read gives neither, and a later -@dangerous takes all four away.',
    fix: 'Put +psync +replconf (or +bgsave +lastsave) behind the denials.',
    proof: [
      prove(SINCE_6_0, '~* +@read +psync -@dangerous', denied('PSYNC', '?', '-1'), denied('BGSAVE')),
      prove(SINCE_7_0, '-@all +psync +replconf', allowed('PSYNC', '?', '-1')),
    ],
    examples: {
      bad: { text: `user backup on ${SECRET} +ping +psync -@dangerous` },
      good: { text: `user backup on ${SECRET} -@all +ping +psync +replconf` },
    },
  }),
  excessRule(
    'backup',
    {
      id: 'role-backup-more',
      title: 'The user of backups may change data',
      severity: 'medium',
      rationale:
        'A backup reads. Its password lies with a scheduler or a script; with commands that write or rule it is worth more than the copies.',
      fix: 'Grant psync and replconf, or bgsave and lastsave.',
      proof: [prove(SINCE_7_0, '~* +psync +replconf +@write', allowed('SET', 'k', 'v'), allowed('FLUSHALL'))],
      examples: {
        bad: { text: `user backup on ${SECRET} ~* +psync +replconf +@write` },
        good: { text: `user backup on ${SECRET} +psync +replconf +bgsave +lastsave` },
      },
    },
    'a backup changes nothing',
    (command) => !command.categories.has('read'),
  ),
];
