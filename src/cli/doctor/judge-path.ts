/** Files, names, sockets and ports: everything below the first reply. */

import type { FleetErrorCode } from '../../fleet/index.ts';
import type { CertificateFact } from '../../tls/index.ts';
import type { Diagnosis, NextStep } from './diagnosis.ts';
import { find } from './finding.ts';
import type { Observations } from './observation.ts';

/** Our own PEM files cannot be used. */
export function judgeFiles({ files, subject }: Observations): Diagnosis | undefined {
  const problems = files?.problems ?? [];
  const [first] = problems;
  if (first === undefined) return undefined;
  return find('E617', {
    fault: `file-${first.kind}`,
    cause: `${first.file}: ${first.message}. No handshake was tried.`,
    proof: problems.map(({ file, message }) => `${file}: ${message}`),
    next: [
      ...problems.map(({ look }): NextStep => ({ words: 'Look at it', command: look })),
      { words: 'Then again', command: `wardis doctor ${subject.words}` },
    ],
  });
}

/** The name does not resolve, or no socket opens. */
export function judgePath(seen: Observations): Diagnosis | undefined {
  if (seen.name?.kind === 'failed') return judgeName(seen, seen.name.code);
  if (seen.socket?.kind !== 'failed') return undefined;
  return judgeCode(seen, seen.socket.code, seen.socket.message, 'connecting');
}

/** The socket opened, and the first words went wrong. */
export function judgePlaintext(seen: Observations): Diagnosis | undefined {
  const { stranger, port, subject } = seen;
  if (stranger?.kind !== 'failed') return undefined;
  const { code, message } = stranger;
  if (code === 'protected-mode' || code === 'max-clients') return judgeCode(seen, code, message, 'asking');
  if (port?.kind === 'tls') return judgeTlsPort(seen);
  if (port?.kind === 'other') {
    return find('E618', {
      fault: 'not-redis',
      cause: `Something else listens on ${subject.node}: it answers, but not in the Redis protocol.`,
      proof: [`a plaintext QUIT is answered ${JSON.stringify(port.reply)}`],
      next: whoListens(subject.endpoint),
    });
  }
  return judgeCode(seen, code, message, 'asking');
}

function judgeTlsPort({ port, subject, stranger }: Observations): Diagnosis {
  const inspection = port?.kind === 'tls' ? port.inspection : undefined;
  const asks = inspection?.askedForCertificate === true;
  const pair = asks ? ' --cert CLIENT.crt --key CLIENT.key' : '';
  return find('E606', {
    fault: 'plaintext-to-tls',
    cause: `${subject.node} is a TLS port, and it was spoken to in plaintext.`,
    proof: [
      stranger?.kind === 'failed' ? `plaintext HELLO: ${stranger.message}` : 'plaintext was cut off',
      `a TLS handshake on the same port is answered${inspection?.protocol === undefined ? '' : ` (${inspection.protocol})`}`,
    ],
    next: [
      {
        words: `Speak TLS, with the root certificate of its CA${describeRoot(inspection?.chain ?? [])}${asks ? ', and one of your own: the server asks for it' : ''}`,
        command: `wardis doctor ${subject.loginWords.replace('redis://', 'rediss://')} --cacert CA.crt${pair}`,
      },
    ],
  });
}

/** A server that sends its intermediates names the root; of one that sends a leaf alone only the issuer is known. */
function describeRoot(chain: readonly CertificateFact[]): string {
  const last = chain.at(-1);
  if (last === undefined) return '';
  if (chain.length === 1 && !last.selfSigned) return ` (${last.issuer} issued what it shows)`;
  return ` (${last.issuer})`;
}

