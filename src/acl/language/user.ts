/** ACL SETUSER on a copy of a user: acl.c aclCommand, Redis 7.2. The first refused rule means that nothing changes. */
import { cString, hasSpaces, toBytes, toText } from '../bytes.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { PubsubDefault } from '../table/dialect.ts';
import { finishUser, newUser, reopenUser } from './draft.ts';
import type { DraftUser, RuleContext } from './draft.ts';
import { findHazards } from './hazard.ts';
import { adviseRule } from './help.ts';
import type { Problem } from '../problem.ts';
import { applyRule } from './rule.ts';
import { followsLoneSign, hideSecrets, replyLine, setUserMessage } from './rule-error.ts';
import { mergeSelectors } from './selector-merge.ts';
import type { User } from '../selector.ts';

export interface ParseUserOptions {
  /** Apply on top of this user (ACL SETUSER is incremental); default: a new user. */
  readonly base?: User;
  /** `acl-pubsub-default`; default: the version's. */
  readonly pubsubDefault?: PubsubDefault;
  /** `verbatim`: messages name the rule at fault as the server does, its password included. Default: `…` instead. */
  readonly secrets?: 'verbatim';
}

export interface ParsedUser {
  /** Undefined when a rule was refused: the server then changes nothing. */
  readonly user: User | undefined;
  /** What the server refuses: the first error, as ACL SETUSER words it. */
  readonly problems: readonly Problem[];
  /** What the server accepts but will suffer from (a display that ends it). */
  readonly hazards: readonly Problem[];
}

/** ACL SETUSER name token...: rules left to right, the first refused one ends it. */
export function parseUser(
  name: string,
  tokens: readonly string[],
  table: CommandTable,
  options: ParseUserOptions = {},
): ParsedUser {
  const nameBytes = toBytes(name);
  if (hasSpaces(nameBytes)) return refuse({ code: 'bad-user-name', message: BAD_NAME, token: name });
  const context = ruleContext(table, options.pubsubDefault);
  const show = options.secrets === 'verbatim' ? (token: string) => token : hideInBytes;
  const merged = mergeSelectors(tokens.map(toBytes), table.dialect);
  if (merged.open !== undefined) {
    const token = show(cString(toBytes(tokens[merged.open] ?? '')));
    return refuse({
      code: 'unmatched-parenthesis',
      message: replyLine(`ERR Unmatched parenthesis in acl selector starting at '${token}'.`),
      token: hideSecrets(tokens[merged.open] ?? ''),
      index: merged.open,
      help: 'Close the selector with a ")" at the end of one of its rules.',
    });
  }
  const draft: DraftUser = options.base === undefined ? newUser(context) : reopenUser(options.base);
  for (const { token, index } of merged.rules) {
    const error = applyRule(draft, token, context);
    if (error === undefined) continue;
    const help = adviseRule(token, error, table);
    const splitOff = options.secrets !== 'verbatim' && followsLoneSign(tokens, index);
    return refuse({
      code: error,
      message: setUserMessage(splitOff ? HIDDEN : show(token), error),
      token: splitOff ? '…' : hideSecrets(toText(token)),
      index,
      ...(help !== undefined && { help }),
    });
  }
  return {
    user: finishUser(nameBytes, draft, table),
    problems: [],
    hazards: findHazards(merged.rules, draft, table),
  };
}

/** The user `default` that a server has when nothing declares it: `on nopass ~* &* +@all`. */
export function defaultUser(table: CommandTable): User {
  const context = ruleContext(table, undefined);
  const draft = newUser(context);
  for (const rule of ['on', 'nopass', '~*', table.dialect.channels ? '&*' : '', '+@all']) {
    applyRule(draft, rule, context);
  }
  return finishUser('default', draft, table);
}

export function ruleContext(table: CommandTable, pubsubDefault: PubsubDefault | undefined): RuleContext {
  return { table, pubsubDefault: pubsubDefault ?? table.dialect.pubsubDefault };
}

const BAD_NAME = "ERR Usernames can't contain spaces or null characters";

function refuse(problem: Problem): ParsedUser {
  return { user: undefined, problems: [problem], hazards: [] };
}

const HIDDEN = toBytes('…');

/** {@link hideSecrets} of a byte string. */
function hideInBytes(token: string): string {
  return toBytes(hideSecrets(toText(token)));
}
