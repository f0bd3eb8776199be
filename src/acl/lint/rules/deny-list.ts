/** "Everything but": lists of what is forbidden forget something, and newer versions add more of it. */
import { canRun } from '../../decision/reach.ts';
import type { CommandTable } from '../../table/command-table.ts';
import { tableFor } from '../../table/tables.ts';
import { appendTokens, commandName, hitToken, inWords, listSome } from '../hit.ts';
import { canLogIn } from '../password.ts';
import type { LintFix, LintHit, LintRule, LintToken, LintUser } from '../rule.ts';
import { allowed, BEFORE_7_0, denied, prove, SINCE_6_0, SINCE_7_0 } from './proof.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const NAMES: LintRule = {
  id: 'denylist-of-names',
  title: 'Everything is allowed but a few commands',
  severity: 'high',
  rationale:
    'A list of forbidden commands is never complete: +@all -flushall -flushdb keeps CONFIG, ACL SETUSER, MODULE, REPLICAOF and SWAPDB, with any of which the user takes back what was denied.',
  fix: 'Allow what is needed instead (+@read +@write +@connection), or deny by category: -@admin -@dangerous.',
  proof: [
    prove(
      SINCE_6_0,
      'on nopass ~* allcommands -FLUSHALL -FLUSHDB',
      denied('FLUSHALL'),
      allowed('ACL', 'SETUSER', 'u', '+@all'),
      allowed('REPLICAOF', 'NO', 'ONE'),
    ),
  ],
  examples: {
    bad: bad('+@read +ping', 'allcommands -flushall -flushdb'),
    good: bad('+@read +ping', '+@all -@admin -@dangerous'),
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (!canLogIn(user)) return [];
      const all = user.tokens.findLast(({ text }) => /^(?:\+@all|allcommands)$/i.test(text));
      if (all === undefined) return [];
      const denials = user.tokens.slice(all.index + 1).filter(({ text }) => text.startsWith('-'));
      if (denials.length === 0 || denials.some(({ text }) => text.startsWith('-@'))) return [];
      const kept = KEYS_TO_EVERYTHING.filter((name) => canRun(user.user, name, table) === 'yes');
      if (kept.length === 0) return [];
      return [
        hitToken(user, all, {
          ...(user.kind === 'admin' && { severity: 'low' }),
          message: `User ${user.name} may run everything but ${listSome(
            denials.map(({ text }) => commandName(text.slice(1))),
            4,
          )}: ${listSome(kept.map(commandName), 4)} give the rest back.`,
          fix: inWords('Allow what is needed instead, or deny by category: -@admin -@dangerous.'),
        }),
      ];
    }),
};

const SUBCOMMANDS: LintRule = {
  id: 'subcommand-denylist',
  title: 'Single subcommands are denied; newer versions add others',
  severity: 'low',
  rationale:
    'Denying -client|kill -client|pause leaves what is not named, and what later releases add: CLIENT got NO-TOUCH and SETINFO in 7.2, IMPORT-SOURCE in Valkey 8.1; CLUSTER got five between Valkey 8.1 and 9.1.',
  fix: 'Deny the container and allow the subcommands that are needed: -client +client|setname +client|setinfo.',
  proof: [
    prove(
      SINCE_7_0,
      'on nopass +client -client|kill',
      denied('CLIENT', 'KILL', 'ID', '1'),
      allowed('CLIENT', 'PAUSE', '1'),
    ),
    prove(
      SINCE_7_0,
      'on nopass +@all -client +client|setname',
      denied('CLIENT', 'PAUSE', '1'),
      allowed('CLIENT', 'SETNAME', 'x'),
    ),
  ],
  examples: {
    bad: bad('+ping', '+ping +client -client|kill -client|pause'),
    good: bad('+ping', '+ping +client|setname +client|setinfo'),
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (!canLogIn(user) || !table.dialect.subcommands) return [];
      return [...deniedSubcommands(user)].flatMap(([head, tokens]): readonly LintHit[] => {
        const container = table.commands.get(head);
        const [first] = tokens;
        if (container === undefined || first === undefined) return [];
        const open = container.subcommands.filter((sub) => canRun(user.user, sub.fullName, table) === 'yes');
        if (open.length === 0) return [];
        const later = addedLater(head, table);
        const added = later.length === 0 ? '' : `; newer versions add ${listSome(later.map(commandName), 3)}`;
        return [
          hitToken(user, first, {
            message: `User ${user.name} keeps ${listSome(
              open.map(({ fullName }) => commandName(fullName)),
              4,
            )}${added}.`,
            fix: inWords(`Write -${head}, then + for the subcommands that are needed.`),
          }),
        ];
      });
    }),
};

