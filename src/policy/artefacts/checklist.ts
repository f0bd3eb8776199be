/**
 * What has to be true, line by line: settled by the files that were compiled and seen by an audit ("automatic"), or a
 * person's to do and to sign ("by hand"). Clauses are those that the line gives evidence for, not that it fulfils.
 */

import { describeRequest, type Artefact, type Blueprint } from '../blueprint.ts';
import { levelAtLeast } from '../request.ts';
import { authenticationLines, userLines } from './checklist/access-lines.ts';
import { dutyLines } from './checklist/duty-lines.ts';
import type { Line } from './checklist/line.ts';
import { networkLines } from './checklist/network-lines.ts';
import { recordLines, serverLines } from './checklist/server-lines.ts';
import { tlsLines } from './checklist/tls-lines.ts';

export interface ChecklistItem {
  /** Stable id of the line: `NET-BIND`. */
  readonly theme: string;
  /** Area of the checks: `network`, `authentication`, `tls`. */
  readonly area: string;
  readonly item: string;
  readonly how: 'automatic' | 'by-hand';
  /** Where the proof is found. */
  readonly evidence: string;
  readonly clauses: readonly string[];
  /** Ids of the checks that answer it, where the caller knows them. */
  readonly checks: readonly string[];
}

/** The lines that the request asks for. `checkIds` names the checks of a theme. */
export function checklist(
  blueprint: Blueprint,
  checkIds: Readonly<Record<string, readonly string[]>> = {},
): readonly ChecklistItem[] {
  const { frameworks } = blueprint.request;
  return linesFor(blueprint).map(([theme, area, item, how, evidence, clauses]) => ({
    theme,
    area,
    item,
    how,
    evidence,
    clauses: frameworks.flatMap((each) => (clauses[each] === undefined ? [] : [`${each} ${clauses[each]}`])),
    checks: checkIds[theme] ?? [],
  }));
}

export function checklistFile(blueprint: Blueprint, items: readonly ChecklistItem[]): Artefact {
  const areas = [...new Set(items.map((each) => each.area))];
  const parts = areas.map((area) => {
    const lines = items
      .filter((each) => each.area === area)
      .map((each) => {
        const notes = [
          each.how === 'automatic' ? 'automatic' : 'by hand',
          ...each.checks,
          ...each.clauses,
        ].join(' · ');
        return `- [ ] **${each.theme}** ${each.item}  \n  ${notes}. Proof: ${each.evidence}`;
      });
    return `## ${area === 'tls' ? 'TLS' : `${area[0]?.toUpperCase()}${area.slice(1)}`}\n\n${lines.join('\n')}\n`;
  });
  const head = `# Hardening checklist\n\n${describeRequest(blueprint.request)}. "Automatic" lines are settled by the compiled files and\nanswered by \`wardis audit\`; the others need a person, a date and a name. Clauses are supported, not declared met.\n`;
  return {
    path: 'checklist.md',
    content: [head, ...parts].join('\n'),
    mode: 0o644,
    about: 'what has to be true, and who proves it',
  };
}

function linesFor(blueprint: Blueprint): readonly Line[] {
  const { request } = blueprint;
  const standard = levelAtLeast(request.level, 'standard') || request.frameworks.length > 0;
  return [
    ...networkLines(blueprint),
    ...authenticationLines(blueprint),
    ...userLines(blueprint),
    ...(blueprint.expected.tls.required ? tlsLines(blueprint) : []),
    ...(standard ? serverLines() : []),
    ...(standard ? recordLines(blueprint) : []),
    ...dutyLines(blueprint),
  ];
}
