/** The judgement: from what was seen to one named cause, with its proof and the next commands. Pure. */

import { judgeDenial } from './judge-denial.ts';
import { judgeHandshake } from './judge-handshake.ts';
import { judgeLogin, judgePing } from './judge-login.ts';
import { judgeFiles, judgePath, judgePlaintext } from './judge-path.ts';
import type { Observations } from './observation.ts';

export interface Diagnosis {
  /** `healthy`: nothing stands in the way; `undetermined`: something does, and it could not be named. */
  readonly outcome: 'healthy' | 'found' | 'undetermined';
  /** Published code (`wardis explain E603`), or `OK`. */
  readonly code: string;
  readonly name: string;
  /** Finer than the code: `client-certificate-expired`. */
  readonly fault: string;
  /** Finer than the fault, where it is known: `ca-expired`, `server-clock-ahead`. */
  readonly reason?: string;
  /** `proved`: no other cause gives these facts; `likely`: the usual one of several. */
  readonly certainty: 'proved' | 'likely';
  readonly title: string;
  readonly cause: string;
  readonly proof: readonly string[];
  readonly next: readonly NextStep[];
  /** What else deserves a look. */
  readonly notes: readonly string[];
}

/** What to do: in words, and as a command where there is one. */
export interface NextStep {
  readonly words: string;
  readonly command?: string;
}

/** The first thing that stands in the way, from the bottom up. */
export function diagnose(seen: Observations): Diagnosis {
  return (
    judgeFiles(seen) ??
    judgePath(seen) ??
    judgeHandshake(seen) ??
    judgePlaintext(seen) ??
    judgeLogin(seen) ??
    judgePing(seen) ??
    judgeDenial(seen) ??
    judgeHealthy(seen)
  );
}

function judgeHealthy(seen: Observations): Diagnosis {
  const { session, subject, login, denied, stranger, handshake } = seen;
  if (session === undefined) return giveUp(seen);
  const how =
    subject.transport === 'tls' ? 'by TLS' : subject.transport === 'unix' ? 'by socket' : 'in plaintext';
  const notes: string[] = [];
  if (login?.kind === 'not-wanted') {
    notes.push(
      'The server wants no password from the user default, and ignored yours. Anyone who reaches it is in: wardis audit',
    );
  } else if (login?.kind === 'ok' && stranger?.kind === 'open') {
    notes.push('The server also answers without any login: wardis audit');
  } else if (login === undefined && subject.certFile === undefined) {
    notes.push('No login was asked for: anyone who reaches this server is in. See wardis audit');
  }
  if (subject.verify === 'none' && handshake?.diagnosis !== undefined) {
    notes.push(`--insecure hides a fault: ${handshake.diagnosis.explanation}.`);
  }
  if (session.ping.kind === 'refused') {
    notes.push(
      `The login works, but the user ${session.user} may not run PING, which most client libraries send.`,
    );
  }
  if (denied?.unlookedAt !== undefined) notes.push(`Not judged here: ${denied.unlookedAt}.`);
  if (denied?.writes === 'yes' && session.greeting?.role === 'replica') {
    notes.push('This is a replica: it answers every write with READONLY. Write to its primary.');
  }
  const allowed = denied !== undefined && denied.shown !== '';
  return {
    outcome: 'healthy',
    code: 'OK',
    name: 'HEALTHY',
    fault: 'none',
    certainty: 'proved',
    title: allowed
      ? `the user ${session.user} may run ${denied.shown}`
      : `the connection works ${how} as the user ${session.user}`,
    cause: allowed
      ? `Nothing in the rules of the user ${session.user} stands in the way of ${denied.shown}. If it was denied, it was for another user, another database or other arguments, or the rules have changed since.`
      : `Nothing stands in the way: the server answers ${how}, and we are the user ${session.user}.`,
    proof: [],
    next: allowed ? [{ words: 'On the server: who was denied what, and when', command: 'ACL LOG 10' }] : [],
    notes,
  };
}

function giveUp(seen: Observations): Diagnosis {
  const last = seen.steps.findLast(({ result }) => result === 'failed') ?? seen.steps.at(-1);
  return {
    outcome: 'undetermined',
    code: 'E699',
    name: 'UNDETERMINED',
    fault: 'unknown',
    certainty: 'likely',
    title: 'the cause could not be named',
    cause: 'Something stands in the way that none of the tries below explains.',
    proof: last === undefined ? [] : [`${last.name}: ${last.detail}`],
    next: [
      { words: 'Read the log of the server at that minute, at loglevel verbose' },
      { words: 'Try from the host of the server itself', command: `wardis doctor ${seen.subject.words}` },
    ],
    notes: [],
  };
}