const FUNCTIONS: LintRule = {
  id: 'dangerous-leaves-functions',
  title: '-@dangerous leaves FUNCTION FLUSH, DELETE and RESTORE',
  severity: 'medium',
  rationale:
    'FUNCTION LOAD, DELETE, FLUSH and RESTORE are @write and @scripting, but not @dangerous. Who may write may then delete every function of the server, or replace one that a stronger user calls. No key pattern applies.',
  fix: 'Add -function behind -@dangerous (and +function|list if it is needed).',
  proof: [
    prove(
      SINCE_7_0,
      'on nopass ~app:* +@write -@dangerous',
      denied('FLUSHALL'),
      allowed('FUNCTION', 'FLUSH'),
    ),
    prove(SINCE_7_0, 'on nopass ~app:* +@write -@dangerous -function', denied('FUNCTION', 'FLUSH')),
  ],
  examples: {
    bad: bad('+@read', '+@read +@write -@dangerous'),
    good: bad('+@read', '+@read +@write -@dangerous -function'),
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      const word = denialOfDangerous(user);
      if (!canLogIn(user) || word === undefined || !table.dialect.subcommands) return [];
      const kept = ['function|flush', 'function|delete', 'function|restore', 'function|load'].filter(
        (name) => canRun(user.user, name, table) === 'yes',
      );
      if (kept.length === 0) return [];
      return [
        hitToken(user, word, {
          message: `-@dangerous does not hold ${listSome(kept.map(commandName))}: user ${user.name} may run them, for all users.`,
          fix: denyAtEnd(user, '-function', ''),
          proofCommand: ['FUNCTION', 'FLUSH'],
        }),
      ];
    }),
};

const SCRIPTING: LintRule = {
  id: 'dangerous-leaves-scripting',
  title: '-@dangerous leaves scripts',
  severity: 'low',
  rationale:
    'EVAL, EVALSHA, FCALL, SCRIPT LOAD and SCRIPT FLUSH are @scripting and not @dangerous. Scripts run with the rights of their caller, but hold up the server while they run, and most serious advisories of the last years are about the script engine.',
  fix: 'Add -@scripting unless the application uses scripts.',
  proof: [
    prove(
      SINCE_6_0,
      'on nopass ~app:* +@all -@dangerous',
      allowed('EVAL', 'return 1', '0'),
      allowed('SCRIPT', 'FLUSH'),
    ),
    prove(SINCE_6_0, 'on nopass ~app:* +@all -@dangerous -@scripting', denied('EVAL', 'return 1', '0')),
  ],
  examples: {
    bad: bad('+@read +ping', '+@all -@admin -@dangerous'),
    good: bad('+@read +ping', '+@all -@admin -@dangerous -@scripting'),
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      const word = denialOfDangerous(user);
      if (!canLogIn(user) || word === undefined) return [];
      // Who names scripting wants it.
      if (user.tokens.some(({ text }) => /^\+(?:@scripting|eval|evalsha|fcall|script)/i.test(text)))
        return [];
      const kept = ['eval', 'evalsha', 'fcall', 'script|flush', 'script'].filter(
        (name) => table.commands.has(name) && canRun(user.user, name, table) === 'yes',
      );
      if (!kept.includes('eval')) return [];
      return [
        hitToken(user, word, {
          message: `-@dangerous does not hold ${listSome(kept.map(commandName), 3)}: user ${user.name} may run scripts.`,
          fix: denyAtEnd(user, '-@scripting', ' unless the application uses scripts'),
        }),
      ];
    }),
};

const UPGRADE: LintRule = {
  id: 'upgrade-6-to-7',
  title: '-@admin means something else from 7.0 on',
  severity: 'low',
  rationale:
    'In 6.x CLIENT, CONFIG, ACL, CLUSTER and their like are single commands and belong to @admin as a whole. From 7.0 on their subcommands have categories of their own: the same line then allows CLIENT SETNAME, ACL WHOAMI, CLUSTER NODES and others.',
  fix: 'Lint the file for the newer version (--server redis-7.2) before the upgrade, and compare both: wardis acl diff.',
  proof: [
    prove(BEFORE_7_0, 'on nopass +@all -@admin', denied('ACL', 'WHOAMI'), denied('CLIENT', 'SETNAME', 'x')),
    prove(SINCE_7_0, 'on nopass +@all -@admin', allowed('ACL', 'WHOAMI'), allowed('CLIENT', 'SETNAME', 'x')),
  ],
  examples: {
    bad: { server: 'redis-6.2', text: bad('+@read +ping', '+@all -@admin').text },
    good: { server: 'redis-7.2', text: bad('+@read +ping', '+@all -@admin -@dangerous -@scripting').text },
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (table.dialect.subcommands || !canLogIn(user)) return [];
      const word = user.tokens.findLast(({ text }) => /^-@(?:admin|dangerous)$/i.test(text));
      const all = user.tokens.findLast(({ text }) => /^(?:\+@all|allcommands)$/i.test(text));
      if (word === undefined || all === undefined || all.index > word.index) return [];
      return [
        hitToken(user, word, {
          message: `From 7.0 on ${word.text} spares subcommands such as CLIENT SETNAME and ACL WHOAMI: user ${user.name} gains rights with the upgrade.`,
          fix: inWords('Lint for the newer version too: --server redis-7.2.'),
        }),
      ];
    }),
};

