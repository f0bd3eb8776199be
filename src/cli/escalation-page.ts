/** The generated page of the escalation graph in Markdown: powers, and every edge with its evidence. */

import {
  ESCALATION_EDGES,
  POWERS,
  powerTitle,
  printEvidence,
  printRequirement,
  type EscalationEdge,
} from '../acl/index.ts';

/** The whole graph, by what is gained. */
export function printEscalationPage(): string {
  const edges = ESCALATION_EDGES.filter((edge) => !isImplied(edge));
  const seen = edges.filter((edge) => edge.seen.length > 0).length;
  const parts = [
    '<!-- Generated from the source by npm run docs; do not edit. -->',
    '# What a user could become',
    `The ways from a right to more, as \`wardis acl lint\` and \`wardis acl explain\` follow them: ${edges.length} edges, ${seen} of them run on real servers by a user who held exactly what the edge asks for. The others say that they come from advisories, or were not run. A way is certain when the rights and the server are enough, and possible when something must hold that the rules do not tell; this is then said in words.`,
    POWERS.map(powerLine).join('\n'),
    ...POWERS.flatMap(({ power, title, means }) => {
      const towards = edges.filter(({ to }) => to === power);
      if (towards.length === 0) return [];
      return [`## ${upperFirst(title)}`, `${upperFirst(escape(means))}.`, ...towards.map(printEdge)];
    }),
  ];
  return `${parts.join('\n\n')}\n`;
}

function powerLine({ power, title, means }: (typeof POWERS)[number]): string {
  const from = ESCALATION_EDGES.filter((edge) => isImplied(edge) && edge.to === power).map((edge) =>
    edge.from === 'own-rights' ? '' : powerTitle(edge.from),
  );
  return `- ${title}: ${escape(means)}${from.length === 0 ? '' : ` (comes with ${from.join(', ')})`}`;
}

function printEdge(edge: EscalationEdge): string {
  const from = edge.from === 'own-rights' ? [] : [`From: ${powerTitle(edge.from)}.`];
  return [
    `### ${edge.id}: ${escape(edge.title)}`,
    `**${edge.severity}** · ${printEvidence(edge)}`,
    escape(edge.how),
    ...from,
    `Takes: ${escape(printRequirement(edge.requires))}.`,
    `What ends it: ${escape(edge.end)}`,
  ].join('\n\n');
}

/** One power contains another: shown in the list alone. */
function isImplied({ id, from, to }: EscalationEdge): boolean {
  return id === `esc-${from}-${to}`;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Markdown signs outside of code are text. */
function escape(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/[*_|<>[\]]/g, '\\$&')))
    .join('');
}
