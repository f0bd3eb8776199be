/** Escalation paths and requirements in words. */
import type { EscalationEdge } from './edge.ts';
import type { EscalationPath, EscalationStep } from './find.ts';
import { powerTitle } from './power.ts';
import { DEFAULT_WORDS } from './requirement.ts';
import type { Builds, Requirement } from './requirement.ts';

/** Assumptions that one line shows; the rest is counted. */
const ASSUMES_MAX = 3;
/** Commands that one step of a line shows: any of them opens it. */
const COMMANDS_MAX = 3;

/** A path in one line: `CONFIG SET requirepass → acts as default → full control (if the user default is on)`. */
export function printPath(path: EscalationPath): string {
  return `${[...stepsOf(path), powerTitle(path.to)].join(' → ')}${printAssumptions(path)}`;
}

/** The same without its end: `CONFIG SET requirepass → acts as default (if the user default is on)`. */
export function printWay(path: EscalationPath): string {
  return `${stepsOf(path).join(' → ')}${printAssumptions(path)}`;
}

function stepsOf(path: EscalationPath): readonly string[] {
  return path.steps.map(printStep).filter((text) => text !== '');
}

function printAssumptions({ assumes }: EscalationPath): string {
  if (assumes.length === 0) return '';
  const more = assumes.length - ASSUMES_MAX;
  const shown = assumes.slice(0, ASSUMES_MAX).join(', and ');
  return ` (if ${shown}${more > 0 ? `, and ${more} more conditions` : ''})`;
}

/** One step: the commands that open it, or what happens. */
export function printStep({ edge, commands, as }: EscalationStep): string {
  if (edge.id === `esc-${edge.from}-${edge.to}`) return '';
  const by = edge.step ?? printCommands(commands.slice(0, COMMANDS_MAX));
  return as === 'default' ? `${by} as default` : by;
}

/** `REPLICAOF or SLAVEOF`. */
export function printCommands(names: readonly string[]): string {
  return names.map((name) => name.replace('|', ' ').toUpperCase()).join(' or ');
}

/** What an edge asks for, in words, for its page. */
export function printRequirement(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'may':
      return `\`${requirement.argv.join(' ')}\``;
    case 'hears':
      return 'a channel rule that covers `__keyspace@*` or `__keyevent@*`, and SUBSCRIBE or PSUBSCRIBE';
    case 'any':
      return requirement.of.map(printInner).join(' or ');
    case 'all':
      return requirement.of.length === 0 ? 'nothing more' : requirement.of.map(printInner).join(' and ');
    case 'build':
      return printBuilds(requirement.redis, requirement.valkey);
    case 'setting':
      return `${requirement.name} ${requirement.in.join(' or ')}`;
    case 'setting-given':
      return `${requirement.name} set`;
    case 'mode':
      return requirement.is === 'cluster' ? 'cluster mode' : 'no cluster mode';
    case 'default-user':
      return DEFAULT_WORDS[requirement.is];
    case 'skips-payload-check':
      return '`skip-sanitize-payload`';
    case 'when':
      return requirement.happens;
  }
}

/** Where an edge was seen. */
export function printEvidence(edge: EscalationEdge): string {
  if (edge.seen.length > 0) return `run on ${edge.seen.join(', ')}`;
  return edge.advisory === undefined ? 'not run' : `from the advisory ${edge.advisory}, not run`;
}

function printInner(requirement: Requirement): string {
  const text = printRequirement(requirement);
  const isGroup = (requirement.kind === 'any' || requirement.kind === 'all') && requirement.of.length > 1;
  return isGroup ? `(${text})` : text;
}

function printBuilds(redis: Builds | undefined, valkey: Builds | undefined): string {
  const parts = [redis && `Redis ${printRange(redis)}`, valkey && `Valkey ${printRange(valkey)}`].filter(
    (text) => text !== undefined,
  );
  return parts.join(', ');
}

function printRange({ introduced, until }: Builds): string {
  return until === undefined ? `from ${introduced} on` : `from ${introduced}, fixed in ${until.join(', ')}`;
}