const FIRST_ARGUMENT: LintRule = {
  id: 'firstarg-deprecated',
  title: 'A rule for a first argument is deprecated',
  severity: 'low',
  rationale:
    '+select|0 allows a command for one first argument. From 7.0 on servers log it as a misuse that may go away; it looks at one word only (MGET a b checks a), there is no denial of the kind, and a later category rule drops it silently.',
  fix: 'Allow the command as a whole or not at all; limit keys by patterns, databases by db= (Valkey 9.1).',
  proof: [
    prove(SINCE_7_0, 'on nopass ~* +mget|a', allowed('MGET', 'a', 'secret'), denied('MGET', 'secret')),
    prove(SINCE_7_0, 'on nopass ~* +select|0 -@fast +get', denied('SELECT', '0')),
  ],
  examples: { bad: bad('+ping', '+ping +select|0'), good: bad('+ping', '+ping +client|setname') },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (!table.dialect.subcommands) return [];
      return user.tokens
        .filter(({ text }) => {
          const head = /^\+([^@|]+)\|/.exec(text)?.[1];
          const command = head === undefined ? undefined : table.commands.get(head.toLowerCase());
          return command !== undefined && !command.isContainer;
        })
        .map((token) =>
          hitToken(user, token, {
            message: `${token.text} looks at the first argument only, and the server logs it as deprecated.`,
            fix: inWords('Allow the command as a whole, or not at all.'),
          }),
        );
    }),
};

export const DENY_LIST_RULES: readonly LintRule[] = [
  NAMES,
  SUBCOMMANDS,
  FUNCTIONS,
  SCRIPTING,
  UPGRADE,
  FIRST_ARGUMENT,
];

const KEYS_TO_EVERYTHING = ['acl|setuser', 'config|set', 'module|load', 'replicaof'];

/** `-client|kill` and its like by container, unless the container is denied as a whole further right. */
function deniedSubcommands(user: LintUser): ReadonlyMap<string, readonly LintToken[]> {
  const found = new Map<string, LintToken[]>();
  for (const token of user.tokens) {
    const text = token.text.toLowerCase();
    const head = /^-([^@|]+)\|/.exec(text)?.[1];
    if (head === undefined) {
      if (/^-[^@|]+$/.test(text)) found.delete(text.slice(1));
      continue;
    }
    const known = found.get(head);
    if (known === undefined) found.set(head, [token]);
    else known.push(token);
  }
  return found;
}

/** Subcommands that the newest known server has and this one has not. */
function addedLater(head: string, table: CommandTable): readonly string[] {
  const newest = [
    tableFor({ product: 'redis', version: '8.0' }),
    tableFor({ product: 'valkey', version: '9.1' }),
  ];
  const names = newest.flatMap(({ commands }) =>
    (commands.get(head)?.subcommands ?? []).map(({ fullName }) => fullName.toLowerCase()),
  );
  return [...new Set(names)].filter((name) => !table.commands.has(name));
}

/** A `-@dangerous` that no later +@all undoes. */
function denialOfDangerous(user: LintUser): LintToken | undefined {
  const word = user.tokens.findLast(({ text }) => /^-@dangerous$/i.test(text));
  const undone = user.tokens.some(
    ({ text, index }) => index > (word?.index ?? 0) && /^(?:\+@all|allcommands|\+@dangerous)$/i.test(text),
  );
  return undone ? undefined : word;
}

/** A denial behind the root's rules does not reach into selectors: there it is for a person to place. */
function denyAtEnd(user: LintUser, rule: string, unless: string): LintFix {
  return user.user.selectors.length > 1
    ? inWords(`Add ${rule} to the rules and to each selector that grants it${unless}.`)
    : appendTokens(user, rule, `Add ${rule} at the end${unless}.`);
}
