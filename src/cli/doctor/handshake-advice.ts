/** The commands that help with a fault of the handshake: what to look at, and what to run again. */

import type { Diagnosis as TlsDiagnosis, HandshakeFault } from '../../tls/index.ts';
import type { NextStep } from './diagnosis.ts';
import { quote } from './local-files.ts';
import type { Observations } from './observation.ts';

/** The next commands, the most telling first. */
export function listCommands(seen: Observations, { fault, reason }: TlsDiagnosis): readonly NextStep[] {
  const { subject, handshake } = seen;
  const again = `wardis doctor ${subject.loginWords}`;
  switch (fault) {
    case 'client-certificate-required':
      return [{ words: 'Show a certificate', command: `${again} --cert CLIENT.crt --key CLIENT.key` }];
    case 'client-certificate-unknown-ca':
    case 'client-certificate-expired':
    case 'client-certificate-not-yet-valid':
    case 'client-certificate-unsuitable':
      return adviseOnOurs(seen, fault, reason, again);
    case 'server-untrusted':
      return [
        { words: 'Say whom to trust', command: `${withoutCa(again)} --cacert CA.crt` },
        {
          words: 'What the server shows',
          command: `openssl s_client -connect ${subject.node} -showcerts </dev/null`,
        },
      ];
    case 'name-mismatch': {
      const leaf = handshake?.observation.chain[0];
      const name = leaf?.dnsNames[0] ?? leaf?.ipAddresses[0];
      return name === undefined
        ? []
        : [
            {
              words: 'If that is the server you mean',
              command: `${again.replace(/ --sni \S+/, '')} --sni ${name}`,
            },
          ];
    }
    case 'server-unsuitable':
    case 'server-expired':
    case 'server-not-yet-valid':
      return [
        {
          words: 'What the server shows',
          command: `openssl s_client -connect ${subject.node} </dev/null | openssl x509 -noout -dates`,
        },
        { words: 'Our clock', command: 'date -u' },
      ];
    case 'protocol-mismatch':
      return [{ words: 'What the server allows (empty: 1.2 and 1.3)', command: 'CONFIG GET tls-protocols' }];
    case 'no-shared-cipher':
      return [{ words: 'What the server allows', command: 'CONFIG GET tls-cipher*' }];
    case 'plaintext-to-tls':
    case 'tls-to-plaintext':
    case 'refused':
    case 'unreachable':
    case 'timeout':
    case 'reset':
    case 'local-material':
    case 'unknown':
      return [{ words: 'Again, with more time', command: `${again} --connect-timeout 30` }];
  }
}

/** The server refused our certificate. */
function adviseOnOurs(
  { subject, handshake }: Observations,
  fault: Extract<HandshakeFault, `client-certificate-${string}`>,
  reason: TlsDiagnosis['reason'],
  again: string,
): readonly NextStep[] {
  const cert = quote(subject.certFile ?? 'CLIENT.crt');
  switch (fault) {
    case 'client-certificate-required':
      return [];
    case 'client-certificate-unknown-ca':
      if (reason === 'intermediate-missing') {
        return [
          { words: 'Send it along', command: `cat ${cert} INTERMEDIATE.crt > CHAIN.crt` },
          { words: 'Then again', command: again.replace(/ --cert \S+/, ' --cert CHAIN.crt') },
        ];
      }
      return [
        { words: 'Who signed ours', command: `openssl x509 -in ${cert} -noout -issuer` },
        { words: 'Whom the server believes', command: 'CONFIG GET tls-ca-cert-*' },
      ];
    case 'client-certificate-expired':
    case 'client-certificate-not-yet-valid':
      return [
        { words: 'Its dates', command: `openssl x509 -in ${cert} -noout -dates` },
        handshake?.clock === undefined
          ? {
              words: 'Again with the clock of the server, which is the one that counts',
              command: `${again} --server-clock "$(ssh ${hostOf(subject)} date -u +%FT%TZ)"`,
            }
          : { words: 'On the host of the server: its clock, and who sets it', command: 'timedatectl' },
      ];
    case 'client-certificate-unsuitable':
      if (reason === 'weak-key' || reason === 'weak-signature') {
        return [{ words: 'Its key and its signature', command: `openssl x509 -in ${cert} -noout -text` }];
      }
      return [
        {
          words: 'What it may be used for',
          command: `openssl x509 -in ${cert} -noout -ext keyUsage,extendedKeyUsage`,
        },
      ];
  }
}

function withoutCa(words: string): string {
  return words.replace(/ --cacert(?:dir)? \S+/, '');
}

function hostOf({ endpoint }: Observations['subject']): string {
  return endpoint.kind === 'tcp' ? quote(endpoint.host) : 'HOST';
}
