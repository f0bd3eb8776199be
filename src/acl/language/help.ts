/** What to do about a refused rule, in our words. */
import type { CommandTable } from '../table/command-table.ts';
import type { RuleError } from './rule-error.ts';

/** Advice for a refused rule, when there is any to give. */
export function adviseRule(token: string, error: RuleError, table: CommandTable): string | undefined {
  switch (error) {
    case 'unknown-command':
      return adviseUnknown(token, table);
    case 'syntax':
      return adviseSyntax(token, table);
    case 'pattern-after-all-keys':
      return 'Drop ~* (or allkeys), or put resetkeys before the pattern.';
    case 'pattern-after-all-channels':
      return 'Drop &* (or allchannels), or put resetchannels before the pattern.';
    case 'bad-password-hash':
      return 'A hash is #, then 64 lower-case hex digits of SHA-256; a password in plain is >, then the password.';
    case 'password-not-found':
      return undefined;
    case 'first-arg-of-subcommand':
      return 'A rule reaches one level deep: +config|get, never +config|get|name.';
    case 'command-already-allowed':
      return 'Take the command away first.';
    case 'database-out-of-range':
      return 'Database numbers go from 0 to 2147483647.';
  }
}

function adviseUnknown(token: string, table: CommandTable): string | undefined {
  const name = token.replace(/^[+-]/, '').toLowerCase();
  if (name.startsWith('@')) return `Categories of ${table.server}: ${table.categories.join(' ')}.`;
  if (token.startsWith('-') && name.includes('|')) {
    const head = table.commands.get(name.slice(0, name.indexOf('|')));
    if (head !== undefined && !head.isContainer)
      return 'Only real subcommands can be taken away, not first arguments.';
  }
  const near = nearest(name, table);
  const unknown = `${table.server} has no command ${JSON.stringify(name)}`;
  const module = table.exact ? '' : ' (a module could bring it)';
  return near === undefined ? `${unknown}${module}.` : `${unknown}${module}; the nearest is ${near}.`;
}

function adviseSyntax(token: string, table: CommandTable): string | undefined {
  if (token.startsWith('#')) return 'A comment cannot stand here.';
  if (token.startsWith('@')) return `A category needs a sign: +${token} or -${token}.`;
  if (token.startsWith('(') && !table.dialect.selectors) return 'Selectors exist from version 7.0 on.';
  if (token.startsWith('%') && !table.dialect.keyPermissions) return '%R~ and %W~ exist from version 7.0 on.';
  if (token.startsWith('&') && !table.dialect.channels) return 'Channel rules exist from version 6.2 on.';
  if (/^db=|^(?:all|reset)dbs$/i.test(token) && !table.dialect.databases)
    return 'Database rules exist in Valkey 9.1.';
  if (table.commands.has(token.toLowerCase())) return `A command needs a sign: +${token} or -${token}.`;
  return undefined;
}

/** The command at most two edits away, nearest first. */
function nearest(name: string, table: CommandTable): string | undefined {
  if (name.length > NAME_LENGTH_MAX) return undefined;
  let best: string | undefined;
  let least = 3;
  for (const known of table.commands.keys()) {
    if (Math.abs(known.length - name.length) >= least) continue;
    const distance = editDistance(name, known, least);
    if (distance < least) {
      least = distance;
      best = known;
    }
  }
  return best;
}

const NAME_LENGTH_MAX = 64;

/** Edits from `a` to `b`, or any number from `enough` on. */
function editDistance(a: string, b: string, enough: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const edits = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      next.push(edits);
      if (edits < least) least = edits;
    }
    if (least >= enough) return least;
    row = next;
  }
  return row[b.length] ?? 0;
}
