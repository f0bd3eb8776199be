/** TLS-008: ciphers that a handshake proved, or that the list names. */

import type { Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Check, Evidence } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { setTls, whereTlsIsOn } from './server-certificate.ts';

const WEAK =
  /(?:^|[-+])(?:NULL|EXP(?:ORT)?|RC4|RC2|DES|3DES|MD5|ADH|AECDH|IDEA|SEED|LOW|[aAe]NULL|COMPLEMENTOFDEFAULT|COMPLEMENTOFALL)(?:$|[-+\d])/;
const STRONG = /GCM|CHACHA20|CCM/;
/** What a handshake agreed on: CBC with a MAC of SHA-1, keys of its own for each session. */
const CBC_SHA1 = /^(?:ECDHE-(?:RSA|ECDSA)|DHE-RSA)-(?:AES|CAMELLIA)\d+-SHA$/;
const BROKEN = /NULL|EXP|RC4|DES|MD5|^ADH|^AECDH|IDEA|SEED/;
const FORWARD_SECRET = {
  value: 'low',
  because: 'with forward secrecy, CBC with SHA-1 is only out of date: no break of it is known in practice',
} as const;

export const weakCiphers: Check = {
  id: 'TLS-008',
  area: 'tls',
  title: 'Weak ciphers are accepted',
  goal: 'Only strong ciphers are accepted',
  severity: 'high',
  rationale:
    'NULL, export, RC4, DES and anonymous ciphers give no protection against somebody in the path, and without forward secrecy whoever gets the key later reads what was recorded. CBC with SHA-1 and ECDHE, which the default list of OpenSSL has, is merely out of date: where a handshake shows nothing worse, the finding is low. What is really accepted depends on the list and on the OpenSSL beneath, so a handshake is the proof.',
  evaluate: (snapshot, context) =>
    whereTlsIsOn(snapshot, () => {
      const probed = probedCiphers(snapshot);
      const fix = [setTls(snapshot, 'tls-ciphers', context.expected.tls.ciphers)];
      if (probed !== undefined) {
        if (probed.length === 0) return pass('no weak cipher was accepted in handshakes');
        const verdict = fail(probed.map(describeAccepted), fix);
        return probed.some(({ broken }) => broken.length > 0)
          ? verdict
          : { ...verdict, severity: FORWARD_SECRET };
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

interface Accepted {
  readonly address: string;
  readonly broken: readonly string[];
  /** CBC with SHA-1. */
  readonly dated: readonly string[];
  readonly from: Provenance;
}

/** Undefined when no handshake tried weak ciphers. */
function probedCiphers(snapshot: Snapshot): readonly Accepted[] | undefined {
  if (!snapshot.listeners.known) return undefined;
  const { value: listeners, from } = snapshot.listeners;
  const tried = listeners.filter(({ tls }) => tls?.weakCiphersAccepted !== undefined);
  if (tried.length === 0) return undefined;
  return tried.flatMap(({ address, tls }) => {
    const accepted = tls?.weakCiphersAccepted ?? [];
    const broken = accepted.filter((suite) => !CBC_SHA1.test(suite));
    const dated = accepted.filter((suite) => CBC_SHA1.test(suite));
    return accepted.length === 0 ? [] : [{ address, broken, dated, from }];
  });
}

function describeAccepted({ address, broken, dated, from }: Accepted): Evidence {
  const kinds = [
    [broken.filter((suite) => BROKEN.test(suite)), 'broken'],
    [broken.filter((suite) => !BROKEN.test(suite)), 'no forward secrecy'],
    [dated, 'CBC with SHA-1'],
  ] as const;
  const said = kinds.flatMap(([suites, kind]) =>
    suites.length === 0 ? [] : [`${suites.join(', ')} (${kind})`],
  );
  return evidence(`${address} accepted ${said.join('; ')}`, from);
}
