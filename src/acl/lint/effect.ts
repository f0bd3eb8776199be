/** Stands in until `explain/token-effect.ts` is here. */
import type { CommandTable } from '../table/command-table.ts';

export interface TokenEffect {
  readonly index: number;
  readonly status: 'effective' | 'none' | 'lost' | 'partly-lost';
  /** Index of the token that took it away. */
  readonly lostTo?: number;
  readonly reason?: string;
}

export function explainTokens(
  _name: string,
  _tokens: readonly string[],
  _table: CommandTable,
): readonly TokenEffect[] {
  return [];
}
