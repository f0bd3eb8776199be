/** The work of `wardis migrate`: where the fleet stands, who needs the old way, the next phase, the last one back. */

import {
  additionsOf,
  blockersOf,
  linkGoalOf,
  linkUserOf,
  phaseOf,
  PHASE_TITLES,
  seeFleet,
  stepsFor,
  takenAwayBy,
  usersOfOldWay,
  watchedKind,
  type Blocker,
  type MigrationSight,
  type Phase,
  type PhaseInput,
  type PhasePlan,
  type Progress,
} from '../../change/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { MigrateFlags } from '../commands/migrate.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { explainChange } from './apply-failure.ts';
import { confirmChange } from './confirm.ts';
import { enterMigration, type MigrateEntry } from './migrate-entry.ts';
import { tryNewLogin } from './migrate-login.ts';
import { describeEnd, forgottenNodes, openRunOf, runPhase, takeBackPhase } from './migrate-run.ts';
import { printBlockers, printStanding, standingAsData } from './migrate-show.ts';
import { findFleet, type FoundFleet } from './migrate-way.ts';

/** A fleet as it stands, with everything that the next step needs. */
export interface Standing {
  readonly migration: MigrateEntry;
  readonly found: FoundFleet;
  readonly sights: readonly MigrationSight[];
  readonly progress: Progress;
  /** Who was seen on the old way, now or while it was watched. */
  readonly old: readonly Blocker[];
}

const SAMPLE_MS = 1000;
const SAMPLES_KINDS_MAX = 10_000;

export async function runMigrate(
  named: readonly string[],
  flags: MigrateFlags,
  context: CommandContext,
): Promise<void> {
  if (flags.next === true && flags.back === true) throw usage('--next and --back do not go together');
  await explainChange(() => migrate(named, flags, context));
}

async function migrate(
  named: readonly string[],
  flags: MigrateFlags,
  context: CommandContext,
): Promise<void> {
  const migration = await enterMigration(named, flags, context);
  const standing = await stand(migration, context);
  if (flags.back === true) return takeBackPhase(standing, flags, context);
  if (flags.next === true) return goOn(standing, flags, context);
  show(standing, flags, context);
  context.finish(standing.found.away.length > 0 ? EXIT.incomplete : EXIT.ok);
}

function show(standing: Standing, flags: MigrateFlags, context: CommandContext): void {
  const text =
    flags.json === true
      ? `${printSafeJson(standingAsData(standing), 2)}\n`
      : printStanding(standing, context.terminal.outLook);
  context.terminal.out(text);
}

/** Reads the fleet, for as long as it is to be watched. */
async function stand(migration: MigrateEntry, context: CommandContext): Promise<Standing> {
  const until = Date.now() + migration.watchMs;
  const seen = new Map<string, Blocker>();
  for (;;) {
    const standing = await look(migration, context);
    for (const blocker of standing.old) remember(seen, blocker);
    const left = until - Date.now();
    if (left <= 0) return { ...standing, old: [...seen.values()] };
    await new Promise((resolve) => setTimeout(resolve, Math.min(SAMPLE_MS, left)));
  }
}

async function look(migration: MigrateEntry, context: CommandContext): Promise<Standing> {
  const { entry, policy, fleet, secrets, logins } = migration;
  const found = await findFleet(entry, logins);
  if (found.states.length === 0) {
    const [first] = found.away;
    throw new CommandFailure({
      code: 'E_FLEET',
      what: 'no node of the fleet answers, by neither way',
      ...(first === undefined ? {} : { target: first.node, cause: first.detail }),
      next: 'name the password of default, while it is in use: --default-password-file FILE',
    });
  }
  const reading = { policy, fleet, ...found, secrets, now: context.now() };
  const sights = seeFleet(reading);
  const nodes = sights.map(({ seen }) => seen);
  const users = {
    replicationUser: linkUserOf('replication', reading)?.user,
    sentinelUser: linkUserOf('sentinel', reading)?.user,
    links: linkGoalOf(watchedKind(found.topology.kind, nodes)),
  };
  return {
    migration,
    found,
    sights,
    progress: phaseOf(nodes, users),
    old: usersOfOldWay(nodes),
  };
}

/** The same kind of client at another moment is no further one: the most that was seen at a time counts. */
function remember(seen: Map<string, Blocker>, blocker: Blocker): void {
  const { who, user, name, library, address, needs } = blocker;
  const key = JSON.stringify([who, user, name, library, address, needs]);
  const before = seen.get(key);
  if (before === undefined && seen.size >= SAMPLES_KINDS_MAX) return;
  seen.set(key, {
    ...blocker,
    sessions: Math.max(blocker.sessions, before?.sessions ?? 0),
    nodes: [...new Set([...(before?.nodes ?? []), ...blocker.nodes])],
  });
}

