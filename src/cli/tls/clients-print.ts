/** What `wardis tls clients` says in a terminal. */

import type { Look } from '../terminal.ts';
import type { NodeFacts } from './clients-facts.ts';
import type { ClientFleet } from './clients-fleet.ts';
import { foldLines } from './clients-fold.ts';
import { isOver, type ClientAnswer, type ClientGroup } from './clients-group.ts';
import { REVOCATION_WORDS } from './clients-words.ts';

/** JSON has all of them. */
const GROUPS_SHOWN_MAX = 200;
const PLACES_SHOWN_MAX = 5;
const ENTRIES_SHOWN_MAX = 3;
const INDENT = '    ';

export function describeClients(
  fleet: ClientFleet,
  facts: readonly NodeFacts[],
  groups: readonly ClientGroup[],
  look: Look,
): string {
  const shown = groups.slice(0, GROUPS_SHOWN_MAX);
  const lines = [
    ...(facts.length === 0 ? [] : [...describeServers(facts), '']),
    ...shown.flatMap((group) => describeGroup(group, look)),
    ...(groups.length > shown.length ? [`and ${groups.length - shown.length} more: --json has all`] : []),
    ...(groups.length === 0 && facts.length > 0 ? ['nobody is connected but ourselves'] : []),
    '',
    ...fleet.unread.map(({ node, why }) => `not read: ${node}: ${why}`),
    ...fleet.topology.notes.map((note) => `note: ${note}`),
    `note: servers do not tell the certificate of a connection; ${describeInventory(fleet)}`,
    ...REVOCATION_WORDS.map((words) => `note: ${words}`),
    ...describeNext(groups),
  ];
  return foldLines(lines, look.columns);
}

function describeServers(facts: readonly NodeFacts[]): readonly string[] {
  const sum = (part: keyof NodeFacts['connections']): number =>
    facts.reduce((total, { connections }) => total + connections[part], 0);
  const unclear = sum('unclear') === 0 ? '' : `, ${sum('unclear')} of which it is not known`;
  const speaking = facts.filter(({ tlsPorts }) => tlsPorts.length > 0);
  const expiring = facts.filter(({ ownExpiresInSeconds = Infinity }) => ownExpiresInSeconds < WEEK_SECONDS);
  return [
    `${count(facts.length, 'node')}, ${count(sum('tls'), 'connection')} by TLS, ${sum('without')} without${unclear}`,
    `client certificates  ${tally(speaking, ({ certificates }) => certificates)}`,
    `certificates log in  ${tally(speaking, ({ login }) => (login === 'off' ? 'no' : login === 'unknown' ? 'not known' : `by ${login}`))}`,
    `resumption           ${tally(speaking, describeResumption)}`,
    ...(speaking.some(({ resumption }) => resumption.kind === 'on') ? [RESUMPTION_WORDS] : []),
    ...expiring.map(
      ({ node, ownExpiresInSeconds = 0 }) =>
        `${node} itself shows others a certificate that ${ownExpiresInSeconds > 0 ? `ends in ${Math.ceil(ownExpiresInSeconds / 3600)} h` : 'is over'}`,
    ),
  ];
}

const WEEK_SECONDS = 7 * 86_400;
const RESUMPTION_WORDS = `${INDENT}a resumed session shows no certificate: an expired one gets back in by it, under TLS 1.2 for that long, under TLS 1.3 without end where it comes more often than that; wardis tls reconnect ends it`;

function describeResumption({ resumption }: NodeFacts): string {
  switch (resumption.kind) {
    case 'on':
      return `on (${resumption.seconds} s)`;
    case 'off':
      return 'off (clients that resume all the same are cut off)';
    case 'unknown':
      return 'not known';
  }
}

/** `required on 2, off on 1`. */
function tally(facts: readonly NodeFacts[], word: (facts: NodeFacts) => string): string {
  if (facts.length === 0) return 'no node speaks TLS';
  const counts = new Map<string, number>();
  for (const each of facts) counts.set(word(each), (counts.get(word(each)) ?? 0) + 1);
  return counts.size === 1
    ? [...counts.keys()].join('')
    : [...counts].map(([said, number]) => `${said} on ${number}`).join(', ');
}