function judgeName({ subject }: Observations, code: string): Diagnosis {
  const host = subject.endpoint.kind === 'tcp' ? subject.endpoint.host : '';
  const again = code === 'EAI_AGAIN' || code === 'TIMEOUT';
  return find('E614', {
    fault: again ? 'resolver-silent' : 'name-unknown',
    cause: again
      ? `No name server answered for ${host}: the resolver of this host, not the server, is the trouble.`
      : `No address is known for ${host} on this host: a wrong name, or a name of another network.`,
    proof: [`looking up ${host} ended with ${code}`],
    next: [
      { words: 'Ask the resolver', command: `getent hosts ${host}` },
      { words: 'In Kubernetes write the full name: SERVICE.NAMESPACE.svc.cluster.local' },
    ],
  });
}

/** A code of the fleet room as a diagnosis; `when` says how far it came. */
function judgeCode(
  seen: Observations,
  code: FleetErrorCode,
  message: string,
  when: 'connecting' | 'asking',
): Diagnosis {
  const { subject } = seen;
  const proof = [when === 'asking' ? `the connection opened, then: ${message}` : message];
  switch (code) {
    case 'refused':
      return judgeRefused(seen, proof);
    case 'timeout':
      return when === 'connecting' ? judgeNoAnswer(seen, proof) : judgeSilence(seen, proof);
    case 'protected-mode':
      return judgeProtected(seen);
    case 'max-clients':
      return find('E616', {
        fault: 'max-clients',
        cause: `${subject.node} holds as many clients as it may (maxclients), and refuses every further one.`,
        proof: ['the server sent "ERR max number of clients reached" before anything was asked'],
        next: [
          { words: 'On a connection that is still open: who holds them', command: 'CLIENT LIST' },
          { words: 'How many there are, and may be', command: 'INFO clients' },
          { words: 'End the forgotten ones by themselves (seconds)', command: 'CONFIG SET timeout 300' },
        ],
      });
    case 'unreachable':
      return judgeUnreachable(seen, proof);
    case 'reset':
    case 'closed':
      return judgeCut(seen, proof);
    case 'dns':
      return judgeName(seen, 'unknown');
    case 'protocol':
    case 'too-large':
      return find(code === 'protocol' ? 'E618' : 'E619', {
        fault: code === 'protocol' ? 'not-redis' : 'too-large',
        cause: `What listens on ${subject.node} does not answer as Redis or Valkey does.`,
        proof,
        next: whoListens(subject.endpoint),
      });
    case 'local-material':
      return find('E617', { fault: 'file-unreadable', cause: message, proof, next: [] });
    case 'plaintext-to-tls':
      return judgeTlsPort(seen);
    case 'tls-to-plaintext':
    case 'tls-handshake':
    case 'tls-untrusted':
      return find(code === 'tls-to-plaintext' ? 'E607' : 'E604', {
        fault: code,
        certainty: 'likely',
        cause: message,
        proof,
        next: [],
      });
    case 'wrongpass':
    case 'noauth':
      return find(code === 'noauth' ? 'E601' : 'E603', { fault: code, cause: message, proof, next: [] });
  }
}

function judgeRefused({ subject }: Observations, proof: readonly string[]): Diagnosis {
  const { endpoint } = subject;
  if (endpoint.kind === 'unix') {
    return find('E611', {
      fault: 'no-socket',
      cause: `Nothing listens on the socket ${endpoint.path}: the server does not run, or has another unixsocket.`,
      proof,
      next: [{ words: 'Which sockets there are', command: 'ss -lx' }],
    });
  }
  return find('E611', {
    fault: 'refused',
    cause: `The host answers, and nothing listens on port ${endpoint.port} at that address: the server does not run, has another port or bind, or a firewall refuses in its name.`,
    proof,
    next: whoListens(endpoint),
  });
}

function judgeNoAnswer({ subject }: Observations, proof: readonly string[]): Diagnosis {
  const { endpoint, connectMs } = subject;
  const host = endpoint.kind === 'tcp' ? endpoint.host : '';
  return find('E612', {
    fault: 'no-answer-to-dial',
    certainty: 'likely',
    cause: `The network swallows the connection: a firewall or security group drops it without a word, or the address belongs to nobody. A server that refused would have said so at once.`,
    proof: [...proof, `no answer of any kind for ${connectMs} ms`],
    next: [
      {
        words: 'From a host in the same network as the server: does it answer there?',
        command: `wardis doctor ${subject.words}`,
      },
      { words: 'Where the way ends', command: `traceroute ${host}` },
    ],
  });
}

