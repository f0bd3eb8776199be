/** What became of a rule: the answer of {@link explainTokens}. */
import type { RuleError } from '../language/rule-error.ts';

/**
 * - `effective`: everything it did still stands.
 * - `partly-lost`: later rules undid some of it.
 * - `lost`: later rules undid all of it.
 * - `none`: the user would have the same rights without it. All rules with this status can go at once.
 * - `refused`: the server refuses it, and with it the whole line; the other rules are judged as if it were not there.
 */
export type EffectStatus = 'effective' | 'none' | 'lost' | 'partly-lost' | 'refused';

/**
 * Why a rule has the status it has; `by` names the rules meant.
 * - `conventional`: restates what a new user is anyway (`-@all`, `resetkeys`), a usual start of a line.
 * - `already-granted`: `by` gave it before.
 * - `nothing-to-remove`: nothing of it was there; `by` grants later what it was to deny.
 * - `implied`: `by`, further right, gives the same and more.
 * - `always-allowed`: names only commands that need no right (AUTH).
 * - `names-nothing`: a category without members, or an empty rule.
 * - `empty-selector`: parentheses that give nothing.
 * - `ignored`: accepted by this version and not looked at.
 * - `dropped`: Redis 7.0 forgets an unfinished selector when another one opens.
 * - `wiped-by`: `by` took it away. `replaced-by`: `by` put something as good or wider in its place.
 * - `regranted-by`: it took away what `by` gave again. `selector-gone`: `by` removed the whole selector.
 * - a {@link RuleError} or `unmatched-parenthesis`: why the server refuses it.
 */
export type EffectReason =
  | 'conventional'
  | 'already-granted'
  | 'nothing-to-remove'
  | 'implied'
  | 'always-allowed'
  | 'names-nothing'
  | 'empty-selector'
  | 'ignored'
  | 'dropped'
  | 'wiped-by'
  | 'replaced-by'
  | 'regranted-by'
  | 'selector-gone'
  | 'unmatched-parenthesis'
  | RuleError;

/** One rule and what became of it. */
export interface TokenEffect {
  /** As written, parentheses merged, secrets as `…`. */
  readonly token: string;
  /** Positions of its first and last token in the tokens given; inside parentheses, among the rules there. */
  readonly index: number;
  readonly last: number;
  readonly status: EffectStatus;
  readonly reason?: EffectReason;
  /** `index` of the rules that `reason` speaks of, in order. */
  readonly by: readonly number[];
  /** Commands by full name. Those that need no right are not counted, nor containers. */
  readonly commands: Contribution;
  /** First-argument rules: `select|0`. */
  readonly firstArgs: Contribution;
  /** `~app:*`, `%R~app:*`, `~*`. */
  readonly keys: Contribution;
  /** `&news`, `&*`. */
  readonly channels: Contribution;
  /** `db=0`, `alldbs`. */
  readonly databases: Contribution;
  /** `on`, `nopass`, `password`, `skip-sanitize-payload`. */
  readonly login: Contribution;
  /** Commands of modules that are loaded later. */
  readonly futureCommands?: 'given' | 'taken';
  /** What later rules undid, one entry for each of them, in order. */
  readonly lostTo: readonly LostTo[];
  /** The rules inside parentheses. */
  readonly children: readonly TokenEffect[];
  /** What the server says to a refused rule. */
  readonly message?: string;
}

/** What a rule switched, at its moment and for good. */
export interface Contribution {
  readonly given: readonly string[];
  readonly taken: readonly string[];
  /** The part of `given` that is there at the end because of this rule. */
  readonly standing: readonly string[];
  /** The part of `taken` that is absent at the end because of this rule. */
  readonly stillTaken: readonly string[];
}

export interface LostTo {
  /** `index` of the rule that undid it. */
  readonly by: number;
  /** Names as in the contributions. */
  readonly what: readonly string[];
}
