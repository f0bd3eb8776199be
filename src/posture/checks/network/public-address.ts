/** NET-011: `bind` names an address that is routed on the internet, and the request does not say public. */

import type { Check } from '../../check.ts';
import { bindAddresses, isPublicAddress } from '../../exposure.ts';
import { byHand, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const publicAddress: Check = {
  id: 'NET-011',
  area: 'network',
  title: 'Listens on a public address',
  goal: 'No address of the internet is listened on unless that is declared',
  severity: 'high',
  rationale:
    'The address is routed on the internet. Redis and Valkey are made for trusted networks: before login a client can ' +
    'already make them work and allocate (CVE-2025-21605 and others).',
  appliesWhen: (_snapshot, context) =>
    context.expected.request.exposure !== 'public' || 'public exposure is declared',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['bind'], ({ bind }) => {
      const open = bindAddresses(bind.value).filter(isPublicAddress);
      if (open.length === 0) return pass(`bind ${bind.value || '""'}`, bind.from);
      return fail(
        [evidence(`bind names ${open.join(' ')}`, bind.from)],
        [byHand(`Take ${open.join(' ')} out of bind, or declare network_exposure: public and harden for it`)],
      );
    }),
  remedy:
    'Bind to a private address and reach it by VPN or proxy; or declare public exposure and harden for it.',
  references: [REFERENCES.security],
  attackPaths: ['AP-06', 'AP-07'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'bind 127.0.0.1 8.8.4.4\n' },
    good: { server: 'redis-7.2', conf: 'bind 127.0.0.1 10.0.0.5\n' },
  },
};
