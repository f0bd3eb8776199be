/** NET-002: no `bind` line anywhere: where the server listens is left to the version's default. */

import type { Check } from '../../check.ts';
import { directivesNamed, readConfFiles } from '../../conf-reading.ts';
import { hasTcpPort } from '../../exposure.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const defaultBind: Check = {
  id: 'NET-002',
  area: 'network',
  title: 'Where to listen is left to the default',
  goal: 'The conf file says where the server listens',
  severity: 'low',
  rationale:
    'Without a bind line every version listens on every interface (empty up to 6.2, `* -::*` from 7.0 on). Nobody who ' +
    'reads the file sees it, and on 6.x adding any bind line later switches protected mode off.',
  appliesWhen: (snapshot) => hasTcpPort(snapshot) || 'no TCP port is open',
  evaluate: (snapshot) =>
    readConfFiles(snapshot, (conf, from) => {
      const written = directivesNamed(conf, 'bind').at(-1);
      if (written !== undefined) return pass(`bind ${written.line.args.join(' ')}`, written.from);
      return fail(
        [evidence('no bind line', from)],
        [{ kind: 'set-directive', name: 'bind', value: '127.0.0.1 -::1', apply: 'restart' }],
      );
    }),
  remedy: 'Write a bind line with the addresses that clients really use.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'port 6379\n' },
    good: { server: 'redis-7.2', conf: 'bind 127.0.0.1 -::1\n' },
  },
};
