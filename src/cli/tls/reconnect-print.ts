/** What `wardis tls reconnect` says: what would be done, and what came of it. */

import { RECONNECT_STAGES } from '../../change/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { Look } from '../terminal.ts';
import { foldLines } from './clients-fold.ts';
import { REVOCATION_WORDS } from './clients-words.ts';
import type { PreparedNode } from './reconnect-nodes.ts';
import type { Outcome, Prospect } from './reconnect.ts';

const USERS_SHOWN_MAX = 8;
const DIGITS_SHOWN = 12;

export function describeProspect(prospect: Prospect, look: Look): string {
  const { request, choice, nodes, fleet, compared } = prospect;
  const { chosen, linksLeft } = choice;
  const seconds = Math.ceil(chosen.length / request.perSecond);
  const pace = chosen.length === 0 ? '' : `, ${printRate(request.perSecond)}: about ${seconds} s`;
  const lines = [
    `${request.words}: ${count(chosen.length, 'connection')}${pace}`,
    ...nodes.flatMap((node) => describeNode(node, compared.has(node.id) ? 'compared' : 'unseen')),
    ...(linksLeft === 0
      ? []
      : [`left alone: ${count(linksLeft, 'link')} of replicas and Sentinels (--links)`]),
    ...(nodes.length === 0
      ? [
          fleet.nodes.length === 0
            ? 'no server could be read: nothing is done'
            : 'no server here speaks TLS: there is no handshake to make anew',
        ]
      : [
          `first: CONFIG SET tls-cert-file to what it is, at ${count(nodes.length, 'node')}; each reads its files anew and ends resumption`,
          'then: connections are ended; it stops when handshakes of our own stay slow',
        ]),
    ...unreadOf(prospect),
    ...(fleet.topology.nodes.some(({ role }) => role === 'sentinel') ? [SENTINELS] : []),
  ];
  return foldLines(lines, look.columns);
}

export function describeOutcome(prospect: Prospect, outcome: Outcome, look: Look): string {
  const { report, witnesses, back } = outcome;
  const { done, left, failed, skipped } = tally(outcome);
  const said = (word: string): number => witnesses.filter((each) => each.said === word).length;
  const proof = [
    ...(said('refused') > 0 ? [`proved by ${count(said('refused'), 'session')} of our own from before`] : []),
    ...(said('resumed') > 0
      ? [`NOT ENDED: ${count(said('resumed'), 'session')} of our own could be resumed`]
      : []),
    ...(witnesses.length === said('unknown') ? ['not proved: we had no session to try'] : []),
  ];
  const lines = [
    '',
    `resumption   ended at ${count(reloaded(outcome), 'node')} of ${prospect.nodes.length}; ${proof.join('; ')}`,
    `connections  ${done} ended${left === 0 ? '' : `, ${left} not`}; ${back} of the same users are back from the same places`,
    ...failed,
    ...(skipped === 0 ? [] : [`${count(skipped, 'step')} not begun`]),
    ...unreadOf(prospect),
    `run          ${report.run.id}: ${report.outcome}`,
    ...REVOCATION_WORDS.map((words) => `note: ${words}`),
  ];
  return foldLines(lines, look.columns);
}

export function printProspect(prospect: Prospect): string {
  return `${printSafeJson({ schemaVersion: '1', ...prospectAsData(prospect) }, 2)}\n`;
}

export function printOutcome(prospect: Prospect, outcome: Outcome): string {
  const { report, witnesses, back } = outcome;
  const { done, left } = tally(outcome);
  const said = {
    schemaVersion: '1',
    ...prospectAsData(prospect),
    run: {
      id: report.run.id,
      outcome: report.outcome,
      steps: report.steps.map(({ step, state, detail }) => ({
        id: step.id,
        node: step.node,
        kind: step.kind,
        state,
        ...(detail === undefined ? {} : { detail }),
      })),
    },
    ended: done,
    left,
    back,
    witnesses,
  };
  return `${printSafeJson(said, 2)}\n`;
}

const SENTINELS =
  'Sentinels read their TLS files only when they start: what they let be resumed, and who is connected to them, stays.';

function prospectAsData({ request, choice, nodes, fleet }: Prospect): Readonly<Record<string, unknown>> {
  return {
    whom: request.words,
    perSecond: request.perSecond,
    linksLeft: choice.linksLeft,
    nodes: nodes.map(({ id, tlsPort, serves, resumption, usualMs, handshakeMsMax, chosen }) => ({
      node: id,
      tlsPort,
      ...(serves === undefined ? {} : { serves: serves.after }),
      resumption,
      ...(usualMs === undefined ? {} : { handshakeMs: { usual: usualMs, max: handshakeMsMax } }),
      connections: chosen.map(({ session, link }) => ({
        id: session.id,
        user: session.user,
        address: session.address,
        link,
      })),
    })),
    unread: fleet.unread.map(({ node, why }) => ({ node, why })),
    notes: REVOCATION_WORDS,
  };
}

function describeNode(node: PreparedNode, file: 'compared' | 'unseen'): readonly string[] {
  const { id, chosen, serves, tlsPort, usualMs, handshakeMsMax, resumption } = node;
  const users = new Map<string, number>();
  for (const { session } of chosen) users.set(session.user, (users.get(session.user) ?? 0) + 1);
  const named = [...users].slice(0, USERS_SHOWN_MAX).map(([user, times]) => `${user} (${times})`);
  const rest = users.size - named.length;
  const who =
    chosen.length === 0 ? 'none' : `${named.join(', ')}${rest > 0 ? ` and ${rest} users more` : ''}`;
  const shows =
    serves === undefined
      ? `port ${tlsPort} shows nothing from here, so what it serves afterwards is not checked`
      : `port ${tlsPort} shows ${serves.after.slice(0, DIGITS_SHOWN)}, ${file === 'compared' ? 'its file holds it' : 'its file was not looked at'}, and it must show it afterwards`;
  const pace =
    usualMs === undefined ? '' : `; a handshake takes ${usualMs} ms, slow is more than ${handshakeMsMax} ms`;
  return [`  ${id}: ${who}`, `    ${shows}; resumption ${resumption}${pace}`];
}

function unreadOf({ fleet }: Prospect): readonly string[] {
  return fleet.unread.map(({ node, why }) => `not reached, and not done: ${node}: ${why}`);
}

function reloaded({ report }: Outcome): number {
  return report.steps.filter(({ step, state }) => step.kind === 'reload-tls' && state === 'done').length;
}

function tally({ report }: Outcome): {
  readonly done: number;
  readonly left: number;
  readonly failed: readonly string[];
  readonly skipped: number;
} {
  const mine = report.steps.filter(({ step }) => step.stage === RECONNECT_STAGES.clients);
  const idsOf = (states: readonly string[]): number =>
    mine
      .filter(({ state }) => states.includes(state))
      .reduce((sum, { step }) => sum + (step.kind === 'reconnect-clients' ? (step.ids?.length ?? 0) : 0), 0);
  const done = idsOf(['done', 'unneeded']);
  const failed = report.steps
    .filter(({ state }) => state === 'failed' || state === 'pending')
    .map(({ step, state, detail }) => `${state}: ${step.node}: ${detail ?? step.kind}`);
  const skipped = report.steps.filter(({ state }) => state === 'skipped' || state === 'planned').length;
  const all = mine.reduce(
    (sum, { step }) => sum + (step.kind === 'reconnect-clients' ? (step.ids?.length ?? 0) : 0),
    0,
  );
  return { done, left: all - done, failed, skipped };
}

function printRate(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond} a second` : `${Math.round(perSecond * 600) / 10} a minute`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
