/** An apply from the beginning: plan, show, ask, write the run to disk, execute. */

import { statSync } from 'node:fs';
import {
  ChangeError,
  createRun,
  executeRun,
  findMovements,
  listRuns,
  makeRunId,
  parsePlan,
  PLAN_BYTES_MAX,
  readRun,
  REVISION_DIGITS,
  summarizePlan,
  type Plan,
  type Run,
} from '../../change/index.ts';
import { safeText } from '../../text/index.ts';
import type { ApplyFlags } from '../commands/apply.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import type { UserSecret } from '../policy-secret.ts';
import { readInput } from '../text-input.ts';
import { describeActor } from './actor.ts';
import {
  distrustRefused,
  expectCanary,
  movedSince,
  planRefused,
  tellFleet,
  unnamedServer,
} from './apply-failure.ts';
import { exitOf, renderResult, resultData, type ApplyResult } from './apply-result.ts';
import { conductRun, holdState, type World } from './apply-run.ts';
import { questionOf } from './apply-question.ts';
import { confirmChange } from './confirm.ts';
import { readOwnedUsers, writeOwnedUsers } from './owned-users.ts';
import { keepSecrets, makeSecrets } from './new-secrets.ts';
import { makePlan, type MadePlan } from './plan-making.ts';
import { renderPlan } from './plan-report.ts';
import { rememberRotations } from './user-rotate-record.ts';

export async function applyAnew(
  named: readonly string[],
  flags: ApplyFlags,
  context: CommandContext,
): Promise<void> {
  const { file, targets } = splitNamed(named);
  const agreed = file === undefined ? undefined : await readPlanFile(file);
  if (file !== undefined && agreed !== undefined) distrustRefused(file, agreed, flags);
  if (agreed !== undefined) expectWay(targets, agreed, flags);
  const bare = await makePlan(targets, withFleet(flags, agreed), context).catch((error: unknown) => {
    throw file === undefined || agreed === undefined ? error : tellFleet(error, file, agreed);
  });
  expectCanary(
    flags,
    bare.topology.nodes.map(({ id }) => id),
  );
  const { made, fresh } = makeSecrets(bare);
  const { plan, stages } = made.planned;
  if (file !== undefined && agreed !== undefined) {
    const movements = findMovements(agreed, plan);
    if (movements.length > 0) throw movedSince(file, movements);
  }
  showPlan(plan, flags, context);
  for (const node of missedSince(made)) context.terminal.err(`note: ${safeText(node)}\n`);
  if (plan.refusals.length > 0) throw planRefused();
  if (stages.length === 0) return endWithoutSteps(made, flags, context);
  await confirmChange(questionOf(made, named, flags), context);
  announceSecrets(fresh, context);
  const world = worldOf(made, flags);
  const result = await holdState(world, 'apply', context, async (held) => {
    rememberUsers(made, 'begun');
    keepSecrets(fresh);
    rememberRotations(
      fresh.map(({ user }) => user),
      made.entry,
      context,
    );
    const journal = await createRun(held.lock, newRun(made, context));
    try {
      const report = await conductRun(journal, executeRun, world, held, flags, context);
      if (report.outcome === 'done' && plan.unreadable.length > 0) {
        // What was not read is not done: the run is not over.
        await journal.append({ at: context.now().toISOString(), ended: 'pending' });
      } else if (report.outcome === 'done') rememberUsers(made, 'done');
      return {
        reports: [report],
        planned: numbersOf(plan),
        unread: plan.unreadable,
        interrupted: held.signal.aborted,
      };
    } finally {
      await journal.close();
    }
  });
  showResult(result, flags, context);
  context.finish(exitOf(result, 'apply'));
}

function announceSecrets(fresh: readonly UserSecret[], { terminal }: CommandContext): void {
  for (const { user, path } of fresh) terminal.err(`${user} gets a new password: ${path}\n`);
}

export function showResult(result: ApplyResult, flags: ApplyFlags, { terminal }: CommandContext): void {
  terminal.out(flags.json === true ? resultData(result) : renderResult(result, terminal.outLook));
}

/** What the run of a made plan looks like on disk. */
export function newRun({ planned, topology, entry }: MadePlan, context: CommandContext): Run {
  const { plan, stages } = planned;
  const startedAt = context.now();
  const used = new Set(stages.flatMap((stage) => stage.steps.map((step) => step.node)));
  return {
    id: makeRunId('apply', startedAt),
    operation: 'apply',
    startedAt: startedAt.toISOString(),
    actor: describeActor(),
    subject: `revision ${plan.revision.slice(0, REVISION_DIGITS)}`,
    nodes: topology.nodes
      .filter(({ id }) => used.has(id))
      .map(({ id, role }) => ({ id, role: plan.nodes.find(({ node }) => node === id)?.role ?? role })),
    stages,
    facts: {
      fleet: entry.fleet?.name ?? null,
      revision: plan.revision,
      planned: { ...numbersOf(plan) },
      unread: plan.unreadable.map(({ node }) => node),
    },
  };
}

