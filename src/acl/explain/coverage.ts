/** Which patterns of a selector give a key: acl.c ACLSelectorCheckKey, Redis 7.2. */
import { toBytes } from '../bytes.ts';
import type { KeyNeed } from '../decision/key-spec.ts';
import { matchBytes } from '../decision/glob.ts';
import type { EngineKey, KeyPattern, Selector } from '../selector.ts';
import type { Dialect } from '../table/dialect.ts';

/** The patterns with the needed access that match the key, in order. */
export function coveringPatterns(
  selector: Selector,
  key: string,
  need: KeyNeed,
  dialect: Dialect,
): readonly KeyPattern[] {
  const bytes = toBytes(key);
  return selector.keys.filter((_, i) => {
    const pattern = selector.engine.keys[i];
    return (
      pattern !== undefined &&
      gives(pattern, need) &&
      matchBytes(pattern.pattern, bytes, dialect.globDepthMax)
    );
  });
}

/** The patterns with the needed access, whatever they match. */
export function patternsGiving(selector: Selector, need: KeyNeed): readonly KeyPattern[] {
  return selector.keys.filter((_, i) => {
    const pattern = selector.engine.keys[i];
    return pattern !== undefined && gives(pattern, need);
  });
}

export function coversKey(selector: Selector, key: string, need: KeyNeed, dialect: Dialect): boolean {
  return selector.allKeys || coveringPatterns(selector, key, need, dialect).length > 0;
}

/** `~*`, or a pattern that is one star: what SORT BY and GET ask for (acl.c ACLSelectorHasUnrestrictedKeyAccess). */
export function readsEveryKey(selector: Selector): boolean {
  return selector.allKeys || selector.keys.some(({ pattern, read }) => pattern === '*' && read);
}

/** `~app:*` or `%R~app:*`. */
export function printPattern({ pattern, read, write }: KeyPattern): string {
  return read && write ? `~${pattern}` : `%${read ? 'R' : ''}${write ? 'W' : ''}~${pattern}`;
}

/** A need in words. */
export function nameNeed(need: KeyNeed): 'any access' | 'read' | 'write' | 'read and write' {
  switch (need) {
    case 0:
      return 'any access';
    case 1:
      return 'read';
    case 2:
      return 'write';
    case 3:
      return 'read and write';
  }
}

function gives(pattern: EngineKey, need: KeyNeed): boolean {
  return (pattern.bits & need) === need;
}
