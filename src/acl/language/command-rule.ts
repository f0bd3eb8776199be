/**
 * Rules that grant or take commands: the `+` and `-` branches of acl.c ACLSetSelector, Redis 7.2, and of ACLSetUser in
 * 6.x, where `+a|b` looks at the first argument only.
 */
import { cString, toLower } from '../bytes.ts';
import { applyCommand, applySet, categoryBits, hasBit, isEmpty } from '../table/command-bits.ts';
import { keepRule } from './command-text.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import type { DraftSelector, RuleContext } from './draft.ts';
import { addTo, findIn } from './long-list.ts';
import type { RuleError } from './rule-error.ts';

/** Applies `+...`, `-...`, `allcommands` or `nocommands`; anything else is a syntax error. */
export function applyCommandRule(
  selector: DraftSelector,
  token: string,
  word: string,
  context: RuleContext,
): RuleError | undefined {
  if (word === 'allcommands' || word === '+@all') return setAll(selector, 1);
  if (word === 'nocommands' || word === '-@all') return setAll(selector, 0);
  const sign = token[0];
  if (sign !== '+' && sign !== '-') return 'syntax';
  if (token[1] === '@') return applyCategory(selector, sign, toLower(cString(token)).slice(2), context.table);
  const name = cString(token).slice(1);
  if (sign === '+' && name.includes('|')) return applyBar(selector, name, context.table);
  const command = lookUp(context.table, name);
  if (command === undefined) return 'unknown-command';
  grant(selector, command, sign === '+' ? 1 : 0);
  keepRule(selector.kept, sign, command.fullName.toLowerCase());
  return undefined;
}

function setAll(selector: DraftSelector, on: 0 | 1): undefined {
  selector.bits.fill(on === 1 ? 0xffffffff : 0);
  selector.allCommands = on === 1;
  selector.future = on === 1;
  selector.firstArgs.clear();
  selector.kept = [];
}

function grant(selector: DraftSelector, command: Command, on: 0 | 1): void {
  applyCommand(selector.bits, command, on);
  selector.firstArgs.delete(command.index);
  if (on === 0) selector.allCommands = false;
}

function applyCategory(
  selector: DraftSelector,
  sign: '+' | '-',
  category: string,
  table: CommandTable,
): RuleError | undefined {
  const set = categoryBits(table).get(category);
  if (set === undefined) return 'unknown-command';
  applySet(selector.bits, set.reach, sign === '+' ? 1 : 0);
  if (sign === '-' && !isEmpty(set.reach)) selector.allCommands = false;
  for (const index of selector.firstArgs.keys()) {
    if (hasBit(set.reach, index)) selector.firstArgs.delete(index);
  }
  keepRule(selector.kept, sign, `@${category}`);
  return undefined;
}

/** `+a|b`: a subcommand, or a right for one first argument. */
function applyBar(selector: DraftSelector, name: string, table: CommandTable): RuleError | undefined {
  const { dialect } = table;
  const bar = dialect.subcommands ? name.lastIndexOf('|') : name.indexOf('|');
  const head = lookUp(table, name.slice(0, bar));
  const tail = name.slice(bar + 1);
  if (head === undefined) return 'unknown-command';
  if (head.parent !== undefined) return 'first-arg-of-subcommand';
  if (tail === '') return 'syntax';
  if (head.isContainer) {
    const sub = lookUp(table, name);
    if (sub === undefined) return 'unknown-command';
    grant(selector, sub, 1);
  } else {
    if (dialect.firstArgWhenAllowed !== 'kept' && hasBit(selector.bits, head.index)) {
      return dialect.firstArgWhenAllowed === 'error' ? 'command-already-allowed' : undefined;
    }
    addFirstArg(selector, head, tail);
  }
  keepRule(selector.kept, '+', toLower(name));
  return undefined;
}

function addFirstArg(selector: DraftSelector, command: Command, arg: string): void {
  const args = selector.firstArgs.get(command.index);
  if (args === undefined) selector.firstArgs.set(command.index, [arg]);
  else if (findIn(args, toLower(arg), toLower) === undefined) addTo(args, arg, toLower);
}

function lookUp(table: CommandTable, name: string): Command | undefined {
  return table.commands.get(toLower(name));
}
