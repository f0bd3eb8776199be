/** TLS-001: is there any encryption at all? A build without TLS has no tls-port. */

import type { Check } from '../../check.ts';
import { TLS_CONF } from '../../example.ts';
import { byHand, readSettings, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const noTls: Check = {
  id: 'TLS-001',
  area: 'tls',
  title: 'Clients have no encrypted way in',
  goal: 'Clients connect by TLS',
  severity: 'high',
  rationale:
    'Without a TLS port every password, key and value crosses the network readable and changeable. AUTH sends the password in clear.',
  evaluate: (snapshot, context) => {
    if (!context.expected.tls.required)
      return notApplicable('TLS is not asked for at this level and exposure');
    if (snapshot.product.known && snapshot.settings.size > 0 && !snapshot.settings.has('tls-port')) {
      return fail(
        [evidence('this build has no tls-port: it was compiled without TLS')],
        [byHand('Install a build with TLS.')],
      );
    }
    return readSettings(snapshot, ['tls-port'], (seen) => {
      if (seen['tls-port'].value !== '0')
        return pass(`tls-port ${seen['tls-port'].value}`, seen['tls-port'].from);
      if (settingValue(snapshot, 'port') === '0') return notApplicable('no TCP port is open');
      return fail(
        [evidence('tls-port 0', seen['tls-port'].from)],
        [{ kind: 'harden', options: '' }],
        'Whoever sees the traffic reads the passwords and the data.',
      );
    });
  },
  remedy:
    'Set tls-cert-file, tls-key-file and tls-ca-cert-file first, then tls-port; close the plaintext port when the clients have moved.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'port 6379\n' },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
