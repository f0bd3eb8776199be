/** A proof that tenants are apart, or the witnesses that they are not, for a terminal or as JSON. */

import type { CrossingKind, OverlapProof, TenantProof } from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import { foldText, safeText } from '../../text/index.ts';

/** Overlaps that the terminal shows. */
const OVERLAPS_SHOWN = 10;
/** Commands of one kind that it names. */
const COMMANDS_SHOWN = 12;

export function printProof(proof: TenantProof, server: string, notes: readonly string[], look: Look): string {
  const { users, existing, keys, channels, crossings } = proof;
  const beside =
    existing === 0
      ? ''
      : ` and ${counted(existing, 'user')} who ${existing === 1 ? 'is' : 'are'} there already`;
  const kinds = KINDS.filter(({ kind }) => crossings.some((each) => each.kind === kind));
  const lines = [
    `${counted(users, 'tenant')}${beside} on ${server}`,
    '',
    ...proofLines('keys', keys, look),
    ...proofLines('channels', channels, look),
    ...(kinds.length === 0
      ? [
          head(
            'apart',
            'commands',
            `no ${existing === 0 ? 'tenant' : 'one'} holds a command that ignores key patterns`,
            look,
          ),
        ]
      : [
          head(
            'overlap',
            'commands',
            `${counted(crossings.length, 'command')} not held back by patterns`,
            look,
          ),
          ...kinds.map(({ kind, says }) => printKind(kind, says, proof, look)),
        ]),
    '',
    VERDICTS[proof.verdict],
    ...notes.map((note) => foldText(`note: ${safeText(note)}`, look.columns, '')),
  ];
  return `${lines.join('\n')}\n`;
}

export function proofAsJson(
  proof: TenantProof,
  server: string,
  notes: readonly string[],
  users: readonly unknown[] | undefined,
): string {
  const { users: count, ...rest } = proof;
  const answer = { schemaVersion: '1', server, tenants: count, ...rest, notes, ...(users && { users }) };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

const VERDICTS: Readonly<Record<TenantProof['verdict'], string>> = {
  apart: 'apart: no key, channel or command leads from one tenant to another',
  overlap: 'not apart',
  unknown: 'unknown: no overlap was found, but not every pair could be compared',
};

const KINDS: readonly { readonly kind: CrossingKind; readonly says: string }[] = [
  { kind: 'control', says: 'control the server or other clients' },
  { kind: 'destroy', says: "remove others' data" },
  { kind: 'export', says: 'take data to another server' },
  { kind: 'unchecked', says: 'use keys that this build does not check' },
  { kind: 'enumerate', says: "show others' key names" },
  { kind: 'observe', says: 'show what others do' },
];

function proofLines(topic: string, proof: OverlapProof, look: Look): readonly string[] {
  const { verdict, patterns, compared, overlaps, complete } = proof;
  const size = `${counted(patterns, 'pattern')}, ${
    compared === 0 && patterns > 1 ? 'no two could meet' : `${counted(compared, 'pair')} compared`
  }`;
  if (verdict !== 'overlap') return [head(verdict, topic, `${verdict} (${size})`, look)];
  const found = `${complete ? '' : 'at least '}${counted(overlaps.length, 'overlap')} (${size})`;
  const more = overlaps.length - OVERLAPS_SHOWN;
  return [
    head(verdict, topic, found, look),
    ...overlaps.slice(0, OVERLAPS_SHOWN).map(({ users, rules: [a, b], witness, database }) => {
      const where = database === undefined ? '' : ` in database ${database}`;
      return safeText(`    ${users[0]} ${a}  ${users[1]} ${b}  both: ${JSON.stringify(witness)}${where}`);
    }),
    ...(more > 0 ? [`    and ${more} more (--json has them)`] : []),
  ];
}

function printKind(kind: CrossingKind, says: string, { crossings }: TenantProof, look: Look): string {
  const held = crossings.filter((each) => each.kind === kind);
  const names = held.map(({ command }) =>
    command === 'subscribe' ? 'SUBSCRIBE (key events)' : command.replace('|', ' ').toUpperCase(),
  );
  const more = names.length > COMMANDS_SHOWN ? ` and ${names.length - COMMANDS_SHOWN} more` : '';
  const most = Math.max(...held.map(({ users }) => users));
  const who = held[0]?.examples.map(safeText).join(', ') ?? '';
  const whose = `${counted(most, 'user')}: ${who}${most > (held[0]?.examples.length ?? 0) ? ' …' : ''}`;
  return foldText(
    `${says}: ${names.slice(0, COMMANDS_SHOWN).join(', ')}${more} (${whose})`,
    look.columns,
    '    ',
  );
}

function head(verdict: TenantProof['verdict'], topic: string, text: string, look: Look): string {
  const marks = look.unicode
    ? { apart: '✓', overlap: '✗', unknown: '?' }
    : { apart: '+', overlap: '!', unknown: '?' };
  const codes = { apart: '32', overlap: '31', unknown: '33' };
  const mark = look.colour ? `\u001B[${codes[verdict]}m${marks[verdict]}\u001B[0m` : marks[verdict];
  return `${mark} ${topic.padEnd(8)}  ${text}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