function judgeSilence({ subject, port }: Observations, proof: readonly string[]): Diagnosis {
  const both =
    port?.kind === 'silent' ? ['plaintext and TLS were tried on the port; neither was answered'] : [];
  return find('E612', {
    fault: 'silent',
    certainty: 'likely',
    cause: `${subject.node} accepts the connection and says nothing: a server that hangs (a slow command, a script, swapping, SIGSTOP), or no Redis at all. The kernel accepts connections for a process that hangs.`,
    proof: [...proof, ...both],
    next: [
      ...whoListens(subject.endpoint),
      {
        words: 'A slow link or a slow command: wait longer',
        command: `wardis doctor ${subject.words} --command-timeout 60`,
      },
    ],
  });
}

function judgeCut({ subject, port }: Observations, proof: readonly string[]): Diagnosis {
  const tls = port?.kind === 'silent' ? ['TLS was tried on the port and was cut off as well'] : [];
  return find('E613', {
    fault: 'cut',
    certainty: 'likely',
    cause: `${subject.node} accepts the connection and cuts it without a word: a proxy or load balancer with no server behind it, a filter that forbids our address, or a server that is going down.`,
    proof: [...proof, ...tls],
    next: [
      { words: 'The log of the server at this minute, at loglevel verbose' },
      { words: 'Past the proxy, straight at the server', command: 'wardis doctor redis://SERVER:6379' },
    ],
  });
}

function judgeUnreachable({ subject }: Observations, proof: readonly string[]): Diagnosis {
  const { endpoint } = subject;
  if (endpoint.kind === 'unix') {
    return find('E615', {
      fault: 'socket-forbidden',
      certainty: 'likely',
      cause: `The socket ${endpoint.path} is there, and its file permissions, or those of a directory above it, keep this user out.`,
      proof,
      next: [
        { words: 'Who may', command: `ls -l ${endpoint.path}` },
        { words: 'Let a group in (the server reads this at start)', command: 'unixsocketperm 770' },
      ],
    });
  }
  return find('E615', {
    fault: 'no-route',
    cause: `This host has no way to ${endpoint.host}: no route, or no address of that family.`,
    proof,
    next: [{ words: 'Which way it would go', command: `ip route get ${endpoint.host}` }],
  });
}

function judgeProtected({ subject, socket }: Observations): Diagnosis {
  const from = socket?.kind === 'open' && socket.address !== undefined ? ` at ${socket.address}` : '';
  const port = subject.endpoint.kind === 'tcp' ? subject.endpoint.port : 6379;
  return find('E605', {
    fault: 'protected-mode',
    cause: `The user default of ${subject.node} has no password (nopass), so protected mode refuses every client that does not come over loopback, also one with a right password.`,
    proof: [`the server${from} sent "DENIED" before anything was asked, and closed`],
    next: [
      { words: 'On the host of the server: see who is who', command: `redis-cli -p ${port} ACL LIST` },
      {
        words: 'There: one password for everybody (the least change; then CONFIG REWRITE)',
        command: `redis-cli -p ${port} CONFIG SET requirepass PASSWORD`,
      },
      { words: 'Better: named users, and default off', command: 'wardis harden --level standard' },
    ],
    notes: ['Switching protected mode off instead opens the server to everybody who can reach it.'],
  });
}

function whoListens(endpoint: Observations['subject']['endpoint']): readonly NextStep[] {
  if (endpoint.kind === 'unix')
    return [{ words: 'Which process holds it', command: `ss -lxp src ${endpoint.path}` }];
  return [
    {
      words: 'On that host: who listens there, at which address',
      command: `ss -ltnp 'sport = :${endpoint.port}'`,
    },
  ];
}
