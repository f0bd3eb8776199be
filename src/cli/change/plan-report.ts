/** A plan for people: the same difference of many nodes once, with Terraform's marks and closing line. Or as JSON. */

import { printPlan, REVISION_DIGITS, summarizePlan, type Plan, type Refusal } from '../../change/index.ts';
import { safeText, wrapTo } from '../../text/index.ts';
import type { DiffLook } from '../acl/diff-report.ts';
import { printLine } from '../acl/diff-line.ts';
import { foldUsers } from './plan-lines.ts';
import { foldDifferences, nameNodes } from './plan-fold.ts';

export const PLAN_FORMATS = ['table', 'markdown', 'json'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

export function renderPlan(format: PlanFormat, plan: Plan, look: DiffLook): string {
  switch (format) {
    case 'table': {
      const text = printTable(plan, look);
      return look.unicode ? text : text.replaceAll('→', '->').replaceAll('·', '-').replaceAll('✗', 'x');
    }
    case 'markdown':
      return printMarkdown(plan, look);
    case 'json':
      return printPlan(plan);
  }
}

/** `Plan: 2 to add, 1 to change, 0 to remove on 6 nodes.` */
export function printSummary(plan: Plan): string {
  const { add, change, remove, byHand, nodes, nodesDifferent, nodesAtRevision } = summarizePlan(plan);
  const short = plan.revision.slice(0, REVISION_DIGITS);
  const unread =
    plan.unreadable.length === 0 ? '' : ` ${countNodes(plan.unreadable.length)} could not be read.`;
  if (nodesDifferent === 0 && plan.refusals.length > 0)
    return `Plan refused: what it would change on ${countNodes(nodes)} is not known.${unread}`;
  if (nodesDifferent === 0)
    return nodes === 0
      ? `Nothing was compared.${unread}`
      : `No changes. ${nodesAtRevision} of ${countNodes(nodes)} ${nodes === 1 ? 'holds' : 'hold'} revision ${short}.${unread}`;
  const hand = byHand === 0 ? '' : ` ${byHand} more only by hand.`;
  if (add + change + remove + byHand === 0)
    return `Plan: mark ${countNodes(nodesDifferent)} with revision ${short}; nothing else differs.${unread}`;
  return `Plan: ${add} to add, ${change} to change, ${remove} to remove on ${countNodes(nodesDifferent)}.${hand}${unread}`;
}

/** Why a plan refuses itself: each reason once for each user, with the nodes that it holds for. */
export function printRefusals(refusals: readonly Refusal[], look: DiffLook): string {
  const reasons = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const key = look.detail === 'all' ? refusal.message : '';
    const reason = [refusal.code, refusal.user, key].join('\0');
    const known = reasons.get(reason);
    if (known === undefined) reasons.set(reason, [refusal]);
    else known.push(refusal);
  }
  return [...reasons.values()].map((alike) => printReason(alike, look)).join('\n');
}

function printReason(alike: readonly Refusal[], look: DiffLook): string {
  const [first] = alike;
  if (first === undefined) return '';
  const nodes = nameNodes(
    alike.map(({ node }) => node),
    look,
  );
  const others = alike.filter(({ message }) => message !== first.message).length;
  const likewise = others === 0 ? '' : ` Likewise on ${others === 1 ? 'one other' : `${others} others`}.`;
  return [
    `${paint('✗', '31', look)} ${paint(first.code, '1', look)}  ${safeText(nodes)}`,
    `    ${foldWide(`${safeText(first.message)}${likewise}`, 4, look)}`,
    `    ${foldWide(`next: ${safeText(first.next)}`, 4, look)}`,
  ].join('\n');
}

function printTable(plan: Plan, look: DiffLook): string {
  const parts = [
    headOf(plan),
    ...blocksOf(plan, look),
    ...leftOf(plan).map((line) => foldWide(line, 2, look)),
  ];
  for (const { node, code, detail } of plan.unreadable)
    parts.push(
      `${paint('?', '33', look)} ${foldWide(`${safeText(node)}  could not be read: ${safeText(detail)} (${code})`, 2, look)}`,
    );
  if (plan.refusals.length > 0) {
    const count = plan.refusals.length === 1 ? 'a reason' : `${plan.refusals.length} reasons`;
    parts.push(`This plan refuses itself, for ${count}:\n${printRefusals(plan.refusals, look)}`);
  }
  const said = [
    ...plan.warnings.map((warning) => foldWide(`warning: ${safeText(warning)}`, 2, look)),
    ...plan.notes.map((note) => foldWide(`note: ${safeText(note)}`, 2, look)),
  ];
  if (said.length > 0) parts.push(said.join('\n'));
  return `${[...parts, printSummary(plan)].join('\n\n')}\n`;
}

