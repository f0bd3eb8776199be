/** A revocation in words: what would be done and what speaks against it, and what was done and proved. */

import { basename, join, relative } from 'node:path';
import type {
  AlsoKnown,
  NodeEvidence,
  NodeReceipt,
  NodeStanding,
  Objection,
  Prospect,
} from '../../change/index.ts';
import { padTo, safeText, widthOf } from '../../text/index.ts';
import { alsoKnownLines, isUnread, reasonWords, some, spellName } from './receipt-words.ts';
import type { RevokeRequest } from './user-revoke-request.ts';
import type { RevokeResult } from './user-revoke.ts';

/** Rows of a table that are shown; the rest is counted. */
const ROWS_MAX = 40;
const LABEL_WIDTH = 13;
/** Objections of one kind that are spelled out. */
const OBJECTIONS_MAX = 2;

/** What would be done. `asks`: a question follows; `shows`: this is all; `nobody`: no node knows the user. */
export function prospectLines(
  request: RevokeRequest,
  prospect: Prospect,
  objections: readonly Objection[],
  mode: 'asks' | 'shows' | 'nobody',
): readonly string[] {
  const { user, options } = request;
  const total = prospect.nodes.length + prospect.missing.length;
  const found = options.nodes.length > total ? options.nodes.length : total;
  const blocked = objections.length > 0;
  if (mode === 'nobody') {
    const head = `nobody is called ${safeText(user)} on ${count(found, 'node')}; nothing was touched`;
    return [head, ...table(user, prospect.nodes, options.nodes), ...labelled('not seen', options.notSeen)];
  }
  return [
    `would revoke ${safeText(user)} on ${count(found, 'node')}; nothing was touched`,
    ...table(user, prospect.nodes, options.nodes),
    ...labelled(
      'no answer',
      prospect.missing.map(({ node, detail }) => `${withNode(node, detail)}${waitHint(detail)}`),
    ),
    ...labelled('not seen', options.notSeen),
    ...labelled('also knows', describeAlsoKnown(prospect.alsoKnown)),
    ...(request.options.inventory.state === 'unreadable'
      ? labelled('also knows', [
          'issued certificates could not be looked up: tls/inventory.json cannot be read',
        ])
      : []),
    ...labelled('refused', objectionLines(objections)),
    ...labelled('then', [planWords(request)]),
    ...(mode === 'asks'
      ? []
      : labelled('do it', [
          `${request.commandLine}${blocked && isForceable(objections) ? ' --force' : ''} --yes`,
        ])),
  ];
}

/** What was done, as the receipt has it. */
export function resultLines(request: RevokeRequest, result: RevokeResult): readonly string[] {
  const { report, path, key, stateFolder } = result;
  const { receipt } = report;
  const all = receipt.nodes.length;
  const evidence = receipt.nodes.flatMap((node) => (node.evidence === null ? [] : [node.evidence]));
  const open = receipt.nodes.filter(({ outcome }) => outcome === 'not-revoked');
  const pending = receipt.nodes.filter(({ outcome }) => outcome === 'pending');
  const cut = evidence.filter(({ account }) => account.state !== 'on').length;
  return [
    ...labelled('cut off', [`${cut}/${all} nodes in ${seconds(report.cutMs)}     off, password gone`]),
    ...labelled('sessions', [sessionWords(evidence, report.quietMs)]),
    ...labelled('deleted', [deletedWords(receipt.account, evidence, all)]),
    ...labelled('proved', [provedWords(receipt.user, evidence, all)]),
    ...labelled('also knows', describeAlsoKnown(receipt.alsoKnown)),
    ...labelled('NOT REVOKED', open.map(nodeWords)),
    ...labelled('pending', pending.map(nodeWords)),
    ...labelled('not seen', receipt.notSeen),
    ...labelled('overridden', receipt.forced),
    ...(receipt.revoked ? [] : labelled('finish', [finishWords(request, report)])),
    ...labelled('receipt', [`${shownPath(path)} (ed25519 ${key.id})`]),
    ...(key.made
      ? labelled('key', [
          `a key to sign receipts was made: ${shownPath(join(stateFolder, 'receipt.key'))}`,
          `keep ${shownPath(join(stateFolder, 'receipt.pub'))} where receipts are checked`,
        ])
      : []),
  ];
}