export function worldOf({ entry, topology, input }: MadePlan, flags: ApplyFlags): World {
  return {
    entry,
    topology,
    known: new Map(input.states.map(({ node, server, table }) => [node, { server, table }])),
    files: flags.files === true ? 'every-host' : 'this-host',
    noise: flags.quiet === true ? 'silent' : 'progress',
  };
}

/** While it goes on users of both revisions are ours; once all is done, those of the policy. */
export function rememberUsers({ entry, policy }: MadePlan, when: 'begun' | 'done'): void {
  const fleet = entry.fleet?.name;
  const before = when === 'begun' ? readOwnedUsers(entry.stateFolder, fleet) : [];
  writeOwnedUsers(entry.stateFolder, fleet, [...before, ...policy.users.map(({ name }) => name)]);
}

export function numbersOf(plan: Plan): ApplyResult['planned'] {
  const { add, change, remove } = summarizePlan(plan);
  return { add, change, remove };
}

/** A file is a plan, anything else a server. */
function splitNamed(named: readonly string[]): {
  readonly file: string | undefined;
  readonly targets: readonly string[];
} {
  const files = named.filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile() === true);
  const missing = named.find((name) => /\.json$/i.test(name) && !files.includes(name));
  if (files.length <= 1 && missing === undefined) {
    return { file: files[0], targets: named.filter((name) => !files.includes(name)) };
  }
  throw new CommandFailure({
    code: 'E_USAGE',
    what: missing === undefined ? 'more than one plan is named' : `there is no file ${missing}`,
    next: 'wardis plan cache-1:6379 --out plan.json, then wardis apply plan.json cache-1:6379',
  });
}

async function readPlanFile(file: string): Promise<Plan> {
  const parsed = await parsePlan(await readInput(file, 'plan', PLAN_BYTES_MAX));
  if (parsed.ok) return parsed.plan;
  throw new CommandFailure({
    code: 'E_PLAN',
    what: `this is no plan: ${parsed.problem}`,
    target: file,
    next: 'make one: wardis plan --out plan.json',
  });
}

/** Our credentials go to whom the operator or the policy names, never to where a file says. */
function expectWay(targets: readonly string[], agreed: Plan, flags: ApplyFlags): void {
  const { fleet, host, port, socket, uri } = flags;
  const isNamed = [fleet, host, port, socket, uri, agreed.fleet].some((value) => value !== undefined);
  if (targets.length === 0 && !isNamed) throw unnamedServer();
}

function withFleet(flags: ApplyFlags, agreed: Plan | undefined): ApplyFlags {
  return flags.fleet !== undefined || agreed?.fleet === undefined ? flags : { ...flags, fleet: agreed.fleet };
}

function showPlan(plan: Plan, flags: ApplyFlags, { terminal }: CommandContext): void {
  const text = renderPlan('table', plan, {
    ...(flags.json === true ? terminal.errLook : terminal.outLook),
    detail: flags.wide === true ? 'all' : 'first',
  });
  // Standard output of --json is one document.
  if (flags.json !== true) terminal.out(`${text}\n`);
  else if (flags.yes !== true || plan.refusals.length > 0) terminal.err(`${text}\n`);
}

function endWithoutSteps(made: MadePlan, flags: ApplyFlags, context: CommandContext): void {
  const { unreadable, nodes } = made.planned.plan;
  if (flags.json === true) {
    const result = {
      reports: [],
      planned: numbersOf(made.planned.plan),
      unread: unreadable,
      interrupted: false,
    };
    context.terminal.out(resultData(result));
  }
  if (nodes.length === 0 && unreadable.some(({ code }) => code === REFUSED_LOGIN)) {
    return context.finish(EXIT.refused);
  }
  context.finish(unreadable.length > 0 ? EXIT.incomplete : EXIT.ok);
}

/** Published code of WRONGPASS. */
const REFUSED_LOGIN = 'E603';
/** A replica that is down is forgotten by its primary: the last apply knows it. */
function missedSince({ entry, topology }: MadePlan): readonly string[] {
  const { stateFolder, fleet } = entry;
  if (fleet === undefined) return [];
  const found = new Set(topology.nodes.map(({ id }) => id));
  return lastNodes(stateFolder, fleet.name)
    .filter((id) => !found.has(id))
    .map(
      (id) => `${id} was part of the last apply and is not found now: name it as a seed if it is only down`,
    );
}

function lastNodes(stateFolder: string, fleet: string): readonly string[] {
  const runs = listRuns(stateFolder).filter(
    ({ operation, status }) => operation === 'apply' && status !== 'damaged',
  );
  try {
    const known = runs.slice(0, RUNS_SEARCHED_MAX).map(({ id }) => readRun(stateFolder, id).run);
    return known.find(({ facts }) => facts['fleet'] === fleet)?.nodes.map(({ id }) => id) ?? [];
  } catch (error) {
    // A courtesy only: whoever lost the key of earlier runs may apply all the same.
    if (error instanceof ChangeError) return [];
    throw error;
  }
}

const RUNS_SEARCHED_MAX = 20;
