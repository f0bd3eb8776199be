/** AUTH-006: `requirepass ""` looks like a password and is none. */

import type { Check } from '../../check.ts';
import { directivesNamed, readConfFiles } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const emptyRequirepass: Check = {
  id: 'AUTH-006',
  area: 'authentication',
  title: 'An empty requirepass switches the password off',
  goal: 'No requirepass line is empty',
  severity: 'high',
  rationale:
    'requirepass "" makes the default user nopass: anybody is in. At run time CONFIG SET requirepass "" does it even on ' +
    'a server with an ACL file. A template whose variable is empty ends up here.',
  evaluate: (snapshot) =>
    readConfFiles(snapshot, (conf, from) => {
      const lines = directivesNamed(conf, 'requirepass');
      const last = lines.at(-1);
      if (last === undefined || last.line.args[0] !== '') return pass('no empty requirepass line', from);
      const decides =
        directivesNamed(conf, 'user').find(({ line }) => line.args[0] === 'default') ??
        directivesNamed(conf, 'aclfile').findLast(({ line }) => line.args[0] !== '');
      if (decides !== undefined)
        return pass(`${decides.line.name} decides about the default user, not requirepass`, decides.from);
      return fail(
        [evidence('requirepass ""', last.from)],
        [
          { kind: 'edit-line', file: last.from.path, line: last.from.line, replacement: '' },
          { kind: 'harden', options: '' },
        ],
      );
    }),
  remedy: 'Remove the line, and give the default user a password or switch it off.',
  references: [REFERENCES.security],
  attackPaths: ['AP-06'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'requirepass ""\n' },
    good: { server: 'redis-7.2', conf: 'requirepass 6f1c0b5f9a7e4d38b2c1\n' },
  },
};
