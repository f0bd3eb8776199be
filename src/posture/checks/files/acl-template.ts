/** FILE-021: template text in user names, key patterns or channels. */

import { detectTemplates } from '../../../conf/index.ts';
import type { UserFact } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const aclTemplate: Check = {
  id: 'FILE-021',
  area: 'files',
  title: 'User rules hold unrendered template text',
  goal: 'User rules are rendered before the server reads them',
  severity: 'high',
  rationale:
    'The server takes ${TENANT} in a name, a key pattern or a channel literally, and starts: the user of that odd name is ' +
    'real, and the tenant that was meant has no rights, or all tenants share the same.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users
        .map((fact) => ({ fact, places: templated(fact) }))
        .filter(({ places }) => places.length > 0);
      if (found.length === 0) return pass('no template text in user rules', from);
      return fail(
        rows(found, ({ fact, places }) =>
          evidence(`user ${fact.user.name}: ${places.join(', ')}`, fact.from),
        ),
        [byHand('Render the file before the server reads it, and let an empty variable fail')],
      );
    }),
  remedy: 'Render the file; audit the rendered file.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~\${TENANT}:* +get`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~acme:* +get`]),
  },
};

function templated({ user }: UserFact): readonly string[] {
  const isTemplate = (text: string): boolean => detectTemplates(text).length > 0;
  const keys = user.selectors
    .flatMap((selector) => selector.keys.map(({ pattern }) => pattern))
    .filter(isTemplate);
  const channels = user.selectors.flatMap((selector) => selector.channels).filter(isTemplate);
  return [
    ...(isTemplate(user.name) ? ['its name'] : []),
    ...keys.map((pattern) => `~${pattern}`),
    ...channels.map((channel) => `&${channel}`),
  ];
}
