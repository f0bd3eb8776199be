/** NET-009: the unix socket can be opened by every account of the host. */

import type { Check } from '../../check.ts';
import { examplePaths } from '../../example.ts';
import { printMode, readPath, readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const socketPermissions: Check = {
  id: 'NET-009',
  area: 'network',
  title: 'Every account of the host can open the unix socket',
  goal: 'The unix socket is open to its owner and group only',
  severity: 'medium',
  rationale:
    'A connection over the socket counts as local: protected mode does not apply to it. On Linux whoever may write to ' +
    'the socket may connect, so the write bit for others decides. unixsocketperm 0, the default, ' +
    'leaves the mode to the umask, and the socket exists for a moment before its mode is set (CVE-2023-45145).',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['unixsocket', 'unixsocketperm'], ({ unixsocket, unixsocketperm }) => {
      if (unixsocket.value === '') return notApplicable('no unix socket is configured');
      const fix = [setAndRestart('unixsocketperm', '770')];
      const bits = Number.parseInt(unixsocketperm.value, 8);
      if (bits > 0) {
        const seen = evidence(`unixsocketperm ${unixsocketperm.value}`, unixsocketperm.from);
        return (bits & 0o002) === 0 ? pass(seen.text, seen.from) : fail([seen], fix);
      }
      return readPath(snapshot, unixsocket.value, (path, from) => {
        const seen = evidence(`${unixsocket.value} has mode ${printMode(path.mode)}`, from);
        return (path.mode & 0o002) === 0 ? pass(seen.text, seen.from) : fail([seen], fix);
      });
    }),
  remedy: 'Set unixsocketperm 770 (or 700), put the socket into a directory of mode 0750, and restart.',
  references: [
    REFERENCES.security,
    { title: 'CVE-2023-45145', url: 'https://nvd.nist.gov/vuln/detail/CVE-2023-45145' },
  ],
  attackPaths: ['AP-15'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'unixsocket /run/redis/redis.sock\nunixsocketperm 777\n' },
    good: {
      server: 'redis-7.2',
      conf: 'unixsocket /run/redis/redis.sock\n',
      facts: examplePaths({ '/run/redis/redis.sock': { kind: 'socket', mode: 0o770 } }),
    },
  },
};
