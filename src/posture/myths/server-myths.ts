/** Myths about the network, commands and configuration. */

import type { Myth } from './myth.ts';

export const SERVER_MYTHS: readonly Myth[] = [
  {
    id: 'D1',
    claim: '`bind 127.0.0.1 -::1` works everywhere.',
    verdict: 'partly true',
    truth: 'Redis 6.0 refuses to start: it does not know the leading minus. From 6.2 on it is fine.',
    shown: 'Start on all ten versions.',
  },
  {
    id: 'D2',
    claim: '`bind 10.0.0.5 127.0.0.1` binds what is there.',
    verdict: 'partly true',
    truth:
      'If the address is absent, 6.0 starts on the rest in silence, and 6.2 and later refuse to start. A leading minus tolerates an absent address.',
    shown: 'Start without that address on all ten versions.',
  },
  {
    id: 'D3',
    claim: 'Protected mode turns outside clients away when no password is set.',
    verdict: 'partly true',
    truth:
      'On 6.0 and 6.2 it does nothing as soon as any bind is written, `bind 0.0.0.0` included. From 7.0 on it always counts. It looks only at whether the default user has nopass.',
    shown: 'Clients from another network namespace on 6.0, 6.2 and 7.0; source and binary of the others.',
  },
  {
    id: 'D4',
    claim: 'The refusal reads "DENIED Redis is running in protected mode".',
    verdict: 'partly true',
    truth:
      'On Redis and Valkey 7.2. Valkey 8.0 and later say "DENIED Running in protected mode". Match on DENIED.',
    shown: 'Provoked on 6.0, 6.2 and 7.0; read from the binaries of the others.',
  },
  {
    id: 'D5',
    claim: 'CONFIG SET bind cures a DENIED.',
    verdict: 'false',
    truth:
      'On 6.0 bind cannot be set at run time. On 6.2 it works because it switches protected mode off, for everybody. From 7.0 on it changes nothing. Set a password or, better, users.',
    shown: 'Run on all ten versions.',
  },
  {
    id: 'D6',
    claim: 'rename-command hardens a server.',
    verdict: 'partly true',
    truth:
      'It works from the conf only, and it is a name in a file, not a right. FLUSHDB, SWAPDB, ACL and MODULE are usually forgotten. ACL rules keep using the original name, COMMAND lists the new one.',
    shown: 'Renamed and removed commands beside ACL rules on all ten versions.',
  },
  {
    id: 'D7',
    claim: 'DEBUG must be disabled by hand.',
    verdict: 'partly true',
    truth:
      'From 7.0 on DEBUG and MODULE are refused unless enable-debug-command or enable-module-command say otherwise, and dir and dbfilename are protected. On 6.x all of these are open to whoever holds the command.',
    shown: 'DEBUG, MODULE LOAD and CONFIG SET dir on all ten versions.',
  },
  {
    id: 'D8',
    claim: 'NOAUTH, NOPERM and WRONGPASS have one text each.',
    verdict: 'false',
    truth: 'The words after the code differ by version and fork. Match on the code.',
    shown: 'Each refusal on all ten versions.',
  },
];