/** Going on finds no more Sentinels than before: they must be named first. */
function finishWords(request: RevokeRequest, { receipt }: RevokeResult['report']): string {
  const again = `${request.commandLine} --resume --yes`;
  const isOnlySentinels =
    receipt.nodes.every(({ outcome }) => outcome !== 'pending' && outcome !== 'not-revoked') &&
    receipt.notSeen.length > 0 &&
    receipt.notSeen.every((note) => SENTINELS_UNSEEN.test(note));
  return isOnlySentinels
    ? `add sentinel.seeds and sentinel.auth to the fleet in the policy, or name one Sentinel; then ${again}`
    : again;
}

/** As finding the nodes says it of Sentinels that nobody named. */
const SENTINELS_UNSEEN = /^(?:a Sentinel watches|\d+ Sentinels watch) \S+, and none is among the seeds/;

/** What speaks against it, as sentences; the same at many nodes is said once. */
export function objectionLines(objections: readonly Objection[]): readonly string[] {
  const groups = new Map<string, Objection[]>();
  for (const each of objections) groups.set(each.code, [...(groups.get(each.code) ?? []), each]);
  return [...groups.values()].flatMap((group) => {
    const more = group.length - OBJECTIONS_MAX;
    const lines = group.slice(0, OBJECTIONS_MAX).map(({ message }) => safeText(message));
    return more > 0 ? [...lines, `and the like at ${count(more, 'more node')}`] : lines;
  });
}

function describeAlsoKnown(known: readonly AlsoKnown[]): readonly string[] {
  const next = known.map((each) => {
    switch (each.kind) {
      case 'same-password':
        return ` → wardis user rotate ${safeText(each.user)}`;
      case 'no-password-needed':
        return ' → anybody who can connect may use it';
      case 'same-address':
        return '';
      case 'look-alike':
        return ` → wardis user revoke ${spellName(each.user)}`;
      case 'certificate':
        return each.nodes.length === 0 ? '' : ' → it is a login of its own; it does not end with the user';
    }
  });
  return alsoKnownLines({ alsoKnown: [...known] }).map((line, at) => `${line}${next[at] ?? ''}`);
}

function table(
  user: string,
  nodes: readonly NodeStanding[],
  places: RevokeRequest['options']['nodes'],
): readonly string[] {
  const roles = new Map(places.map(({ id, role }) => [id, role]));
  const rows = nodes.map(({ node, standing }) => {
    const account = standing.accounts.find(({ name }) => name === user);
    const own = standing.sessions.filter((session) => session.user === user);
    const state =
      account === undefined
        ? 'no such user'
        : `${account.enabled ? 'on' : 'off'}, ${account.nopass ? 'no password needed' : count(account.hashes.length, 'password')}`;
    return [
      safeText(node),
      roles.get(node) ?? '',
      state,
      own.length === 0 ? 'no session' : sessionsFrom(own.map(({ address }) => address)),
    ];
  });
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))));
  const shown = rows.slice(0, ROWS_MAX).map((row) => {
    const cells = row.map((cell, column) => padTo(cell, widths[column] ?? 0));
    return `  ${cells.join('  ').trimEnd()}`;
  });
  return rows.length > ROWS_MAX ? [...shown, `  and ${rows.length - ROWS_MAX} more nodes`] : shown;
}

function planWords({ options }: RevokeRequest): string {
  const last =
    options.account === 'delete'
      ? 'delete it, save users, prove it on each node'
      : 'leave it off without a password, save users, prove it on each node';
  return `off, resetpass and CLIENT KILL on all nodes at once; ${last}`;
}

function sessionWords(evidence: readonly NodeEvidence[], quietMs: number): string {
  const ended = sum(evidence.map(({ sessions }) => sessions.ended));
  const left = sum(evidence.map(({ sessions }) => sessions.left));
  const seen = evidence.flatMap(({ sessions }) => sessions.seen);
  const from = seen.length === 0 ? '' : ` (${hosts(seen)})`;
  return `${ended} ended${from}, ${left} left${ended === 0 ? '' : ` after ${seconds(quietMs)}`}`;
}