/** Folded at blanks to the width of a terminal; a pipe gets one line. Lines after the first are `indent` columns in. */
function foldWide(text: string, indent: number, { columns }: DiffLook): string {
  if (!Number.isFinite(columns)) return text;
  return wrapTo(text, Math.max(FOLD_COLUMNS_MIN, columns - indent)).join(`\n${' '.repeat(indent)}`);
}

const FOLD_COLUMNS_MIN = 20;

/** Marks at the beginning of lines are coloured by whoever shows a diff. */
function printMarkdown(plan: Plan, look: DiffLook): string {
  const plain = { ...look, colour: false, columns: Number.POSITIVE_INFINITY };
  const text = printTable(plan, plain).trimEnd();
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `### ${printSummary(plan)}\n\n${fence}diff\n${text}\n${fence}\n`;
}

function headOf({ fleet, kind, nodes, unreadable, revision }: Plan): string {
  const roles = (['primary', 'replica', 'sentinel', 'unknown'] as const).flatMap((role) => {
    const count = nodes.filter((node) => node.role === role).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? role : PLURALS[role]}`];
  });
  return [
    ...(fleet === undefined ? [] : [`fleet ${safeText(fleet)}`]),
    // Of a fleet of which nothing was read nobody knows the kind.
    ...(nodes.length === 0 && unreadable.length > 0 ? [] : [kind]),
    ...(roles.length > 0 ? [roles.join(', ')] : unreadable.length > 0 ? [] : [countNodes(nodes.length)]),
    ...(unreadable.length === 0 ? [] : [`${countNodes(unreadable.length)} not read`]),
    `revision ${revision.slice(0, REVISION_DIGITS)}`,
  ].join(' · ');
}

const PLURALS = { primary: 'primaries', replica: 'replicas', sentinel: 'Sentinels', unknown: 'unknown' };

function blocksOf(plan: Plan, look: DiffLook): readonly string[] {
  return foldDifferences(plan).map(({ nodes, differences }) => {
    const all = nodes.length === plan.nodes.length;
    const where = all
      ? nodes.length === 1
        ? `on ${nodes[0] ?? ''}`
        : `on all ${nodes.length} nodes`
      : nodes.length > 1
        ? `on ${nodes.length} of ${plan.nodes.length} nodes: ${nameNodes(nodes, look)}`
        : `on ${nodes[0] ?? ''}`;
    const lines = foldUsers(differences, look).flatMap((told) =>
      told.map((line, at) => printLine(line, at === 0 ? 2 : 4, look)),
    );
    return [paint(foldWide(safeText(where), 2, look), '1', look), ...lines].join('\n');
  });
}

/** Users that are nobody's here: each with the nodes that have it. */
function leftOf({ nodes }: Plan): readonly string[] {
  const left = new Map<string, string[]>();
  for (const { node, left: users } of nodes) {
    for (const { user, why } of users) {
      const key = `${user}\0${why}`;
      left.set(key, [...(left.get(key) ?? []), node]);
    }
  }
  if (left.size === 0) return [];
  const users = [...left].map(([key, where]) => {
    const [user = '', why = ''] = key.split('\0');
    return `${user} (${why}${where.length === nodes.length ? '' : `, on ${where.length} of ${nodes.length}`})`;
  });
  const more = users.length > LEFT_SHOWN ? ` and ${users.length - LEFT_SHOWN} more` : '';
  return [`left alone: ${safeText(users.slice(0, LEFT_SHOWN).join(', '))}${more}`];
}

const LEFT_SHOWN = 12;

function countNodes(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

function paint(text: string, code: string, { colour }: DiffLook): string {
  return colour ? `\u001B[${code}m${text}\u001B[0m` : text;
}
