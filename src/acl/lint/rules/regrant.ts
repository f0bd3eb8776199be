/** Denials that a later or a separate grant undoes. */
import { hasBit, isEmpty } from '../../table/command-bits.ts';
import type { CommandTable } from '../../table/command-table.ts';
import type { LintHit, LintProof, LintRule, LintUser } from '../rule.ts';
import { common, historiesOf, namesOf, without } from './history.ts';
import type { Named, Step } from './history.ts';
import { hitAt, insertFix, judgedUsers, listCommands } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';

const RATIONALE =
  'Rules apply from left to right, and the last one that names a command decides. A denial does not outlive a later grant that covers the same command.';

const beforeAll = regrantRule({
  id: 'order-deny-before-all',
  title: 'A denial before +@all has no effect',
  rationale: `${RATIONALE} +@all (or allcommands) grants everything, whatever was denied before it.`,
  matches: (_, grant) => grant === 'all',
  proof: [
    prove(SINCE_6_0, '~* -@dangerous +@all', allowed('FLUSHALL'), allowed('CONFIG', 'GET', 'x')),
    prove(SINCE_6_0, '~* +@all -@dangerous', denied('FLUSHALL'), denied('CONFIG', 'GET', 'x')),
  ],
  bad: `user app on ${SECRET} ~app:* -@dangerous +@all`,
  good: `user app on ${SECRET} ~app:* +@all -@dangerous`,
});

const category = regrantRule({
  id: 'order-category-after-deny',
  title: 'A later category grants a denied command again',
  rationale: `${RATIONALE} A command is in several categories: FLUSHALL in @dangerous, @keyspace, @write and @slow.`,
  matches: (deny, grant) => grant === 'category' && deny !== 'subcommand',
  proof: [
    prove(SINCE_6_0, '~* +@all -flushall +@write', allowed('FLUSHALL')),
    prove(SINCE_6_0, '~* +@all +@write -flushall', denied('FLUSHALL')),
    prove(SINCE_6_0, '~* -@dangerous +@read', allowed('KEYS', '*')),
  ],
  bad: `user app on ${SECRET} ~app:* +@read -@dangerous +@write`,
  good: `user app on ${SECRET} ~app:* +@read +@write -@dangerous`,
});

const subcommand = regrantRule({
  id: 'order-sub-regranted',
  title: 'A later category grants a denied subcommand again',
  rationale: `${RATIONALE} From 7.0 on, categories reach single subcommands: +@admin brings CONFIG SET.`,
  matches: (deny, grant) => grant === 'category' && deny === 'subcommand',
  proof: [
    prove(SINCE_7_0, '-@all -config|set +@admin', allowed('CONFIG', 'SET', 'maxmemory', '0')),
    prove(SINCE_7_0, '-@all +@admin -config|set', denied('CONFIG', 'SET', 'maxmemory', '0')),
  ],
  bad: `user ops on ${SECRET} -config|set +@admin`,
  good: `user ops on ${SECRET} +@admin -config|set`,
});

const container = regrantRule({
  id: 'order-container-regrant',
  title: 'A later grant of the whole command restores a denied subcommand',
  rationale: `${RATIONALE} +client grants every subcommand of CLIENT, those denied before it included.`,
  matches: (deny, grant) => grant === 'command' && deny === 'subcommand',
  proof: [
    prove(SINCE_7_0, '-@all +client|id -client|kill +client', allowed('CLIENT', 'KILL', 'ID', '99999')),
    prove(
      SINCE_7_0,
      '-@all +client -client|kill',
      denied('CLIENT', 'KILL', 'ID', '99999'),
      allowed('CLIENT', 'ID'),
    ),
  ],
  bad: `user app on ${SECRET} ~app:* +get -client|kill +client`,
  good: `user app on ${SECRET} ~app:* +get +client -client|kill`,
});

