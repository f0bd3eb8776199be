/**
 * Parentheses spread over several arguments become one rule: acl.c ACLMergeSelectorArguments, Redis 7.2. Redis 7.0
 * lets a second opening parenthesis drop the unfinished selector before it.
 */
import { cString } from '../bytes.ts';
import type { Dialect } from '../table/dialect.ts';

/** A rule and the tokens it was made of, from `index` to `last`. */
export interface MergedRule {
  readonly token: string;
  readonly index: number;
  readonly last: number;
}

export interface MergedRules {
  readonly rules: readonly MergedRule[];
  /** Position of the parenthesis that stays open. */
  readonly open?: number;
}

export function mergeSelectors(tokens: readonly string[], dialect: Dialect): MergedRules {
  const rules: MergedRule[] = [];
  if (!dialect.selectors) return { rules: tokens.map((token, index) => ({ token, index, last: index })) };
  let open: number | undefined;
  let merged = '';
  for (const [index, token] of tokens.entries()) {
    const opens = token.startsWith('(') && !token.endsWith(')');
    if (opens && (open === undefined || dialect.reopensSelector)) {
      open = index;
      merged = token;
    } else if (open !== undefined) {
      merged += ` ${cString(token)}`;
      if (token.endsWith(')')) {
        rules.push({ token: merged, index: open, last: index });
        open = undefined;
      }
    } else {
      rules.push({ token, index, last: index });
    }
  }
  return open === undefined ? { rules } : { rules, open };
}
