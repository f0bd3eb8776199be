/**
 * Which server version is the first to accept a rule, asked of the bundled tables of both products, each in its own
 * language.
 */
import { toBytes } from '../bytes.ts';
import { newUser } from '../language/draft.ts';
import { applyRule } from '../language/rule.ts';
import { ruleContext } from '../language/user.ts';
import type { CommandTable } from '../table/command-table.ts';
import { parseVersion } from '../table/dialect.ts';
import type { Product } from '../table/dialect.ts';
import { tableFor } from '../table/tables.ts';

/** Branches with a table, oldest first. Valkey 7.2 speaks as Redis 7.2. */
const BRANCHES: Readonly<Record<Product, readonly string[]>> = {
  redis: ['6.0', '6.2', '7.0', '7.2', '7.4', '8.0'],
  valkey: ['7.2', '8.0', '8.1', '9.1'],
};

/** A server that accepts the rule: `Redis 7.0`, `Valkey 9.1`; the same product newer, else the other product. */
export function firstToAccept(rule: string, table: CommandTable): string | undefined {
  const { product, version } = table.dialect;
  const newer = BRANCHES[product].filter((branch) => isNewer(branch, version));
  const same = newer.find((branch) => accepts(rule, product, branch));
  if (same !== undefined) return nameOf(product, same);
  const other = product === 'redis' ? 'valkey' : 'redis';
  const branch = BRANCHES[other].find((each) => accepts(rule, other, each));
  return branch === undefined ? undefined : nameOf(other, branch);
}

function accepts(rule: string, product: Product, version: string): boolean {
  const context = ruleContext(tableFor({ product, version }), 'resetchannels');
  return applyRule(newUser(context), toBytes(rule), context) === undefined;
}

function isNewer(branch: string, version: string): boolean {
  const [a, b] = parseVersion(branch);
  const [major, minor] = parseVersion(version);
  return a > major || (a === major && b > minor);
}

function nameOf(product: Product, branch: string): string {
  return `${product === 'redis' ? 'Redis' : 'Valkey'} ${branch}`;
}
