/** TLS-006: TLS 1.0 and 1.1, by setting or by a handshake. An empty tls-protocols means 1.2 and 1.3. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check, Evidence } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { setTls, whereTlsIsOn } from './server-certificate.ts';

const OLD = new Set(['sslv3', 'tlsv1', 'tlsv1.0', 'tlsv1.1']);

export const oldProtocols: Check = {
  id: 'TLS-006',
  area: 'tls',
  title: 'TLS 1.0 or 1.1 is allowed',
  goal: 'Only TLS 1.2 and 1.3 are spoken',
  severity: 'high',
  rationale:
    'TLS 1.0 and 1.1 are broken and no framework accepts them. The servers refuse both by default (tls-protocols empty); somebody has to have switched them on.',
  evaluate: (snapshot) =>
    whereTlsIsOn(snapshot, () => {
      const accepted = acceptedOldProtocols(snapshot);
      if (accepted.length > 0) return fail(accepted, [setTls(snapshot, 'tls-protocols', 'TLSv1.2 TLSv1.3')]);
      return readSettings(snapshot, ['tls-protocols'], ({ 'tls-protocols': protocols }) => {
        const old = protocols.value
          .toLowerCase()
          .split(/[\s"]+/)
          .filter((word) => OLD.has(word));
        return old.length === 0
          ? pass(`tls-protocols ${protocols.value || '"" (1.2 and 1.3)'}`, protocols.from)
          : fail(
              [evidence(`tls-protocols ${protocols.value}`, protocols.from)],
              [setTls(snapshot, 'tls-protocols', 'TLSv1.2 TLSv1.3')],
            );
      });
    }),
  remedy: 'Set tls-protocols "TLSv1.2 TLSv1.3".',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-protocols': '"TLSv1.1 TLSv1.2"' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};

function acceptedOldProtocols(snapshot: Snapshot): readonly Evidence[] {
  if (!snapshot.listeners.known) return [];
  const { value: listeners, from } = snapshot.listeners;
  return listeners.flatMap(({ address, tls }) =>
    (tls?.protocolsAccepted ?? [])
      .filter((protocol) => OLD.has(protocol.toLowerCase()))
      .map((protocol) => evidence(`${address} accepted ${protocol}`, from)),
  );
}
