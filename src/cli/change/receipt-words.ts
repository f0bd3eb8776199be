/** A receipt in words, for people: what it says of each node, what it proves, and what it cannot. */

import type { NodeEvidence, NodeReceipt, OpenReason, Receipt } from '../../change/index.ts';
import { padTo, safeText, widthOf } from '../../text/index.ts';

const REASONS: Readonly<Record<OpenReason, string>> = {
  unreachable: 'not reached yet',
  refused: 'the server refused, or was left alone',
  'account-on': 'the account is on',
  'account-has-password': 'the account is off, but has a password or nopass',
  'session-left': 'somebody is still logged in',
  'secret-accepted': 'the old secret still logs in',
  'secret-unclear': 'whether the old secret logs in could not be found out',
  'hash-present': 'the old password hash is still there',
  'not-saved': 'a restart would bring the user back: it was not saved',
  'file-differs': 'the file of users still has the user',
  'read-before-cut': 'it was looked at before it was cut off',
};

/** `why` in words. */
export function reasonWords(open: readonly OpenReason[]): string {
  return open.map((reason) => REASONS[reason]).join('; ');
}

/** One line for each node, in columns. */
export function nodeLines(receipt: Receipt): readonly string[] {
  const width = Math.max(...receipt.nodes.map(({ node }) => widthOf(safeText(node))));
  return receipt.nodes.map((node) => `  ${padTo(safeText(node.node), width)}  ${describeNode(node)}`);
}

/** What the receipt is about, and its verdict. */
export function headLines(receipt: Receipt): readonly string[] {
  const where = receipt.fleet === null ? receipt.topology : `${safeText(receipt.fleet)}, ${receipt.topology}`;
  return [
    `user ${safeText(receipt.user)}: ${verdictWords(receipt)}`,
    `  ${where} of ${receipt.nodes.length} nodes, by ${safeText(receipt.actor)}, ${receipt.startedAt} to ${receipt.issuedAt}`,
  ];
}

export function verdictWords({ verdict, nodes, notSeen }: Receipt): string {
  const open = nodes.filter(({ outcome }) => outcome !== 'revoked').length;
  switch (verdict) {
    case 'revoked':
      return `revoked on ${nodes.length} of ${nodes.length} nodes`;
    case 'pending':
      return open === 0 && notSeen.length > 0
        ? 'pending: parts of the fleet were not seen'
        : `pending on ${open} of ${nodes.length} nodes`;
    case 'not-revoked':
      return `NOT revoked on ${nodes.filter(({ outcome }) => outcome === 'not-revoked').length} of ${nodes.length} nodes`;
  }
}

/** What a valid receipt proves, and what no receipt can. */
export function boundsLines(receipt: Receipt): readonly string[] {
  const gone = receipt.account === 'delete' ? 'does not exist' : 'is off and has no password';
  const unread = receipt.nodes.filter(
    ({ outcome, evidence }) => outcome === 'revoked' && evidence !== null && isUnread(evidence),
  ).length;
  return [
    `proves:   whoever holds the signing key saw, on each node called revoked and at the time given there, that the user`,
    `          ${gone}, had no session, and that a restart does not bring it back${unread === 0 ? '.' : ','}`,
    ...(unread === 0
      ? []
      : [
          `          which on ${unread} of them is the server's word: it answered OK to saving, the file was not read back.`,
        ]),
    `does not: say what happened after ${receipt.issuedAt}, speak for servers that are not listed, show what the person`,
    `          did or copied before, or close the other ways in that it lists.`,
  ];
}

/** The other ways in that the person may know. */
export function alsoKnownLines(receipt: Pick<Receipt, 'alsoKnown'>): readonly string[] {
  return receipt.alsoKnown.map((known) => {
    switch (known.kind) {
      case 'same-password':
        return `user ${safeText(known.user)} has the same password hash`;
      case 'no-password-needed':
        return `user ${safeText(known.user)} takes any password (nopass)`;
      case 'same-address':
        return `user ${safeText(known.user)} was logged in from the same address: ${some(known.addresses)}`;
      case 'look-alike':
        return `user ${spellName(known.user)} stays: the name looks like this one`;
      case 'certificate':
        return `certificate ${safeText(known.subject)} (serial ${safeText(known.serial)}, until ${safeText(known.notAfter)}) ${
          known.nodes.length === 0
            ? 'is issued to the name; no server takes it for a login'
            : `logs in without a password: ${some(known.nodes)}`
        }`;
    }
  });
}

/** A name of a user in a way that a shell of today takes (`$'…'`) and that shows what looks like something else. */
export function spellName(name: string): string {
  if (/^[\w.@:+/-]+$/.test(name)) return name;
  const spelled = name.replace(/[^\x21-\x7e]|['\\]/gu, (character) =>
    /['\\]/.test(character)
      ? `\\${character}`
      : // Bytes, since what `\u` gives depends on the locale.
        [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return `$'${spelled}'`;
}

/** The first few, and how many more. */
export function some(words: readonly string[], most = 3): string {
  const more = words.length - most;
  return `${words.slice(0, most).map(safeText).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The server answered OK to saving, and nobody looked. */
export function isUnread({ persistence }: NodeEvidence): boolean {
  return persistence.state === 'saved' && persistence.file === 'not-read';
}

function savedWords(evidence: NodeEvidence): string {
  const { persistence, oldSecret } = evidence;
  if (oldSecret.hash === 'no-users') return 'has no users';
  if (isUnread(evidence)) return `the server answered OK (${persistence.by})`;
  return persistence.state === 'saved' ? `saved (${persistence.by})` : persistence.state;
}

function describeNode({ outcome, open, detail, evidence, role, server }: NodeReceipt): string {
  const head = `${outcome.padEnd(11)}  ${role}${server === null ? '' : ` ${safeText(server)}`}`;
  if (evidence === null)
    return `${head} · ${reasonWords(open)}${detail === '' ? '' : ` (${safeText(detail)})`}`;
  const { account, sessions, oldSecret, readAt } = evidence;
  const facts = [
    account.state === 'absent' ? 'user gone' : `user ${account.state}, ${account.passwords} passwords`,
    `${sessions.ended} ended, ${sessions.left} left`,
    `old secret ${oldSecret.login}`,
    savedWords(evidence),
    `at ${readAt}`,
  ];
  const why = open.length === 0 ? '' : ` · OPEN: ${reasonWords(open)}`;
  return `${head} · ${facts.join(' · ')}${why}`;
}
