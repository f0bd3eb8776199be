/**
 * Parentheses spread over several arguments become one rule: acl.c ACLMergeSelectorArguments, Redis 7.2. Redis 7.0
 * lets a second opening parenthesis drop the unfinished selector before it.
 */
import { cString } from './bytes.ts';
import type { Dialect } from './dialect.ts';

export interface MergedRules {
  /** Rules with the position of their first token. */
  readonly rules: readonly { readonly token: string; readonly index: number }[];
  /** Position of the parenthesis that stays open. */
  readonly open?: number;
}

export function mergeSelectors(tokens: readonly string[], dialect: Dialect): MergedRules {
  const rules: { token: string; index: number }[] = [];
  if (!dialect.selectors) return { rules: tokens.map((token, index) => ({ token, index })) };
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
        rules.push({ token: merged, index: open });
        open = undefined;
      }
    } else {
      rules.push({ token, index });
    }
  }
  return open === undefined ? { rules } : { rules, open };
}
