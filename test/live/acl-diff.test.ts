/** What `acl diff` says of two servers of different versions. */
import { expect, it } from 'vitest';
import { run } from '../cli/run.ts';
import { forEachServer, startServer, talk } from '../servers/index.ts';

forEachServer(['redis-6.0'], (old) => {
  forEachServer(['redis-7.0', 'redis-8.0', 'valkey-9.1'], (young) => {
    it('tells new commands from new rights, and warns once of a password', async () => {
      const places: string[] = [];
      for (const server of [old, young]) {
        const { port } = await startServer({ server });
        await talk(port, [['ACL', 'SETUSER', 'app', 'on', '>any', '~app:*', '+@all']]);
        places.push(`127.0.0.1:${port}`);
      }
      const login = ['--user', 'app', '-a', 'any'];
      const { exit, out, err } = await run(['acl', 'diff', ...places, '--as', 'app', ...login, '--wide']);
      expect([exit, err.match(/warning: a password/g)?.length], err).toEqual([0, 1]);
      const text = out.replaceAll(/\s+/g, ' ');
      expect(text).toMatch(/ \+ new in TO [^+]* ZMPOP/);
      expect(text).not.toMatch(/ \+ commands [^+]*ZMPOP[^+]* \+ new in TO/);
      expect(text).not.toMatch(/HOST:|POST/);
      expect(text).toMatch(/note: .*acl-pubsub-default.*\(app cannot PUBLISH/);
    });
  });
});