const selectorBypass: LintRule = {
  id: 'selector-bypasses-root-deny',
  title: 'A selector grants what the rules outside it deny',
  severity: 'high',
  rationale:
    'Each pair of parentheses is a list of its own: a command runs if one selector allows it as a whole. Denials outside the parentheses do not reach into them.',
  fix: 'Repeat the denial inside the selector, or list there the commands that are needed.',
  proof: [
    prove(SINCE_7_0, '~app:* +@all -flushall (+@all)', allowed('FLUSHALL')),
    prove(SINCE_7_0, '~app:* +@all -flushall (+@all -flushall)', denied('FLUSHALL')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +@all -@dangerous (~tmp:* +@all)` },
    good: { text: `user app on ${SECRET} ~app:* +@all -@dangerous (~tmp:* +@all -@dangerous)` },
  },
  judge: (subject) => judgedUsers(subject).flatMap((user) => bypasses(user, subject.table)),
};

export const REGRANT_RULES: readonly LintRule[] = [
  beforeAll,
  category,
  subcommand,
  container,
  selectorBypass,
];

interface Asked {
  readonly id: string;
  readonly title: string;
  readonly rationale: string;
  readonly matches: (deny: Named['kind'], grant: Named['kind']) => boolean;
  readonly proof: readonly LintProof[];
  readonly bad: string;
  readonly good: string;
}

function regrantRule(asked: Asked): LintRule {
  return {
    id: asked.id,
    title: asked.title,
    severity: 'high',
    rationale: asked.rationale,
    fix: 'Write the denial after the grant.',
    proof: asked.proof,
    examples: { bad: { text: asked.bad }, good: { text: asked.good } },
    judge: (subject) =>
      judgedUsers(subject).flatMap((user) =>
        historiesOf(user).flatMap(({ steps }) =>
          steps.flatMap((grant, at) =>
            regranted(user, steps, at, asked.matches).map((found) => describe(user, grant, found)),
          ),
        ),
      ),
  };
}

interface Regranted {
  readonly denials: readonly Step[];
  readonly commands: Uint32Array;
}

/** What the grant at `at` gave back of what was denied before it, and is still granted at the end. */
function regranted(
  user: LintUser,
  steps: readonly Step[],
  at: number,
  matches: Asked['matches'],
): readonly Regranted[] {
  const grant = steps[at];
  const last = steps.at(-1);
  if (grant === undefined || last === undefined || signOf(grant) !== '+') return [];
  const gained = common(without(grant.after.bits, grant.before.bits), last.after.bits);
  const denials = steps
    .slice(0, at)
    .filter(
      (deny) =>
        signOf(deny) === '-' &&
        deny.names.kind !== 'all' &&
        matches(deny.names.kind, grant.names.kind) &&
        !isEmpty(common(setOf(deny), gained)),
    );
  if (denials.length === 0) return [];
  const commands = denials.reduce(
    (sum, deny) => sum.map((word, i) => word | (setOf(deny)[i] ?? 0)),
    new Uint32Array(gained.length),
  );
  return namesOf(common(commands, gained), user.user.table).length === 0
    ? []
    : [{ denials, commands: common(commands, gained) }];
}

function describe(user: LintUser, grant: Step, { denials, commands }: Regranted): LintHit {
  const { table } = user.user;
  const written = [...new Set(denials.map(({ rule }) => rule.toLowerCase()))].join(' ');
  return hitAt(user, grant, {
    severity: isDangerous(commands, table) ? 'high' : 'medium',
    message: `${grant.rule} grants user ${user.name} again what ${written} before it took away: ${few(commands, table)}.`,
    fix: insertFix(grant, written, `Write ${written} after ${grant.rule}.`),
  });
}

function bypasses(user: LintUser, table: CommandTable): readonly LintHit[] {
  const [root, ...others] = historiesOf(user);
  const rootEnd = root?.steps.at(-1)?.after.bits;
  if (root === undefined || rootEnd === undefined) return [];
  const denials = root.steps.filter((step) => signOf(step) === '-' && step.names.kind !== 'all');
  return others.flatMap(({ steps }) => {
    const end = steps.at(-1);
    // A command named in the selector by itself is meant.
    const wide = steps.filter(
      (step) => signOf(step) === '+' && (step.names.kind === 'all' || step.names.kind === 'category'),
    );
    if (end === undefined || wide.length === 0) return [];
    const open = without(end.after.bits, rootEnd);
    const undone = denials.filter((deny) => namesOf(common(setOf(deny), open), table).length > 0);
    if (undone.length === 0) return [];
    const commands = undone.reduce(
      (sum, deny) => sum.map((word, i) => word | (setOf(deny)[i] ?? 0)),
      new Uint32Array(open.length),
    );
    const written = [...new Set(undone.map(({ rule }) => rule.toLowerCase()))].join(' ');
    const close = end.last.range?.[1];
    const words = `Add ${written} inside the parentheses.`;
    return [
      hitAt(user, end, {
        severity: isDangerous(common(commands, open), table) ? 'high' : 'medium',
        message: `The selector grants user ${user.name} what ${written} outside it denies: ${few(common(commands, open), table)}.`,
        fix:
          close === undefined
            ? { kind: 'words', words }
            : { kind: 'edit', range: [close - 1, close - 1], text: ` ${written}`, words },
      }),
    ];
  });
}

function signOf(step: Step): '+' | '-' | undefined {
  return 'sign' in step.names ? step.names.sign : undefined;
}

function setOf(step: Step): Uint32Array {
  return 'set' in step.names ? step.names.set : new Uint32Array(step.after.bits.length);
}

function isDangerous(commands: Uint32Array, table: CommandTable): boolean {
  return table.byIndex.some(
    ({ index, categories }) =>
      hasBit(commands, index) && (categories.has('dangerous') || categories.has('admin')),
  );
}

function few(commands: Uint32Array, table: CommandTable): string {
  return listCommands(namesOf(commands, table));
}