function describeGroup(group: ClientGroup, look: Look): readonly string[] {
  const { answer, user, link, entries, dropped, sights } = group;
  const of = link === 'none' ? 'connection' : `${link} link`;
  const head = `${mark(answer, look)} ${TITLES[answer.kind]}  user ${user}: ${count(sights.length, of)}, ${placesOf(group)}`;
  const named = entries.slice(0, ENTRIES_SHOWN_MAX).map((entry) => {
    const { subject, serial, notAfter, revoked, supersededBy, fingerprintSha256 } = entry;
    const marks = [
      ...(revoked === undefined ? [] : [`revoked ${revoked.at}`]),
      ...(supersededBy === undefined ? [] : ['superseded']),
      ...(dropped?.includes(fingerprintSha256) === true ? ['of an authority that is trusted no more'] : []),
    ];
    return `${INDENT}${[`${subject}, serial ${serial}, to ${notAfter}`, ...marks].join(', ')}`;
  });
  const more = entries.length - named.length;
  return [
    head,
    ...named,
    ...(more > 0 ? [`${INDENT}and ${more} more of that name`] : []),
    `${INDENT}${explain(answer)}`,
  ];
}

const TITLES: Readonly<Record<ClientAnswer['kind'], string>> = {
  revoked: 'REVOKED',
  expired: 'EXPIRED',
  dropped: 'TRUSTED NO MORE',
  'perhaps-dropped': 'PERHAPS TRUSTED NO MORE',
  elapsed: 'NOT KNOWN',
  'perhaps-expired': 'PERHAPS EXPIRED',
  old: 'PERHAPS EXPIRED',
  due: 'DUE',
  'perhaps-due': 'PERHAPS DUE',
  unknown: 'NOT KNOWN',
  valid: 'VALID',
  'no-certificate': 'NO CERTIFICATE',
};

function mark({ kind }: ClientAnswer, { unicode }: Look): string {
  if (kind === 'revoked' || kind === 'expired') return unicode ? '✗' : 'x';
  if (kind === 'valid' || kind === 'no-certificate') return unicode ? '✓' : '-';
  return kind === 'unknown' || kind === 'elapsed' ? '?' : '!';
}

const CERTAINTY = {
  login:
    'sure, as far as the inventory has all of that name: the server logs this user in by certificate, and it has no password',
  'login-or-password':
    'likely: the server logs this user in by certificate; it has a password too, and may have come by that',
  name: 'likely: the certificate has the name of the user; the server does not compare them',
  address: 'likely: a certificate of a node for the address that it comes from',
} as const;

function explain(answer: ClientAnswer): string {
  switch (answer.kind) {
    case 'revoked':
    case 'expired':
    case 'due':
    case 'valid':
      return CERTAINTY[answer.by];
    case 'dropped':
      return `${CERTAINTY[answer.by]}; of an authority that is trusted no more: it could not come back with it`;
    case 'perhaps-expired':
    case 'perhaps-dropped':
    case 'perhaps-due':
      return `${CERTAINTY[answer.by]}; which of them is not known, since all were valid when it began`;
    case 'elapsed':
      return 'certificate not known: when it began, none of its name was valid: a resumed session, or a certificate from elsewhere';
    case 'old':
      return 'certificate not known; but it began before any certificate of the inventory was issued that is valid now: if it is one of them, it is over';
    case 'unknown':
      return 'certificate not known: no certificate of the inventory has this name';
    case 'no-certificate':
      return answer.why === 'plaintext'
        ? 'in plaintext or by unix socket: there is no certificate'
        : 'the server does not ask for one (tls-auth-clients no)';
  }
}

function placesOf({ sights }: ClientGroup): string {
  const hosts = new Map<string, number>();
  for (const { session } of sights) {
    const host = session.address.replace(/:\d+$/, '');
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
  }
  const places = [...hosts].map(([host, times]) => (times === 1 ? host : `${host} (${times})`));
  const rest = places.length - PLACES_SHOWN_MAX;
  return `from ${places.slice(0, PLACES_SHOWN_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function describeInventory({ inventory }: ClientFleet): string {
  switch (inventory.state) {
    case 'read':
      return `this rests on the ${count(inventory.certificates.length, 'certificate')} of the inventory, on users, and on when each began`;
    case 'none':
      return 'and there is no inventory: certificates get in by wardis tls issue and wardis tls adopt';
    case 'unreadable':
      return `and the inventory cannot be read: ${inventory.why}`;
  }
}

function describeNext(groups: readonly ClientGroup[]): readonly string[] {
  const over = groups.find(isOver);
  return over === undefined ? [] : ['', `next: wardis tls reconnect --of ${quote(over.user)}`];
}

/** Names of users may hold what a shell would run. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
