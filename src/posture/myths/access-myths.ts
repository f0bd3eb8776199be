/** Myths about ACL rules and users. */

import type { Myth } from './myth.ts';

export const ACCESS_MYTHS: readonly Myth[] = [
  {
    id: 'A1',
    claim: '`+get +set ~* -@all +@write` limits a user to GET and SET and blocks FLUSHALL.',
    verdict: 'false',
    truth:
      'Rules apply left to right. -@all takes away what came before it, so the result is -@all +@write: GET is denied, SET is allowed, and so are FLUSHALL, FLUSHDB, DEL, RENAME, SORT and MIGRATE. The user still reads values with GETSET, and cannot PING or SELECT.',
    shown: 'Each command was run as such a user on all ten versions.',
  },
  {
    id: 'A2',
    claim: '`on +@read +@write ~app:* -@all` gives a user the keys app:* only.',
    verdict: 'false',
    truth:
      'It gives no command at all, because -@all comes last, and without a password nobody can log in. With a password, only AUTH, QUIT and (from 6.2) HELLO work.',
    shown: 'AUTH, HELLO, GET, SET, PING and ACL WHOAMI were run on all ten versions.',
  },
  {
    id: 'A3',
    claim: 'With `+@all -flushall` a user can still run FLUSHALL.',
    verdict: 'false',
    truth:
      'FLUSHALL is refused, in any letter case, with ASYNC, in MULTI and in EVAL. What does let it through: the other order (-flushall +@all), the right to ACL SETUSER (the user gives it back to itself), FLUSHDB, or a test on a connection that never sent AUTH and is still the default user.',
    shown: 'Run on all ten versions, with ACL DRYRUN where it exists.',
  },
  {
    id: 'A4',
    claim: '@all may leave FLUSHALL out, because it is an admin command.',
    verdict: 'false',
    truth:
      'FLUSHALL is in @keyspace, @write, @slow and @dangerous, not in @admin; and @all holds every command there is.',
    shown: 'COMMAND and ACL CAT of all ten versions.',
  },
  {
    id: 'A5',
    claim: '`ACL DRYRUN user FLUSHALL` tells whether a user may.',
    verdict: 'partly true',
    truth:
      'Only from 7.0 on; 6.x has no DRYRUN. A denial is an ordinary reply, not an error, so scripts that look at the exit status see success. It takes the command as words (CONFIG SET a b), not as config|set, wants the right number of arguments, and does not see what SORT BY, GET or scripts do when they really run.',
    shown: 'ACL DRYRUN and the real command were compared on the eight versions that have it.',
  },
  {
    id: 'A6',
    claim: 'A user with commands but no key pattern can do nothing to the data.',
    verdict: 'false',
    truth:
      'Key access is refused, but KEYS, SCAN, RANDOMKEY, DBSIZE and FLUSHDB name no key and work. On 6.x PUBLISH works too; from 7.0 on it needs a channel.',
    shown: '`+@all -flushall` without any ~ on all ten versions.',
  },
  {
    id: 'A7',
    claim: 'ACL DELUSER leaves existing connections alive.',
    verdict: 'false',
    truth:
      'DELUSER closes every connection of that user at once: blocked ones, MONITOR and SUBSCRIBE too. What leaves them alive is off, <password, resetpass, reset and -command.',
    shown: 'Open, blocked and subscribed connections were watched on all ten versions.',
  },
  {
    id: 'A8',
    claim: '`ACL SETUSER default off` ends unauthenticated access.',
    verdict: 'partly true',
    truth:
      'New connections get NOAUTH, but connections that are open go on working as default until CLIENT KILL USER default. The nopass flag stays as well: with protected mode on, 7.0 then refuses remote clients of every other user too. Write `default off resetpass`.',
    shown: 'Old and new connections on all ten versions; remote clients from a network namespace.',
  },
  {
    id: 'A9',
    claim: 'To rotate a password, ACL SETUSER with the new one is enough.',
    verdict: 'partly true',
    truth:
      'SETUSER adds: the old password works until `<old` removes it. Live connections survive both. Removing a password that is not there is an error.',
    shown: 'Logins with both passwords after each step, on all ten versions.',
  },
  {
    id: 'A10',
    claim: '`ACL SETUSER default on >password ~* &* +@all` protects any server.',
    verdict: 'partly true',
    truth:
      'From 6.2 on. Redis 6.0 has no channel rules: it refuses the whole line because of &*, nothing changes, and the server stays open.',
    shown: 'Run on all ten versions.',
  },
  {
    id: 'A11',
    claim: '`~app:* +@read +@write -@dangerous` makes a right application user.',
    verdict: 'false',
    truth:
      'PING, SELECT, MULTI, EVAL, PUBLISH, SUBSCRIBE, CLIENT SETNAME and INFO are denied, so most client libraries fail to connect. SCAN and RANDOMKEY show the key names of others. From 7.0 on FUNCTION LOAD, DELETE and FLUSH are in @write and so allowed.',
    shown: 'Connect steps of client libraries and the named commands on all ten versions.',
  },
  {
    id: 'A12',
    claim: 'After -@dangerous one must add -keys -flushall -flushdb -debug.',
    verdict: 'redundant',
    truth: '-@dangerous has removed them already; the effective set is the same.',
    shown: 'Both users were compared command by command on all ten versions.',
  },
  {
    id: 'A13',
    claim: '`+@read -@write` is what a read-only user needs.',
    verdict: 'partly true',
    truth:
      'No command is in both, so -@write does nothing. KEYS is allowed. PING, SELECT, INFO and SUBSCRIBE are denied, and so are reads that sit in @write: GETEX, GEORADIUS, SORT, BITFIELD GET.',
    shown: 'Effective sets on all ten versions.',
  },
  {
    id: 'A14',
    claim: '`~* +info +ping +client|id +slowlog|get` makes a monitoring user.',
    verdict: 'partly true',
    truth:
      'It grants exactly these. Exporters also ask for CLIENT LIST, SLOWLOG LEN, LATENCY, CONFIG GET and DBSIZE, which are denied; ~* serves nothing here and opens every key to the next grant. On 6.x a subcommand is only a match of the first argument.',
    shown: 'The commands of an exporter on all ten versions.',
  },
  {
    id: 'A15',
    claim: '`+psync +replconf +ping` is all that a replica ever needs.',
    verdict: 'partly true',
    truth:
      'True, and PING is not even needed. But Valkey 8.0 and later with dual-channel-replication-enabled also need +sync, or the replica loops for ever.',
    shown: 'Real replicas with masteruser and masterauth, default off, on all ten versions.',
  },
  {
    id: 'A16',
    claim: '`ACL SETUSER default -flushall -flushdb -debug -keys` disables the dangerous commands.',
    verdict: 'false',
    truth:
      'The default user stays on, without a password, with ACL, CONFIG, SHUTDOWN and all the rest, and can give itself the four back.',
    shown: 'ACL SETUSER default +flushall as default, on all ten versions.',
  },
  {
    id: 'A17',
    claim: 'An ACL file may hold comments.',
    verdict: 'false',
    truth:
      'The server refuses to start: each line must begin with `user`. ACL LOAD refuses the same file and keeps the old rules. Blank lines are fine.',
    shown: 'Start and ACL LOAD with a comment line on all ten versions.',
  },
  {
    id: 'A18',
    claim: '`>$(ADMIN_PASSWORD)` in an ACL file takes the password from the environment.',
    verdict: 'false',
    truth:
      'Nothing is expanded. The password is the text $(ADMIN_PASSWORD), and logging in with that text works.',
    shown: 'AUTH with the literal text on all ten versions.',
  },
  {
    id: 'A19',
    claim: 'An ACL file with an admin, an application, a monitor and a replication user is safe.',
    verdict: 'false',
    truth:
      'Without a line for default, the default user is on, without a password, with every command and key. A client without a certificate or a password could run CONFIG and ACL SETUSER.',
    shown: 'Such a file with a TLS configuration, and a client without credentials, on all ten versions.',
  },
  {
    id: 'A20',
    claim: 'requirepass still protects the server when an aclfile is used.',
    verdict: 'harmful',
    truth:
      'With an aclfile that has no `user default` line, requirepass is dropped in silence: the server is open, while CONFIG GET requirepass still shows the password. With the line, the password of the file counts. CONFIG SET requirepass changes the default user only until the next ACL LOAD, and CONFIG SET requirepass "" makes it passwordless.',
    shown: 'Unauthenticated PING and CONFIG GET on all ten versions.',
  },
  {
    id: 'A21',
    claim: 'When CONFIG is refused, `ACL SETUSER user +config` is the fix.',
    verdict: 'harmful',
    truth:
      'It also gives CONFIG SET, which is full control. Give +config|get, which every version accepts, or nothing.',
    shown: 'CONFIG SET as that user on all ten versions.',
  },
  {
    id: 'A22',
    claim: '@slow means commands of O(N).',
    verdict: 'false',
    truth:
      '@slow is everything that is not @fast: SET and CONFIG are in it, 267 of 366 command names in 7.0.',
    shown: 'ACL CAT of all ten versions.',
  },
];
