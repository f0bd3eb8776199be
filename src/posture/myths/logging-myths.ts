/** Myths about ACL LOG, monitoring and audit scripts. */

import type { Myth } from './myth.ts';

export const LOGGING_MYTHS: readonly Myth[] = [
  {
    id: 'B1',
    claim: 'ACL LOG grows to millions of entries and eats the memory.',
    verdict: 'false',
    truth: 'It is capped by acllog-max-len, 128 by default on every version.',
    shown: '10,000 different denials, then the length of the log, on all ten versions.',
  },
  {
    id: 'B2',
    claim: '`CONFIG SET acl-log-max-len 1000` limits the log.',
    verdict: 'false',
    truth:
      'There is no such setting; the name is acllog-max-len. Lowering it trims the log only at the next denial, and 0 logs nothing.',
    shown: 'Both names on all ten versions.',
  },
  {
    id: 'B3',
    claim: 'An ACL LOG entry takes about 100 bytes.',
    verdict: 'false',
    truth:
      'It takes 870 to 1,400 bytes, 9 to 14 MB for 10,000 entries, and there is no limit: a long key or user name is stored whole.',
    shown: 'used_memory before and after 10,000 different denials on all ten versions.',
  },
  {
    id: 'B4',
    claim: 'ACL LOG records every command, and one can choose to log denials only.',
    verdict: 'false',
    truth: 'Allowed commands are never recorded, on any version. NOAUTH refusals are not recorded either.',
    shown: 'Allowed, denied and unauthenticated commands on all ten versions.',
  },
  {
    id: 'B5',
    claim: '`ACL LOG GET` shows the log.',
    verdict: 'false',
    truth: 'The forms are ACL LOG [count] and ACL LOG RESET. GET is an error: value is not an integer.',
    shown: 'Run on all ten versions.',
  },
  {
    id: 'B6',
    claim: '`redis-cli ACL LOG > file` exports the log.',
    verdict: 'false',
    truth: 'Without a count only the newest 10 entries come. Ask for acllog-max-len of them.',
    shown: '128 entries, then ACL LOG without a count, on all ten versions.',
  },
  {
    id: 'B7',
    claim: '`ACL LOG RESET` switches auditing on.',
    verdict: 'false',
    truth: 'The log is always on. RESET deletes the evidence.',
    shown: 'Run on all ten versions.',
  },
  {
    id: 'B8',
    claim: 'INFO stats shows acl_log_count.',
    verdict: 'false',
    truth:
      'No version has it. From 7.2 on there are acl_access_denied_auth, _cmd, _key and _channel (Valkey 9.1 also _tls_cert and _db); from 6.2 on errorstat_NOPERM and errorstat_WRONGPASS; 6.0 has nothing.',
    shown: 'INFO everything of all ten versions.',
  },
  {
    id: 'B9',
    claim: 'A Lua script can read ACL LOG and send it elsewhere.',
    verdict: 'false',
    truth: 'ACL may not be called from scripts.',
    shown: 'EVAL with ACL LOG on all ten versions.',
  },
  {
    id: 'B10',
    claim: 'ACL LOG shows every failed login.',
    verdict: 'partly true',
    truth:
      'Equal denials within 60 seconds are one entry, but only among the newest 10 entries, and 128 logins with made-up names push a real failure out. The client address is that of the latest connection. From 7.2 on jumps in entry-id show the loss.',
    shown: 'Round-robin denials and a flood of made-up names on all ten versions.',
  },
  {
    id: 'B11',
    claim: 'fail2ban can watch the server log for failed logins.',
    verdict: 'false',
    truth:
      'The server log says nothing about a failed AUTH or a NOPERM, on any version, even at loglevel debug. Nothing slows a guesser: 39,000 to 49,000 attempts a second on one connection. The address stands in ACL LOG only.',
    shown: 'Failed logins at loglevel debug on all ten versions.',
  },
  {
    id: 'B12',
    claim: 'MONITOR tells who accessed which key.',
    verdict: 'false',
    truth:
      'MONITOR never shows the user, nor denied, unknown or admin commands. On 6.0 it shows a MIGRATE password in clear. It costs the server up to 3.6 times the CPU per command, and a holder of +monitor sees the values of everybody.',
    shown: 'MONITOR beside allowed, denied and admin commands on all ten versions.',
  },
  {
    id: 'B13',
    claim: 'A script that runs KEYS and FLUSHALL to see whether they are disabled is a security audit.',
    verdict: 'harmful',
    truth:
      'It empties the database. It also reports that no authentication is required, because it sends the password first, and it never reads what CONFIG GET answers.',
    shown: 'Run as published on all ten versions: two keys before, none after.',
  },
  {
    id: 'B14',
    claim: '`redis-cli AUTH password`, or a PONG, shows that one is authenticated.',
    verdict: 'false',
    truth:
      'AUTH in one call of redis-cli does not carry over to the next. PONG also comes when no password is set, and a user without +ping gets NOPERM although logged in.',
    shown: 'redis-cli against all ten versions.',
  },
];
