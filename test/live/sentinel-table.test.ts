/** Users of Sentinels are read with the few commands that a Sentinel has: their categories hold less than a server's. */
import { describe, expect, it } from 'vitest';
import { haveSameRights, parseUser } from '../../src/acl/index.ts';
import { parseTarget, readNodeState } from '../../src/fleet/index.ts';
import { forEachServer, startSentinel, talk } from '../servers/index.ts';

const RULES = ['on', '-@all', '+ping', '+hello', '+sentinel|is-master-down-by-addr', '+client|setname'];

describe('the users of a Sentinel', () => {
  forEachServer(['redis-7.0', 'redis-8.0', 'valkey-9.1'], (server) => {
    it('have the rights that they were given, however the Sentinel writes their rules', async () => {
      const sentinel = await startSentinel({ server, conf: 'sentinel monitor main 127.0.0.1 1 2\n' });
      await talk(sentinel.port, [['ACL', 'SETUSER', 'peer', ...RULES]]);
      const { target } = parseTarget(`127.0.0.1:${sentinel.port}`);
      if (target === undefined) throw new Error('no target');
      const { users, table } = await readNodeState(target, { expect: 'sentinel' });
      const wanted = parseUser('peer', RULES, table).user;
      const found = users.known ? users.value.find(({ user }) => user.name === 'peer')?.user : undefined;
      if (wanted === undefined || found === undefined) throw new Error('no user');
      expect(haveSameRights(found, wanted)).toBe(true);
      expect(table.commands.has('get')).toBe(false);
      await sentinel.stop();
    });
  });
});
