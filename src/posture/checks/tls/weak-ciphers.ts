/** TLS-008: ciphers that a handshake proved, or that the list names. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check, Evidence } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { whereTlsIsOn } from './server-certificate.ts';

const WEAK =
  /(?:^|[-+])(?:NULL|EXP(?:ORT)?|RC4|RC2|DES|3DES|MD5|ADH|AECDH|IDEA|SEED|LOW|[aAe]NULL|COMPLEMENTOFDEFAULT|COMPLEMENTOFALL)(?:$|[-+\d])/;
const STRONG = /GCM|CHACHA20|CCM/;

export const weakCiphers: Check = {
  id: 'TLS-008',
  area: 'tls',
  title: 'Weak ciphers are accepted',
  goal: 'Only strong ciphers are accepted',
  severity: 'high',
  rationale:
    'NULL, export, RC4, DES and anonymous ciphers give no protection against somebody in the path. What is really accepted depends on the list and on the OpenSSL beneath, so a handshake is the proof.',
  evaluate: (snapshot, context) =>
    whereTlsIsOn(snapshot, () => {
      const probed = probedCiphers(snapshot);
      const fix = [set('tls-ciphers', context.expected.tls.ciphers)];
      if (probed !== undefined) {
        return probed.length > 0 ? fail(probed, fix) : pass('no weak cipher was accepted in handshakes');
      }
      return readSettings(snapshot, ['tls-ciphers'], ({ 'tls-ciphers': list }) => {
        const items = list.value.split(/[:, ]+/).filter((item) => item !== '' && !/^[!@-]/.test(item));
        const weak = items.filter((item) => WEAK.test(item));
        if (weak.length > 0) return fail([evidence(`tls-ciphers names ${weak.join(', ')}`, list.from)], fix);
        if (items.length > 0 && items.every((item) => STRONG.test(item)))
          return pass(`tls-ciphers ${list.value}`, list.from);
        return {
          status: 'unknown',
          missing: 'ciphers that the server accepts',
          why: 'the list leaves it to the OpenSSL of the server, and no handshake tried',
          look: 'try them: wardis tls inspect --offer, or read: openssl ciphers -v on its host',
          ...(snapshot.tlsLook === undefined ? {} : { reason: 'not-asked' as const }),
        };
      });
    }),
  remedy: 'Set tls-ciphers to ECDHE with AES-GCM or ChaCha20-Poly1305.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: tlsConf({ 'tls-ciphers': 'ECDHE-RSA-AES256-GCM-SHA384:RC4-SHA:DES-CBC3-SHA' }),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};

/** Undefined when no handshake tried weak ciphers. */
function probedCiphers(snapshot: Snapshot): readonly Evidence[] | undefined {
  if (!snapshot.listeners.known) return undefined;
  const { value: listeners, from } = snapshot.listeners;
  const tried = listeners.filter(({ tls }) => tls?.weakCiphersAccepted !== undefined);
  if (tried.length === 0) return undefined;
  return tried.flatMap(({ address, tls }) => {
    const accepted = tls?.weakCiphersAccepted ?? [];
    return accepted.length === 0 ? [] : [evidence(`${address} accepted ${accepted.join(', ')}`, from)];
  });
}
