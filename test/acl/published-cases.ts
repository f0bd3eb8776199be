/**
 * Behaviours that the servers' own test suites hold them to, as facts with names and examples of our own: what rules are
 * accepted and how they are shown, and what ACL DRYRUN says. test/acl/published.test.ts asks the engine,
 * test/live/acl-published.test.ts asks real servers.
 */

/** A user made by one or more ACL SETUSER calls, and what must be true of it. */
export interface PublishedCase {
  readonly behaviour: string;
  /** One ACL SETUSER call each: its rules, or a text of rules separated by single blanks. */
  readonly steps: readonly (string | readonly string[])[];
  /** Not before this version of the product: `redis-7.2`; default: 7.0 and every Valkey. */
  readonly since?: Readonly<Partial<Record<'redis' | 'valkey', string>>>;
  /** The last step is refused with this text. */
  readonly refusal?: string;
  /** ACL GETUSER's fields, those that are named. */
  readonly shows?: Readonly<Record<string, unknown>>;
  /** Command lines, and what is refused: nothing, or a key, channel, database or command. */
  readonly asks?: readonly (readonly [line: string, refused: string | undefined])[];
}

const KEPT = { redis: '7.2', valkey: '7.2' };
const DATABASES = { valkey: '9.1' };
const NEITHER = undefined;

/** `r*` may be read, `w*` written, `b*` both. */
const SPLIT = '+@all %R~r* %W~w* %RW~b*';

function eitherSuffices(...commands: readonly string[]): PublishedCase['asks'] {
  return commands.flatMap((command) => {
    const line = (key: string): string => command.replace('KEY', key);
    return (['r', 'w', 'b'] as const)
      .map((key): readonly [string, string | undefined] => [line(key), NEITHER])
      .concat([[line('none'), 'none']]);
  });
}

function readNeeded(...commands: readonly string[]): PublishedCase['asks'] {
  return commands.flatMap((command): (readonly [string, string | undefined])[] => [
    [command.replace('KEY', 'r'), NEITHER],
    [command.replace('KEY', 'w'), 'w'],
    [command.replace('KEY', 'none'), 'none'],
  ]);
}

