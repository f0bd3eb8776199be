/** What is due and what became of it, for people and for programs. Nothing due is nothing said. */

import type { DueCertificate, LeafReading } from '../../change/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import { untilWords } from './certificate-words.ts';

export interface RenewalResult {
  readonly due: DueCertificate;
  readonly outcome: 'renewed' | 'left';
  readonly detail: string;
}

type Left = LeafReading['left'];

export function printDue(due: readonly DueCertificate[], left: Left, now: Date): string {
  const lines = due.map(
    (each) => `${placeOf(each)}  ends ${untilWords(each.notAfter, now)}: ${wayWords(each)}`,
  );
  return asLines([...lines, ...left.map(describeLeft)]);
}

export function printRenewed(results: readonly RenewalResult[], left: Left): string {
  const lines = results.map(
    ({ due, outcome, detail }) =>
      `${placeOf(due)}  ${outcome === 'left' ? 'NOT renewed' : 'renewed'}: ${detail}`,
  );
  return asLines([...lines, ...left.map(describeLeft)]);
}

/** `results` absent: nothing was tried. */
export function renewalAsJson(
  due: readonly DueCertificate[],
  results: readonly RenewalResult[] | undefined,
  left: Left,
): string {
  const outcomes = new Map(results?.map((each) => [each.due, each]));
  const data = {
    schemaVersion: '1',
    due: due.map((each) => {
      const { name, fingerprintSha256, stage, notAfter, node, way } = each;
      const result = outcomes.get(each);
      return {
        name,
        fingerprintSha256,
        stage,
        notAfter,
        ...(node === undefined ? {} : { node }),
        way,
        ...(result === undefined ? {} : { outcome: result.outcome, detail: result.detail }),
      };
    }),
    unasked: left.map(({ node, kind, why }) => ({ node: node.id, kind, why })),
  };
  return `${printSafeJson(data, 2)}\n`;
}

function placeOf({ name, node, way }: DueCertificate): string {
  if (node !== undefined) return `${node} (${name})`;
  return way.kind === 'files' ? `${name} (${way.certificate})` : name;
}

function wayWords({ way }: DueCertificate): string {
  switch (way.kind) {
    case 'node':
      return 'wardis tls renew rotates it';
    case 'files':
      return 'wardis tls renew writes the next one there';
    case 'person':
      return `${way.why}: ${way.next}`;
  }
}

function describeLeft({ node, why, next }: Left[number]): string {
  return `${node.id}  not known: ${why}${next === undefined ? '' : `; next: ${next}`}`;
}

function asLines(lines: readonly string[]): string {
  return lines.map((line) => `${safeText(line)}\n`).join('');
}
