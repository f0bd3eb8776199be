/** TLS faults: the tls room names them, here they get their published code and the commands that help. */

import type { Diagnosis as TlsDiagnosis, HandshakeFault } from '../../tls/index.ts';
import type { Diagnosis } from './diagnosis.ts';
import { find } from './finding.ts';
import { listCommands } from './handshake-advice.ts';
import type { Observations } from './observation.ts';

/** The fault of the handshake, unless our way of verifying forgives it. */
export function judgeHandshake(seen: Observations): Diagnosis | undefined {
  const { handshake, subject, session, port } = seen;
  const diagnosis = handshake?.diagnosis;
  if (handshake === undefined || diagnosis === undefined || session !== undefined) return undefined;
  const replied = handshake.observation.stage === 'replied';
  if (
    replied &&
    (subject.verify === 'none' || (subject.verify === 'chain' && diagnosis.fault === 'name-mismatch'))
  ) {
    return undefined;
  }
  // What the port really is outranks the guess from a handshake that nobody answered.
  if (port?.kind === 'plaintext') return tellPlaintext(seen, port.reply);
  if (port?.kind === 'other') {
    return find('E618', {
      fault: 'not-redis',
      cause: `${subject.node} speaks neither TLS nor the Redis protocol: another service listens there.`,
      proof: [`a plaintext QUIT is answered ${JSON.stringify(port.reply)}`],
      next: [{ words: 'Check host and port' }],
    });
  }
  if (port?.kind === 'silent' && !handshake.observation.agreed) return tellSilent(seen, diagnosis);
  return find(CODES[diagnosis.fault], {
    fault: diagnosis.fault,
    title: titleOf(diagnosis),
    certainty: diagnosis.certainty,
    ...(diagnosis.reason === undefined ? {} : { reason: diagnosis.reason }),
    cause: `${diagnosis.explanation}.`,
    proof: [...chooseEvidence(diagnosis), ...tellClock(seen, diagnosis.fault)],
    next: [...listCommands(seen, diagnosis), { words: capitalise(diagnosis.help) }],
    notes: [
      ...diagnosis.also.map(
        (fault) => `A second fault would stop us as well: ${fault.replaceAll('-', ' ')}.`,
      ),
      ...tellRedisCli(diagnosis),
      ...tellLog(seen),
    ],
  });
}

const CODES: Readonly<Record<HandshakeFault, string>> = {
  'client-certificate-required': 'E604',
  'client-certificate-unknown-ca': 'E604',
  'client-certificate-expired': 'E604',
  'client-certificate-not-yet-valid': 'E604',
  'client-certificate-unsuitable': 'E604',
  'protocol-mismatch': 'E604',
  'no-shared-cipher': 'E604',
  'server-untrusted': 'E604',
  'server-expired': 'E604',
  'server-not-yet-valid': 'E604',
  'server-unsuitable': 'E604',
  'name-mismatch': 'E604',
  'plaintext-to-tls': 'E606',
  'tls-to-plaintext': 'E607',
  refused: 'E611',
  unreachable: 'E615',
  timeout: 'E612',
  reset: 'E613',
  'local-material': 'E617',
  unknown: 'E604',
};

function tellPlaintext({ subject, handshake }: Observations, reply: string): Diagnosis {
  return find('E607', {
    fault: 'tls-to-plaintext',
    cause: `${subject.node} does not speak TLS: it answers in plaintext.`,
    proof: [
      `the TLS handshake ended with ${handshake?.observation.errorCode ?? 'no answer'}`,
      `a plaintext QUIT on the same port is answered ${JSON.stringify(reply)}`,
    ],
    next: [
      { words: 'Find the TLS port (0: TLS is off)', command: 'CONFIG GET tls-port' },
      {
        words: 'Or speak plaintext, where the network in between is yours',
        command: `wardis doctor ${subject.words.replace('rediss://', 'redis://').replace(/ --.*$/, '')}`,
      },
    ],
  });
}

function tellSilent({ subject }: Observations, diagnosis: TlsDiagnosis): Diagnosis {
  return find('E612', {
    fault: 'silent',
    certainty: 'likely',
    cause: `${subject.node} accepts the connection and answers neither TLS nor plaintext: a server that hangs, or a filter that swallows what it does not know.`,
    proof: diagnosis.evidence,
    next: [
      {
        words: 'On its host: what the process does, and what listens',
        command: `ss -ltnp 'sport = :${portOf(subject)}'`,
      },
      { words: 'A slow link: wait longer', command: `wardis doctor ${subject.words} --connect-timeout 60` },
    ],
  });
}

/** Of a refusal of ours what concerns us, of a distrust what concerns the server. */
function chooseEvidence({ fault, evidence }: TlsDiagnosis): readonly string[] {
  const idle = fault.startsWith('client-')
    ? /^(?:server certificate|agreed on|checking it gives)/
    : fault.startsWith('server-') || fault === 'name-mismatch'
      ? /^(?:client certificate|the server asked|agreed on|answered)/
      : /^(?:client certificate|agreed on)/;
  return evidence.filter((line) => !idle.test(line));
}

/** With the reason, where it says more than the fault does. */
function titleOf({ fault, reason }: TlsDiagnosis): string {
  const words = (code: string): string => code.replaceAll('-', ' ').replace(/^ca\b/, 'CA');
  const more =
    reason === undefined || fault.endsWith(reason) || reason === 'ca-unknown' ? '' : `: ${words(reason)}`;
  return `${words(fault)}${more}`;
}

/** The message that brings people here, and that cannot be told from others. */
function tellRedisCli({ fault }: TlsDiagnosis): readonly string[] {
  if (!fault.startsWith('client-')) return [];
  return [
    'redis-cli shows this as "Error: Server closed the connection" or "Connection reset by peer", whatever is wrong with the certificate; the alert that tells is read here.',
  ];
}

/** What else the log holds. */
function tellLog({ handshake }: Observations): readonly string[] {
  return (handshake?.log?.others ?? []).map((line) => `In the log of the server: ${line}.`);
}

/** What the dates were compared with. */
function tellClock({ at, handshake }: Observations, fault: HandshakeFault): readonly string[] {
  switch (fault) {
    case 'client-certificate-expired':
    case 'client-certificate-not-yet-valid':
      return [
        `our clock says ${at.toISOString()}`,
        ...(handshake?.clock === undefined
          ? ["the server's clock could not be read from here; it is the one that counts"]
          : []),
      ];
    case 'server-expired':
    case 'server-not-yet-valid':
      return [`our clock says ${at.toISOString()}; it is the one that counts`];
    default:
      return [];
  }
}

function portOf({ endpoint }: Observations['subject']): number {
  return endpoint.kind === 'tcp' ? endpoint.port : 0;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
