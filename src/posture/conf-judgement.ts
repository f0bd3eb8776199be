/**
 * Checks that ask what the reading of the configuration files found: each names the codes of the problems that
 * are its own, and answers with all of them at once.
 */

import {
  diagnoseConf,
  effectiveSettings,
  type ConfProblem,
  type ConfProblemCode,
  type EffectiveSettings,
} from '../conf/index.ts';
import type { ConfFiles, Snapshot } from '../fleet/index.ts';
import type { Change } from '../policy/index.ts';
import type { Evidence, Verdict } from './check.ts';
import { readConfFiles } from './conf-reading.ts';
import { byHand, readFact } from './reading.ts';
import { rows } from './rights.ts';
import { evidence, fail, pass } from './verdict.ts';

/** What the files come to, and what is wrong with them. */
export interface JudgedConf {
  readonly effective: EffectiveSettings;
  readonly problems: readonly ConfProblem[];
}

// A dozen checks ask about the same files, which may have a hundred thousand lines.
const judged = new WeakMap<ConfFiles, JudgedConf>();

/** Ask with the problems of the files; needs the files and the version that reads them. */
export function readConf(
  snapshot: Snapshot,
  judge: (conf: JudgedConf, files: ConfFiles) => Verdict,
): Verdict {
  return readConfFiles(snapshot, (files) =>
    readFact(snapshot.product, 'the server version', ({ product, version }) => {
      const before = judged.get(files);
      if (before !== undefined) return judge(before, files);
      const effective = effectiveSettings(files, { product, version });
      const conf = { effective, problems: diagnoseConf(effective) };
      judged.set(files, conf);
      return judge(conf, files);
    }),
  );
}

/** Fails when the files have problems of these codes; `holds` says what was looked at when they have none. */
export function judgeConfProblems(
  snapshot: Snapshot,
  codes: readonly ConfProblemCode[],
  holds: string,
  choose: (problem: ConfProblem) => boolean = () => true,
): Verdict {
  return readConf(snapshot, ({ problems }, files) => {
    const found = problems.filter((problem) => codes.includes(problem.code) && choose(problem));
    if (found.length === 0) return pass(holds, { kind: 'file', path: files.root });
    return fail(rows(found, showProblem), found.slice(0, 20).map(mend), riskOf(found));
  });
}

export function showProblem(problem: ConfProblem): Evidence {
  const { range } = problem;
  return range === undefined
    ? evidence(problem.message)
    : evidence(problem.message, { kind: 'file', path: range.path, line: range.line });
}

function mend(problem: ConfProblem): Change {
  const { range, help } = problem;
  const at = range === undefined ? '' : `${range.path}:${range.line}: `;
  return byHand(`${at}${help ?? 'correct or remove the line'}`);
}

function riskOf(problems: readonly ConfProblem[]): string | undefined {
  if (problems.some(({ stopsServer }) => stopsServer === 'yes'))
    return 'The server does not start from this file.';
  return problems.some(({ stopsServer }) => stopsServer === 'depends')
    ? 'Whether the server starts from this file depends on what the file does not show.'
    : undefined;
}
