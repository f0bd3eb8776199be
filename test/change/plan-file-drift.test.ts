/** A file of users against memory: servers before 7.2 show other rules than they were given, which is no difference. */
import { describe, expect, it } from 'vitest';
import { planFleet, type UserFile } from '../../src/change/index.ts';
import { ADMIN, NOW, policyOf, stateOf, topologyOf } from './plan-scene.ts';

const HASH = `#${'b'.repeat(64)}`;
const GIVEN = '+@read +@write -@dangerous +info';

/** ACL LIST of servers that were just started with the rules above, as they printed it. */
const SHOWN = [
  {
    server: 'redis-6.0',
    channels: '',
    rules:
      '-@all +@string +@hash +@stream +@geo +@bitmap +@sortedset +@list +@set +@hyperloglog +@keyspace +post +lolwut -asking -keys -flushdb +host: +echo -swapdb -restore +memory +time -pfselftest -readwrite -flushall -select -sort -restore-asking -readonly -wait +info -migrate',
  },
  {
    server: 'redis-7.0',
    channels: 'resetchannels ',
    rules:
      '-@all +@string +@hash +@geo +@blocking +@bitmap +@set +@hyperloglog +@stream +@sortedset +@list +@keyspace -restore -flushdb +memory|usage -xinfo|help -migrate -object|help -flushall +lolwut -keys -restore-asking -pfdebug -pfselftest +info -sort_ro +function|restore +function|load +function|delete +function|flush -xgroup|help -swapdb -sort',
  },
] as const;

describe.each(SHOWN)('on $server', ({ server, channels, rules }) => {
  const inFile = (given: string): string => `app on ${HASH} ~app:* ${channels}${given}`;
  const admin = server === 'redis-6.0' ? ADMIN.replace(' &*', '') : ADMIN;
  const closed = `default off resetkeys ${channels}-@all`;

  async function driftOf(kind: UserFile['kind'], given: string): Promise<readonly string[]> {
    const path = kind === 'aclfile' ? '/etc/redis/users.acl' : '/etc/redis/redis.conf';
    const persistence = { by: kind, path } as const;
    const users = [closed, admin, inFile(rules)];
    const state = stateOf({ server, users, persistence });
    const text = [closed, admin, inFile(given)].map((line) => `user ${line}\n`).join('');
    const { plan } = planFleet({
      policy: await policyOf('security_level: standard\nusers:\n  - { name: admin, role: admin }\n'),
      topology: topologyOf([{ users: [] }]),
      states: [state],
      unreadable: [],
      secrets: new Map(),
      now: NOW,
      files: new Map([[state.node, { kind, path, text }]]),
    });
    return (plan.nodes[0]?.differences ?? []).flatMap((each) =>
      each.kind === 'persistence' ? [each.why] : [],
    );
  }

  it.each(['aclfile', 'conf'] as const)(
    'rules in a %s that give what memory shows are the same',
    async (kind) => {
      expect(await driftOf(kind, GIVEN)).toEqual([]);
    },
  );

  it('rules that give one command more or fewer are not', async () => {
    for (const given of [`${GIVEN} +select`, `${GIVEN} -get`, '+@read +@write -@dangerous']) {
      expect((await driftOf('aclfile', given)).join(), given).toContain('differs from memory: app;');
    }
  });
});
