/** The work of `wardis plan`: read the fleet, plan it, print what differs, choose the exit code. */

import { printPlan, type Plan } from '../../change/index.ts';
import type { PlanFlags } from '../commands/plan.ts';
import type { CommandContext } from '../context.ts';
import { safeText } from '../../text/index.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { writeParts, writeWhole } from '../file-output.ts';
import { parseOutputs } from '../format-option.ts';
import { makeSecrets } from './new-secrets.ts';
import { makePlan, type MadePlan } from './plan-making.ts';
import { PLAN_FORMATS, renderPlan } from './plan-report.ts';

export async function runPlan(
  named: readonly string[],
  flags: PlanFlags,
  context: CommandContext,
): Promise<void> {
  const outputs = parseOutputs(
    flags.json === true ? ['json', ...flags.output] : flags.output,
    PLAN_FORMATS,
    'table',
  );
  const { entry, planned } = makeSecrets(await makePlan(named, flags, context)).made;
  const { plan } = planned;
  const look = context.terminal.outLook;
  for (const { format, path } of outputs) {
    const inFile = path !== undefined;
    const text = renderPlan(format, plan, {
      ...look,
      ...(inFile && { colour: false, columns: Number.POSITIVE_INFINITY }),
      detail: flags.wide === true ? 'all' : 'first',
    });
    if (inFile) writeParts(path, [text], 0o600);
    else context.terminal.out(text);
  }
  if (flags.out !== undefined) {
    writeWhole(flags.out, printPlan(plan), 0o600);
    if (flags.quiet !== true && plan.refusals.length === 0)
      context.terminal.err(
        safeText(`written to ${flags.out}: ${wordsOfApply(flags.out, named, flags, entry)}`) + '\n',
      );
  }
  if (plan.refusals.length > 0) context.terminal.err(refusalOf(plan, flags));
  context.finish(exitOf(plan, flags.check === true ? 'check' : 'show'));
}

/** Last, and also where the plan itself went into a file: what does not apply must not look as if it did. */
function refusalOf({ refusals }: Plan, { out }: PlanFlags): string {
  const codes = [...new Set(refusals.map(({ code }) => code))].join(', ');
  const what = out === undefined ? 'this plan' : `written to ${out}, but it`;
  return `${safeText(what)} cannot be applied, because it refuses itself: ${codes}\n`;
}

/** A plan file names nobody to dial: what the policy does not name is named again. */
function wordsOfApply(
  file: string,
  named: readonly string[],
  flags: PlanFlags,
  { fleet }: MadePlan['entry'],
): string {
  const server = (fleet?.seeds.length ?? 0) > 0 ? [] : wordsOfServer(named, flags);
  return ['wardis apply', file, ...server].join(' ');
}

/** A URI may hold a password, and is not repeated. */
function wordsOfServer(named: readonly string[], { host, port, socket, uri }: PlanFlags): readonly string[] {
  if (uri !== undefined || named.some((name) => name.includes('@'))) return ['HOST:PORT'];
  return [
    ...named,
    ...(host === undefined ? [] : [`-h ${host}`]),
    ...(port === undefined ? [] : [`-p ${port}`]),
    ...(socket === undefined ? [] : [`-s ${socket}`]),
  ];
}

/** Published code of WRONGPASS. */
const REFUSED_LOGIN = 'E603';

/** A difference outranks a node that could not be read; a plan that refuses itself has one. */
function exitOf(plan: Plan, purpose: 'check' | 'show'): ExitCode {
  const differs = plan.refusals.length > 0 || plan.nodes.some(({ differences }) => differences.length > 0);
  if (purpose === 'check' && differs) return EXIT.findings;
  const { nodes, unreadable } = plan;
  if (nodes.length === 0 && unreadable.some(({ code }) => code === REFUSED_LOGIN)) return EXIT.refused;
  return unreadable.length > 0 ? EXIT.incomplete : EXIT.ok;
}
