/** A rotation's plan for people and for programs: from which certificate to which, how, and what stands against it. */

import type { LeafObjection } from '../../change/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import type { Look } from '../terminal.ts';
import { nameChangeOf, type LeafPlan, type LeafPlanNode, type ShownLeaf } from './rotate-leaf-plan.ts';

type ShowLook = Pick<Look, 'unicode' | 'colour'>;

export function renderLeafPlan(plan: LeafPlan, look: ShowLook): string {
  const changing = plan.nodes.filter(({ standing }) => standing === 'change');
  const already = plan.nodes.filter(({ standing }) => standing === 'already');
  const lines = [
    ...changing.flatMap((node) => nodeLines(node, plan)),
    ...already.map(({ sight, to }) => `${sight.node.id}  ${sight.node.role}  serves ${shortOf(to)} already`),
    ...plan.reached,
    ...plan.left.flatMap(({ node, why, next }) => [
      `${node.id}  ${node.role}  left out: ${why}`,
      ...(next === undefined ? [] : [`    next: ${next}`]),
    ]),
    ...objectionLines(plan.objections, look, changing.length),
  ];
  return `${lines.map(safeText).join('\n')}\n`;
}

export function leafPlanData(plan: LeafPlan): string {
  const { nodes, canary, objections, left, reached } = plan;
  return `${printSafeJson(
    {
      schemaVersion: '1',
      canary: canary ?? null,
      nodes: nodes.map((node) => ({
        node: node.sight.node.id,
        role: node.sight.node.role,
        standing: node.standing,
        from: node.from ?? null,
        to: node.to ?? null,
        names: node.standing === 'change' ? nameChangeOf(node) : { added: [], removed: [] },
        files: plan.files === 'place' ? pathsOf(node) : [],
        how: howOf(node, plan),
        ports: node.sight.ports.map(({ host, port, purpose, unseen }) => ({
          host,
          port,
          purpose,
          proved: unseen === undefined,
        })),
      })),
      refused: objections.filter(({ severity }) => severity === 'refused').map(objectionData),
      warnings: objections.filter(({ severity }) => severity === 'warning').map(objectionData),
      reached,
      leftOut: left.map(({ node, kind, why, next }) => ({ node: node.id, kind, why, next: next ?? null })),
    },
    2,
  )}\n`;
}

/** Every objection with its place, cause and next step; what is said of several nodes once, of all without their names. */
export function objectionLines(
  objections: readonly LeafObjection[],
  look: ShowLook,
  /** How many nodes there are; default: all are named. */
  all?: number,
): readonly string[] {
  const groups = new Map<string, readonly LeafObjection[]>();
  const order = objections.toSorted((a, b) => rank(a) - rank(b));
  for (const each of order) {
    const key = JSON.stringify([each.severity, each.code, each.place, each.cause]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { severity, place, cause, next } = first;
    const sign = look.unicode ? (severity === 'refused' ? '✗ ' : '! ') : '';
    const nodes = [...new Set(group.flatMap(({ node }) => node ?? []))].filter((node) => node !== place);
    const where = nodes.length === 0 || nodes.length === all ? '' : ` (${listOf(nodes)})`;
    return [
      `${sign}${severity}  ${place}: ${cause}${where}`,
      ...(next === undefined ? [] : [`    next: ${next}`]),
    ];
  });
}

const NODES_NAMED_MAX = 4;

function listOf(nodes: readonly string[]): string {
  const named = nodes.slice(0, NODES_NAMED_MAX).join(', ');
  return nodes.length > NODES_NAMED_MAX ? `${named} and ${nodes.length - NODES_NAMED_MAX} more` : named;
}

function rank({ severity }: LeafObjection): number {
  return severity === 'refused' ? 0 : 1;
}

function nodeLines(node: LeafPlanNode, plan: LeafPlan): readonly string[] {
  const { sight, from, to } = node;
  const { id, role } = sight.node;
  const first = id === plan.canary ? '  goes first' : '';
  const paths = plan.files === 'placed' ? ['as placed'] : pathsOf(node);
  const { added, removed } = nameChangeOf(node);
  const ports = sight.ports.filter(({ unseen }) => unseen === undefined).map(({ port }) => port);
  return [
    `${id}  ${role}${first}`,
    `    ${pairOf(from, to)}`,
    ...added.map(({ name, why }) => `    + ${name}${why === undefined ? '' : ` (${why})`}`),
    ...removed.map((name) => `    - ${name}`),
    `    ${paths.join(' and ') || 'its files are not known'}; ${howOf(node, plan)}; proved on ${ports.join(', ') || 'no port'}`,
  ];
}

function pathsOf({ sight: { certificate, key } }: LeafPlanNode): readonly string[] {
  return [...new Set([certificate.path, key.path])].filter((path) => path !== '');
}

function howOf({ sight: { node } }: LeafPlanNode, { restartSentinel }: LeafPlan): string {
  if (node.role !== 'sentinel') return 'reload by CONFIG SET';
  return restartSentinel === undefined ? 'restart by hand' : `restart by ${restartSentinel.join(' ')}`;
}

/** Of a fingerprint. Never of the serial: some authorities count, so that two of them begin alike. */
const SHOWN_DIGITS = 8;
const DATE_CHARS = 10;

/** `2026-11-22 10:57 UTC`. */
const MINUTE_CHARS = 16;

/** With hours where both end on one day. */
export function pairOf(from: ShownLeaf | undefined, to: ShownLeaf | undefined): string {
  const day = (leaf: ShownLeaf | undefined): string | undefined => leaf?.notAfter.slice(0, DATE_CHARS);
  const unit = day(from) !== undefined && day(from) === day(to) ? 'minute' : 'day';
  return `${shortOf(from, unit)}  ->  ${shortOf(to, unit)}`;
}

export function shortOf(leaf: ShownLeaf | undefined, unit: 'day' | 'minute' = 'day'): string {
  if (leaf === undefined) return 'unknown';
  const { fingerprintSha256 } = leaf;
  const shown =
    fingerprintSha256 === undefined ? 'a new one' : `fingerprint ${fingerprintSha256.slice(0, SHOWN_DIGITS)}`;
  const ends =
    unit === 'day'
      ? leaf.notAfter.slice(0, DATE_CHARS)
      : `${leaf.notAfter.slice(0, MINUTE_CHARS).replace('T', ' ')} UTC`;
  return `${shown} until ${ends}`;
}

function objectionData({ node, code, place, cause, next }: LeafObjection): object {
  return { node: node ?? null, code, place, cause, next: next ?? null };
}
