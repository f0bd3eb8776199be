/**
 * Everything that can be said about a configuration without judging its policy: what keeps the server from
 * starting, what it reads otherwise than it was meant, what is obsolete. Each problem was provoked on real servers
 * (Redis 6.0 to 8.0, Valkey 7.2 to 9.1) or read from their sources.
 */

import { compareVersions } from './product-version.ts';
import type { ConfProblem } from './conf-problem.ts';
import { diagnoseComment } from './diagnose-comment.ts';
import { diagnoseLine } from './diagnose-line.ts';
import { diagnoseWhole } from './diagnose-whole.ts';
import type { EffectiveSettings } from './effective.ts';

/** Problems that are reported; a file with more is no configuration file. */
export const PROBLEMS_MAX = 10_000;

/** Every problem of the files, of their lines and of the whole, in the order of files and lines. */
export function diagnoseConf(effective: EffectiveSettings): readonly ConfProblem[] {
  const problems: ConfProblem[] = [
    ...versionNote(effective),
    ...effective.configuration.problems.slice(0, PROBLEMS_MAX),
  ];
  for (const document of effective.configuration.documents) {
    for (const line of document.lines) {
      if (problems.length >= PROBLEMS_MAX) break;
      const placed = { path: document.path, line };
      switch (line.kind) {
        case 'directive':
          problems.push(...diagnoseLine({ path: document.path, line }, effective));
          break;
        case 'comment':
          problems.push(...diagnoseComment(placed.path, line));
          break;
        case 'template':
          problems.push(templateLine(placed.path, line.number, line.raw.length));
          break;
        case 'blank':
        case 'broken':
          break;
      }
    }
  }
  // One by one: a call takes some hundred thousand arguments at most, and a file may have more problems.
  for (const problem of diagnoseWhole(effective)) problems.push(problem);
  return inOrder(problems.slice(0, PROBLEMS_MAX), effective);
}

function versionNote(effective: EffectiveSettings): readonly ConfProblem[] {
  const { server, recorded } = effective;
  if (recorded.exact) return [];
  const newer = compareVersions(server.version, recorded.version) > 0;
  return [
    {
      code: 'version-not-recorded',
      severity: 'info',
      stopsServer: 'no',
      message: `no data for ${server.product} ${server.version}: judged as ${recorded.product} ${recorded.version}, the nearest ${newer ? 'older' : 'newer'} version with data`,
    },
  ];
}

function templateLine(path: string, line: number, length: number): ConfProblem {
  return {
    code: 'template',
    severity: 'info',
    stopsServer: 'yes',
    message: 'a line of a template language; the server refuses the file as it is',
    range: { path, line, start: 0, end: length },
    help: 'check the rendered file; the literal lines were checked',
  };
}

function inOrder(problems: readonly ConfProblem[], effective: EffectiveSettings): readonly ConfProblem[] {
  const files = new Map(effective.configuration.documents.map(({ path }, index) => [path, index]));
  const place = ({ range }: ConfProblem): number =>
    range === undefined ? -1 : (files.get(range.path) ?? files.size);
  return problems.toSorted(
    (a, b) =>
      place(a) - place(b) ||
      (a.range?.line ?? 0) - (b.range?.line ?? 0) ||
      (a.range?.start ?? 0) - (b.range?.start ?? 0),
  );
}
