/** TLS-034: what a port sends, followed by a client that has the root and nothing else. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleLook, exampleLookPort } from '../../example.ts';
import { byHand, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readLook } from './fleet-look.ts';
import { reload } from './server-certificate.ts';

export const incompleteChain: Check = {
  id: 'TLS-034',
  area: 'tls',
  title: 'The server does not send the intermediate certificates',
  goal: 'A client that has only the root can follow the chain that is sent',
  severity: 'high',
  rationale:
    'A client builds the chain from what the server sends and from its own CA file. Where the intermediate is not sent, clients that were given the root alone are refused with "unable to verify the first certificate", while those that happen to hold the intermediate connect: it works on one machine and not on the next. The OpenSSL of the server adds what it finds in tls-ca-cert-file (seen on Redis 6.0, 7.0 and 8.0 and Valkey 9.1), so that a change of that file can break the chain.',
  evaluate: (snapshot) =>
    readLook(snapshot, ({ ports }, from) => {
      if (ports.length === 0) return notApplicable('no port showed a certificate');
      const broken = ports.flatMap(({ address, leaf, sent }) =>
        sent.state === 'incomplete'
          ? [evidence(`${address} sends ${leaf.subject} without ${sent.missing}`, from)]
          : [],
      );
      if (broken.length > 0) {
        const file = settingValue(snapshot, 'tls-cert-file') || 'the file of tls-cert-file';
        return fail(
          broken,
          [
            byHand(`Append the intermediate certificate to ${file}, after the server's own.`),
            reload(snapshot),
          ],
          'Clients that were given the root alone are refused.',
        );
      }
      const [open] = ports.flatMap(({ sent }) => (sent.state === 'unknown' ? [sent.why] : []));
      if (open === undefined) {
        const [first] = ports.flatMap(({ sent }) => (sent.state === 'complete' ? [sent.root] : []));
        return pass(`what is sent leads to ${first ?? 'its root'}`, from);
      }
      return {
        status: 'unknown',
        missing: 'the root that the chain leads to',
        why: open,
        look: 'give the root: --cacert FILE',
        reason: 'not-asked',
      };
    }),
  remedy:
    'Put the intermediate certificates behind the server’s own in tls-cert-file, in order, without the root, and CONFIG SET tls-cert-file to the same path.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleLook({
        ports: [exampleLookPort({ sent: { state: 'incomplete', missing: 'CN=Example issuing CA' } })],
      }),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleLook() },
  },
};
