/** AUTH-005: `requirepass` beside `aclfile` decides nothing, and misleads. */

import type { Check } from '../../check.ts';
import { readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const requirepassBesideAclfile: Check = {
  id: 'AUTH-005',
  area: 'authentication',
  title: 'requirepass is set but the ACL file decides',
  goal: 'A password that has no effect is not configured',
  severity: 'medium',
  rationale:
    'With an ACL file the password of the default user is the one of its line; the password of the conf file fails. ' +
    'CONFIG GET requirepass keeps showing it, and CONFIG SET requirepass replaces every password of default until the ' +
    'next ACL LOAD brings the file back. Somebody will rotate the wrong one.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['aclfile'], ({ aclfile }) => {
      if (aclfile.value === '') return notApplicable('there is no ACL file');
      const requirepass = snapshot.secrets.get('requirepass');
      if (requirepass === undefined) return pass('requirepass is not set', aclfile.from);
      return readFact(requirepass, 'requirepass', (password, from) =>
        password.isEmpty()
          ? pass('requirepass is not set', from)
          : fail(
              [evidence('requirepass is set', from), evidence(`aclfile ${aclfile.value}`, aclfile.from)],
              [{ kind: 'remove-directive', name: 'requirepass', ...place(from) }],
            ),
      );
    }),
  remedy: 'Remove requirepass from the conf file; the passwords are in the ACL file, as hashes.',
  references: [REFERENCES.acl],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'requirepass 6f1c0b5f9a7e4d38b2c1\naclfile users.acl\n',
      acl: 'user default off resetpass\n',
    },
    good: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off resetpass\n' },
  },
};

function place(from: { readonly kind: string; readonly path?: string; readonly line?: number }): {
  readonly file?: string;
  readonly line?: number;
} {
  if (from.kind !== 'file' || from.path === undefined) return {};
  return { file: from.path, ...(from.line === undefined ? {} : { line: from.line }) };
}