// prettier-ignore
export const PUBLISHED: readonly PublishedCase[] = [
  {
    behaviour: 'an empty selector has no right at all',
    steps: ['reset ()'],
    shows: { selectors: [{ keys: '', channels: '', commands: '-@all' }] },
  },
  { behaviour: 'clearselectors leaves the root', steps: ['on ~r (~s)', 'clearselectors'], shows: { keys: '~r', selectors: [] } },
  {
    behaviour: 'each selector gives its own keys and commands',
    steps: ['on nopass (+@write ~out:*) (+@read ~in:*)'],
    asks: [
      ['PING', 'ping'],
      ['SET out:1 v', NEITHER],
      ['GET in:1', NEITHER],
      ['GET out:1', 'out:1'],
      ['SET in:1 v', 'in:1'],
    ],
  },
  {
    behaviour: 'a selector may be spread over arguments, blanks inside its ends are nothing',
    steps: [['(~a +get )', '( ~b +get )', '( ~c +get)'], '(~d +get ) ( ~e +get ) ( ~f +get)'],
    shows: { selectors: ['~a', '~b', '~c', '~d', '~e', '~f'].map((keys) => ({ keys, commands: '-@all +get' })) },
  },
  {
    behaviour: 'an unknown word in a selector names the whole selector',
    steps: ['on (what-is-this)'],
    refusal: "ERR Error in ACL SETUSER modifier '(what-is-this)': Syntax error",
  },
  {
    behaviour: 'a channel behind all channels is refused in a selector as well',
    steps: ['on (&* &more)'],
    refusal:
      "ERR Error in ACL SETUSER modifier '(&* &more)': Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  },
  { behaviour: 'an open parenthesis alone is unmatched', steps: ['('], refusal: "ERR Unmatched parenthesis in acl selector starting at '('." },
  { behaviour: 'a closing parenthesis alone is a syntax error', steps: [')'], refusal: "ERR Error in ACL SETUSER modifier ')': Syntax error" },
  { behaviour: 'a selector does not start with a blank', steps: [[' () ', 'on']], refusal: "ERR Error in ACL SETUSER modifier ' () ': Syntax error" },
  {
    behaviour: 'parentheses do not nest, and the first one that stays open is named',
    since: KEPT,
    steps: ['on (+PING (+SELECT (+DEL'],
    refusal: "ERR Unmatched parenthesis in acl selector starting at '(+PING'.",
  },
  {
    behaviour: 'nested parentheses that close are one selector with odd rules',
    since: KEPT,
    steps: ['on (+PING (+SELECT (+DEL )'],
    refusal: "ERR Error in ACL SETUSER modifier '(+PING (+SELECT (+DEL )': Syntax error",
  },
  { behaviour: 'a name without rights', steps: ['on'], asks: [['SET k v', 'set'], ['GET k', 'get']] },
  { behaviour: 'read and write rights of one pattern add up', steps: ['%R~one %W~one %RW~two'], shows: { keys: '~one ~two' } },
  {
    behaviour: 'no letter between % and ~ is no rule',
    since: { redis: '7.2.7', valkey: '8.1' },
    steps: ['%~'],
    refusal: "ERR Error in ACL SETUSER modifier '%~': Syntax error",
  },
  { behaviour: 'a % alone is no rule', since: { redis: '8.0', valkey: '8.1' }, steps: ['%'], refusal: "ERR Error in ACL SETUSER modifier '%': Syntax error" },
  { behaviour: 'an empty pattern is the empty key', steps: ['%RW~ +@all'], shows: { keys: '~' }, asks: [['GET x', 'x'], ['GET ""', NEITHER]] },
  { behaviour: 'a pattern that is left out is the empty one', steps: ['%RW +@all'], shows: { keys: '~' }, asks: [['GET x', 'x'], ['GET ""', NEITHER]] },
  {
    behaviour: 'rights of different selectors do not add up',
    steps: ['(%R~r* +@all) (%W~w* +@all)'],
    asks: [
      ['LPUSH w1 v', NEITHER],
      ['GET r1', NEITHER],
      ['GET w1', 'w1'],
      ['LPUSH other v', 'other'],
      ['COPY r1 w1', 'w1'],
      ['COPY w1 r1', 'w1'],
    ],
  },
  { behaviour: 'both rights in one selector do', steps: ['%R~r* %W~w* +@all'], asks: [['COPY r1 w1', NEITHER], ['COPY w1 r1', 'w1']] },
  {
    behaviour: 'SET needs to write, with GET also to read, wherever the word stands',
    steps: [SPLIT],
    asks: [
      ['SET r v', 'r'],
      ['SET r v EX 100', 'r'],
      ['SET w v', NEITHER],
      ['SET w get', NEITHER],
      ['SET w v GET', 'w'],
      ['SET w v EX 100 GET', 'w'],
      ['SET w v GET KEEPTTL NX', 'w'],
      ['SET w v EX GET', 'w'],
      ['SET b v GET', NEITHER],
    ],
  },
  {
    behaviour: 'BITFIELD reads, and writes unless it only gets',
    steps: [SPLIT],
    asks: [
      ['BITFIELD r GET u4 0', NEITHER],
      ['BITFIELD r SET u4 0 1', 'r'],
      ['BITFIELD r GET u4 0 SET u4 0 1', 'r'],
      ['BITFIELD r INCRBY u4 0 1', 'r'],
      ['BITFIELD w GET u4 0', 'w'],
      ['BITFIELD w SET u4 0 1', 'w'],
      ['BITFIELD b INCRBY u4 0 1', NEITHER],
    ],
  },
  {
    behaviour: 'of several refusals the one that came furthest is told',
    steps: ['+mget ~one (+mget ~one ~two)'],
    asks: [
      ['GET one', 'get'],
      ['MGET two three', 'three'],
      ['MGET one two three', 'three'],
    ],
  },
  {
    behaviour: 'MIGRATE reads and deletes its keys, behind KEYS as well, whatever its passwords are called',
    steps: [SPLIT],
    asks: [
      ['MIGRATE host 1 b 0 500', NEITHER],
      ['MIGRATE host 1 r 0 500', 'r'],
      ['MIGRATE host 1 w 0 500', 'w'],
      ['MIGRATE host 1 "" 0 500 KEYS b', NEITHER],
      ['MIGRATE host 1 "" 0 500 KEYS b r', 'r'],
      ['MIGRATE host 1 "" 0 500 AUTH KEYS KEYS b', NEITHER],
      ['MIGRATE host 1 "" 0 500 AUTH KEYS KEYS w', 'w'],
      ['MIGRATE host 1 "" 0 500 AUTH2 KEYS pass KEYS w', 'w'],
      ['MIGRATE host 1 "" 0 500 AUTH2 name KEYS KEYS r', 'r'],
      ['MIGRATE host 1 "" 0 500 AUTH2 name KEYS KEYS b', NEITHER],
    ],
  },
  {
    behaviour: 'SORT reads its key and writes its destination',
    steps: [SPLIT],
    asks: [['SORT r STORE w', NEITHER], ['SORT r STORE r', 'r'], ['SORT w STORE w', 'w']],
  },
  {
    behaviour: 'EVAL needs both rights on declared keys, EVAL_RO reads; a count that is wrong declares nothing',
    steps: [SPLIT],
    asks: [
      ['EVAL "" 1 b', NEITHER],
      ['EVAL "" 1 r', 'r'],
      ['EVAL_RO "" 1 r', NEITHER],
      ['EVAL_RO "" 1 w', 'w'],
      ['EVAL "" 0 r', NEITHER],
      ['EVAL "" -1 r', NEITHER],
      ['EVAL "" 3 b b', NEITHER],
      ['EVAL "" 3 b r', NEITHER],
    ],
  },
  {
    behaviour: 'GEORADIUS reads its key and writes what STORE or STOREDIST names',
    steps: [SPLIT],
    asks: ['STORE', 'STOREDIST'].flatMap((word): (readonly [string, string | undefined])[] => [
      ['GEORADIUS r 1 2 3 M', NEITHER],
      [`GEORADIUS r 1 2 3 M ${word} w`, NEITHER],
      [`GEORADIUS r1 1 2 3 M ${word} r2`, 'r2'],
      [`GEORADIUS w1 1 2 3 M ${word} w2`, 'w1'],
    ]),
  },
  { behaviour: 'existence may be asked with either right', steps: [SPLIT], asks: eitherSuffices('HEXISTS KEY f', 'HSTRLEN KEY f', 'SISMEMBER KEY m', 'TOUCH KEY', 'EXISTS KEY', 'TYPE KEY', 'MEMORY USAGE KEY') ?? [] },
  { behaviour: 'lengths may be asked with either right', steps: [SPLIT], asks: eitherSuffices('STRLEN KEY', 'HLEN KEY', 'LLEN KEY', 'SCARD KEY', 'ZCARD KEY', 'XLEN KEY') ?? [] },
  { behaviour: 'what is computed from the data must be read', steps: [SPLIT], asks: readNeeded('SINTERCARD 2 KEY r', 'ZCOUNT KEY 0 1', 'PFCOUNT KEY r', 'ZINTERCARD 2 KEY r') ?? [] },
  {
    behaviour: 'sharded channels are checked as channels, leaving is not',
    steps: ['+@all &news'],
    asks: [
      ['SPUBLISH news hi', NEITHER],
      ['SSUBSCRIBE news', NEITHER],
      ['SUNSUBSCRIBE', NEITHER],
      ['SUNSUBSCRIBE other', NEITHER],
      ['SPUBLISH other hi', 'other'],
      ['SSUBSCRIBE news other', 'other'],
    ],
  },
  {
    behaviour: 'a pattern is subscribed only when it is a rule, letter by letter',
    steps: ['+@all &one &two:*'],
    asks: [
      ['PUBLISH one hi', NEITHER],
      ['PUBLISH two:x hi', NEITHER],
      ['PUBLISH three hi', 'three'],
      ['SUBSCRIBE one two:x', NEITHER],
      ['SUBSCRIBE one three', 'three'],
      ['PSUBSCRIBE one', NEITHER],
      ['PSUBSCRIBE two:*', NEITHER],
      ['PSUBSCRIBE two:x', 'two:x'],
    ],
  },
  { behaviour: 'DRYRUN counts arguments', steps: ['+@all ~v*'], asks: [['SET v v', NEITHER], ['SET v', 'set'], ['SET', 'set']] },
  { behaviour: 'DRYRUN knows the commands', steps: ['+@all'], asks: [['no-such-command x', 'no-such-command'], ['CONFIG no-such', 'CONFIG']] },
  { behaviour: 'single commands', steps: ['+@all -ping'], asks: [['PING', 'ping'], ['DBSIZE', NEITHER]] },
  { behaviour: 'a category taken away', steps: ['+@all -@string allkeys'], asks: [['SADD s a', NEITHER], ['SET k v', 'set']] },
  { behaviour: 'a subcommand given back',
    since: KEPT, steps: ['+@all -client', '+client|id +client|setname'], shows: { commands: '+@all -client +client|id +client|setname' }, asks: [['CLIENT ID', NEITHER], ['CLIENT SETNAME n', NEITHER], ['CLIENT KILL TYPE normal', 'client|kill']] },
  { behaviour: 'a subcommand taken away', steps: ['+@all -client|kill'], shows: { commands: '+@all -client|kill' }, asks: [['CLIENT ID', NEITHER], ['CLIENT KILL TYPE normal', 'client|kill']] },
  { behaviour: 'a subcommand of a container taken away', steps: ['-@all +acl +config -config|set'], asks: [['CONFIG GET x', NEITHER], ['CONFIG SET a b', 'config|set']] },
  { behaviour: 'rules reach one level deep', steps: ['+@all -config|get', '+config|get|appendonly'], refusal: "ERR Error in ACL SETUSER modifier '+config|get|appendonly': Allowing first-arg of a subcommand is not supported" },
  ...['+config|nope', '-config|nope', '+get|a|b', '-get|a|b', '+nope', '-nope', '+@nope', '-@nope'].map((rule): PublishedCase => ({
    behaviour: `${rule} is unknown`,
    steps: ['+@all', rule],
    refusal: `ERR Error in ACL SETUSER modifier '${rule}': Unknown command or category name in ACL`,
  })),
  { behaviour: 'a first argument', steps: ['-@all +select|0'], shows: { commands: '-@all +select|0' }, asks: [['SELECT 0', NEITHER], ['SELECT 1', 'select']] },
  { behaviour: 'a command swallows its subcommands', since: KEPT, steps: ['+memory|doctor', '+memory'], shows: { commands: '-@all +memory' } },
  { behaviour: 'a subcommand is kept behind +@all', since: KEPT, steps: ['+@all +client|id'], shows: { commands: '+@all +client|id' } },
  { behaviour: 'a denial swallows its subcommands', since: KEPT, steps: ['+@all -memory|doctor', '-memory'], shows: { commands: '+@all -memory' }, asks: [['MEMORY DOCTOR', 'memory|doctor'], ['MEMORY STATS', 'memory|stats']] },
  { behaviour: '-@all swallows everything', steps: ['+@all -memory', '-@all'], shows: { commands: '-@all' }, asks: [['GET k', 'get'], ['MEMORY STATS', 'memory|stats']] },
  ...([
    ['+@all -@hash -@slow +hget', '+@all -@hash -@slow +hget'],
    ['+@all -@hash -@slow +hget -@hash', '+@all -@slow +hget -@hash'],
    ['+@all -@hash -@slow +hget +@hash', '+@all -@slow +hget +@hash'],
    ['-@string -@slow +@all', '+@all'],
    ['-@all +@HASH +@hash +@HaSh', '-@all +@hash'],
    ['-@all +HGET +hget +hGeT', '-@all +hget'],
    ['-@all +@hash +@slow +@set +@set +@slow +@hash', '-@all +@set +@slow +@hash'],
    ['-@all +hget -hset +hset -hget', '-@all +hset -hget'],
    ['-@all +client|list +client|list +config|get +config +acl|list -acl', '-@all +client|list +config -acl'],
    ['-@all +select|0 +select|0 +lcs|a +lcs', '-@all +select|0 +lcs'],
    ['-@all -@dangerous', '-@all -@dangerous'],
    ['-@all +config +config|get -config|set +config', '-@all +config'],
    ['+@all -@string +incr -slowlog +slowlog|len', '+@all -@string +incr -slowlog +slowlog|len'],
    ['reset +@string -incr +acl +slowlog|len', '-@all +@string -incr +acl +slowlog|len'],
  ] as const).map(([rules, commands]): PublishedCase => ({ behaviour: `${rules} is kept as ${commands}`, since: KEPT, steps: [rules], shows: { commands } })),
  { behaviour: 'scripts that only read are scripts', steps: ['on nopass +readonly'], asks: [['EVAL_RO "" 0', 'eval_ro'], ['EVALSHA_RO "" 0', 'evalsha_ro'], ['FCALL_RO "" 0', 'fcall_ro']] },
  { behaviour: 'a hash must have 64 digits', steps: [`#${'3'.repeat(63)}`], refusal: `ERR Error in ACL SETUSER modifier '#${'3'.repeat(63)}': The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters` },
  { behaviour: 'a hash is shown as it is', steps: [`#${'4'.repeat(64)}`], shows: { passwords: ['4'.repeat(64)] } },
  { behaviour: 'a hash is taken away by itself', steps: [`#${'4'.repeat(64)}`, `!${'4'.repeat(64)}`], shows: { passwords: [] } },
  { behaviour: 'a password that is not there cannot be taken away', steps: ['<nobody'], refusal: "ERR Error in ACL SETUSER modifier '<nobody': The password you are trying to remove from the user does not exist" },
  { behaviour: 'channels are shown behind their own word', since: KEPT, steps: ['on nopass &news +@all'], shows: { channels: '&news', commands: '+@all' } },
  { behaviour: 'databases are listed once and in order', since: DATABASES, steps: ['on nopass ~* +@all db=2,0,0,1,1'], shows: { databases: 'db=0,1,2' }, asks: [['SELECT 0', NEITHER], ['SELECT 3', '3']] },
  { behaviour: 'the last list of databases counts', since: DATABASES, steps: ['+@all ~* db=0 db=1', 'db=2'], shows: { databases: 'db=2' } },
  { behaviour: 'resetdbs leaves none', since: DATABASES, steps: ['+@all ~* db=0', 'resetdbs'], shows: { databases: '' }, asks: [['SELECT 0', '0'], ['GET k', 'GET'], ['PING', NEITHER]] },
  { behaviour: 'reset gives all databases back', since: DATABASES, steps: ['+@all db=0', 'reset +@all ~*'], shows: { databases: 'alldbs' }, asks: [['SELECT 5', NEITHER]] },
  { behaviour: 'selectors have databases of their own', since: DATABASES, steps: ['db=0,1 +get ~* (db=2,3 +set ~*) (alldbs +set ~*) (resetdbs)'], shows: { databases: 'db=0,1', selectors: [{ databases: 'db=2,3' }, { databases: 'alldbs' }, { databases: '' }] } },
  { behaviour: 'FLUSHALL needs every database, FLUSHDB its own', since: DATABASES, steps: ['+@all ~* db=0'], asks: [['FLUSHALL', 'FLUSHALL'], ['FLUSHDB', NEITHER]] },
  { behaviour: 'SWAPDB, MOVE and COPY need the databases they name', since: DATABASES, steps: ['+@all ~* db=0,1'], asks: [['SWAPDB 0 1', NEITHER], ['SWAPDB 0 2', '2'], ['MOVE k 1', NEITHER], ['MOVE k 2', '2'], ['COPY a b DB 1', NEITHER], ['COPY a b REPLACE DB 3', '3'], ['COPY a b DB 1 DB 3', '3']] },
  ...['db=,0', 'db=0,', 'db=0,,1', 'db=', 'db=x'].map((rule): PublishedCase => ({ behaviour: `${rule} is no list`, since: DATABASES, steps: [rule], refusal: `ERR Error in ACL SETUSER modifier '${rule}': Syntax error` })),
  { behaviour: 'a database is not below 0', since: DATABASES, steps: ['db=-1'], refusal: "ERR Error in ACL SETUSER modifier 'db=-1': The provided database ID is out of range" },
];

/** Rules of a step. */
export function rulesOf(step: string | readonly string[]): readonly string[] {
  return typeof step === 'string' ? step.split(' ') : step;
}

/** Words of a command line; `""` is the empty argument. */
export function wordsOf(line: string): readonly string[] {
  return line.split(' ').map((word) => (word === '""' ? '' : word));
}

/** Whether the behaviour is one of this version. */
export function isFor(one: PublishedCase, product: 'redis' | 'valkey', version: string): boolean {
  if (one.since === undefined) return true;
  const since = one.since[product];
  if (since === undefined) return false;
  const [mine = [], theirs = []] = [version, since].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const [a, b] = [mine[i] ?? 0, theirs[i] ?? 0];
    if (a !== b) return a > b;
  }
  return true;
}