/** The next phase, unless something or somebody stands in the way. */
async function goOn(standing: Standing, flags: MigrateFlags, context: CommandContext): Promise<void> {
  const { migration, found, progress } = standing;
  const forgotten = flags.force === true ? [] : forgottenNodes(migration, standing.sights);
  const away = [
    ...found.away,
    ...forgotten.map((node) => ({
      node,
      detail: 'the last phase was done here too; if it is gone for good: --force',
    })),
  ];
  if (away.length > 0) {
    const [first] = away;
    throw new CommandFailure({
      code: 'E_FLEET',
      what: `${away.length === 1 ? 'a node' : `${away.length} nodes`} cannot be reached; a phase is done on all of them or on none`,
      target: first?.node ?? '',
      cause: first?.detail ?? '',
      next: 'wardis migrate   shows each',
    });
  }
  const unfinished = openRunOf(standing);
  if (progress.next === 'done' && unfinished === undefined) {
    context.terminal.out('the migration is complete: named users, TLS, nothing of the old way is left\n');
    return context.finish(EXIT.ok);
  }
  const phase = unfinished?.phase ?? progress.next;
  if (phase === 'done') return context.finish(EXIT.ok);
  // A run that was cut short has its steps on disk already.
  const plan =
    unfinished === undefined
      ? planPhase(phase, standing, flags, context)
      : { stages: [], obstacles: [], byHand: [] };
  const obstacles = [...plan.obstacles];
  if (unfinished === undefined && takenAwayBy(phase) !== undefined)
    obstacles.push(...(await tryNewLogin(standing.sights, migration)));
  if (obstacles.length > 0) {
    throw new CommandFailure({
      code: 'E_MIGRATE',
      what: `${phase} cannot be done here; nothing was changed`,
      cause: obstacles.join('\n         '),
      next: 'mend what is named, then: wardis migrate --next',
    });
  }
  const inTheWay = blockersNow(standing, phase);
  if (inTheWay.length > 0 && flags.force !== true) {
    context.terminal.out(printBlockers(inTheWay, context.terminal.outLook));
    context.terminal.err(
      `${phase} was not begun: ${count(inTheWay)} still need ${needed(phase)}. Move them, or insist: --next --force\n`,
    );
    return context.finish(EXIT.findings);
  }
  const report = await agreeAndRun({ phase, plan, inTheWay, standing }, flags, context);
  const after = await look(migration, context);
  context.terminal.out(
    describeEnd(report, after, plan, flags.json === true ? 'json' : context.terminal.outLook),
  );
  context.finish(report.outcome === 'done' ? EXIT.ok : EXIT.incomplete);
}

function blockersNow({ sights, old }: Standing, phase: Phase): readonly Blocker[] {
  const way = takenAwayBy(phase);
  if (way === undefined) return [];
  const now = blockersOf(
    sights.map(({ seen }) => seen),
    phase,
  );
  // What was watched counts too: a client that comes every minute is not here now.
  return now.length > 0 ? now : old.filter(({ needs }) => needs.includes(way));
}

function planPhase(
  phase: Phase,
  { migration, found, sights }: Standing,
  flags: MigrateFlags,
  context: CommandContext,
): PhasePlan {
  const { policy, fleet, secrets, logins, tlsFor } = migration;
  const known = { policy, secrets, now: context.now() };
  const own = logins.named;
  const lacking = phase === 'users' ? withoutSecret(sights, secrets) : [];
  const plan = stepsFor(phase, {
    kind: watchedKind(
      found.topology.kind,
      sights.map(({ seen }) => seen),
    ),
    sights,
    userStages:
      phase === 'users' ? additionsOf({ policy, fleet, ...found, secrets, now: context.now() }) : [],
    tls: tlsFor(found.topology.kind),
    ourselves: own?.username === undefined ? undefined : { user: own.username, password: own.password },
    replication: namedOf(linkUserOf('replication', known)),
    sentinel: namedOf(linkUserOf('sentinel', known)),
    oldPassword: logins.old,
    insist: flags.force === true ? 'force' : 'no',
  });
  return { ...plan, obstacles: [...plan.obstacles, ...lacking] };
}

function namedOf(found: ReturnType<typeof linkUserOf>): PhaseInput['replication'] {
  return found?.password === undefined ? undefined : { user: found.user, password: found.password };
}

/** Users that nobody could log in as. */
function withoutSecret(
  sights: readonly MigrationSight[],
  secrets: ReadonlyMap<string, unknown>,
): readonly string[] {
  const names = new Set(sights.flatMap(({ seen }) => seen.missingUsers));
  return [...names]
    .filter((name) => !secrets.has(name))
    .map(
      (name) => `the secret of ${name} is not there: name it in the policy, or let wardis harden make one`,
    );
}

interface Undertaking {
  readonly phase: Phase;
  readonly plan: PhasePlan;
  readonly inTheWay: readonly Blocker[];
  readonly standing: Standing;
}

async function agreeAndRun(
  { phase, plan, inTheWay, standing }: Undertaking,
  flags: MigrateFlags,
  context: CommandContext,
): ReturnType<typeof runPhase> {
  const { name } = standing.migration;
  if (inTheWay.length > 0) {
    context.terminal.out(printBlockers(inTheWay, context.terminal.outLook));
    context.terminal.err(`these ${count(inTheWay)} will break\n`);
  }
  const steps = plan.stages.reduce((sum, stage) => sum + stage.steps.length, 0);
  await confirmChange(
    {
      yes: flags.yes === true,
      confirm: flags.confirm,
      about: `${phase}: ${PHASE_TITLES[phase]}, ${steps} steps at ${standing.sights.length} nodes.`,
      name: inTheWay.length > 0 ? name : undefined,
      scriptForm:
        inTheWay.length > 0
          ? `wardis migrate --next --force --confirm ${name}`
          : 'wardis migrate --next --yes',
    },
    context,
  );
  return runPhase(standing, phase, plan.stages, context);
}

function count(blockers: readonly Blocker[]): string {
  const sessions = blockers.reduce((sum, { sessions: each }) => sum + each, 0);
  return sessions === 1 ? '1 session' : `${sessions} sessions`;
}

function needed(phase: Phase): string {
  return takenAwayBy(phase) === 'default' ? 'the user default' : 'the plaintext port';
}

function usage(what: string): CommandFailure {
  return new CommandFailure({ code: 'E_USAGE', what, next: 'wardis help migrate' });
}