function deletedWords(wanted: 'delete' | 'keep-off', evidence: readonly NodeEvidence[], all: number): string {
  const kept = evidence.filter(({ oldSecret }) => oldSecret.hash !== 'no-users');
  const gone = kept.filter(({ account }) => account.state === 'absent').length;
  const off = evidence.filter(({ account }) => account.state === 'off').length;
  const answered = kept.filter(isUnread).length;
  const saved = kept.filter(({ persistence }) => persistence.state === 'saved').length - answered;
  const none = kept.filter(({ persistence }) => persistence.state === 'no-file').length;
  const account = wanted === 'delete' ? `${gone}/${all}` : `kept, off ${off + gone}/${all}`;
  return [
    account,
    ...usersWords(evidence.length - kept.length),
    ...(saved > 0 || answered === 0 ? [`saved ${saved}/${all}`] : []),
    ...(answered === 0 ? [] : [`the server answered OK to saving ${answered}/${all} (file not read back)`]),
    ...(none === 0 ? [] : [`${none} without a file: a restart forgets users`]),
  ].join(', ');
}

function provedWords(user: string, evidence: readonly NodeEvidence[], all: number): string {
  const refused = evidence.filter(({ oldSecret }) => oldSecret.login === 'refused').length;
  const tried = evidence.some(({ oldSecret }) => oldSecret.login !== 'not-tried');
  const gone = evidence.filter(({ oldSecret }) => oldSecret.hash === 'gone').length;
  const hashless = evidence.filter(({ oldSecret }) => oldSecret.hash === 'none-known').length;
  const userless = evidence.filter(({ oldSecret }) => oldSecret.hash === 'no-users').length;
  const empty = evidence.filter(({ sessions }) => sessions.left === 0).length;
  const broken = evidence.filter(
    ({ replication }) => replication.before === 'up' && replication.after !== 'up',
  ).length;
  return [
    tried
      ? `old secret refused ${refused}/${all}`
      : [
          `old secret not known here; its hash is gone ${gone}/${all}`,
          ...(hashless === 0 ? [] : [`${hashless} had none`]),
          ...usersWords(userless),
        ].join(', '),
    `nobody logged in as ${safeText(user)} ${empty}/${all}`,
    broken === 0 ? 'replication as before' : `REPLICATION DOWN on ${broken}`,
  ].join(' · ');
}

/** Sentinels of Redis 6.0. */
function usersWords(nodes: number): readonly string[] {
  return nodes === 0 ? [] : [`${nodes} ${nodes === 1 ? 'has' : 'have'} no users`];
}

/** What ends a wait that does not end by itself; empty where nothing is known. */
export function waitHint(detail: string): string {
  return /: BUSY /.test(detail)
    ? ' → SCRIPT KILL there ends the script (FUNCTION KILL a function), unless it has written'
    : '';
}

function nodeWords({ node, open, detail, evidence }: NodeReceipt): string {
  const why = evidence !== null || detail === '' ? reasonWords(open) : detail;
  return `${withNode(node, why)}${evidence === null ? waitHint(detail) : ''}`;
}

/** Most messages name the node already. */
function withNode(node: string, text: string): string {
  return safeText(text.includes(node) ? text : `${node}  ${text}`);
}

function isForceable(objections: readonly Objection[]): boolean {
  return objections.every(({ insist }) => insist === 'force');
}

function sessionsFrom(addresses: readonly string[]): string {
  return `${count(addresses.length, 'session')} (${hosts(addresses)})`;
}

/** `10.0.1.7, 10.0.1.9 ×2` */
function hosts(addresses: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const address of addresses) {
    const host = address.replace(/:\d+$/, '');
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  return some([...counts].map(([host, times]) => (times === 1 ? host : `${host} ×${times}`)));
}

/** The label stands before the first line only. */
function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => `${(at === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}`);
}

function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return safeText(near.startsWith('..') ? path : near === '' ? basename(path) : near);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
