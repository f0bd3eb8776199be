/**
 * Edges that rest on published flaws of the script engine and of the payload readers. From the projects' release notes;
 * nothing of this was run. A distributor's build may have the fix under an older number, so none of it is certain.
 */
import type { EscalationEdge } from './edge.ts';
import type { Builds, Requirement } from './requirement.ts';
import { OWN_KEY } from './requirement.ts';
import { allOf, anyOf, buildsOf, may, RUNS_LUA, setTo, when } from './term.ts';

const PATCHED_ELSEWHERE = 'the build lacks the fix, which distributors add to older versions';

/** Lua itself, or the libraries that scripts are given. */
const LUA_FLAWS: readonly Flaw[] = [
  {
    cve: 'CVE-2022-0543',
    what: 'Debian and Ubuntu linked Lua in a way that leaves its package library in reach of scripts',
    redis: { introduced: '6.0.0', until: ['6.0.17'] },
    assumes: 'the package is one of Debian or Ubuntu from before February 2022',
  },
  {
    cve: 'CVE-2022-24834',
    what: 'the cjson and cmsgpack libraries overflow the heap',
    redis: { introduced: '2.6.0', until: ['6.0.20', '6.2.13', '7.0.12'] },
  },
  {
    cve: 'CVE-2024-31449',
    what: 'the bit library overflows the stack',
    redis: { introduced: '2.6.0', until: ['6.2.16', '7.2.6', '7.4.1'] },
    valkey: { introduced: '7.2.0', until: ['7.2.7', '8.0.1'] },
  },
  {
    cve: 'CVE-2024-46981',
    what: 'the garbage collector uses memory that was freed',
    redis: { introduced: '2.6.0', until: ['6.2.17', '7.2.7', '7.4.2'] },
    valkey: { introduced: '7.2.0', until: ['7.2.8', '8.0.2'] },
  },
  {
    cve: 'CVE-2025-46817',
    what: 'unpack overflows an integer',
    redis: { introduced: '2.6.0', until: ['6.2.20', '7.2.11', '7.4.6', '8.0.4', '8.2.2'] },
    valkey: { introduced: '7.2.0', until: ['7.2.11', '8.0.6', '8.1.4'] },
  },
  {
    cve: 'CVE-2025-49844',
    what: 'the parser uses memory that was freed (RediShell)',
    redis: { introduced: '2.6.0', until: ['6.2.20', '7.2.11', '7.4.6', '8.0.4', '8.2.2'] },
    valkey: { introduced: '7.2.0', until: ['7.2.11', '8.0.6', '8.1.4'] },
  },
];

const PAYLOAD_FLAWS: readonly Flaw[] = [
  {
    cve: 'CVE-2026-25243',
    what: 'a crafted payload corrupts memory',
    redis: { introduced: '2.6.0', until: ['6.2.22', '7.2.14', '7.4.9', '8.2.6', '8.4.3', '8.6.3'] },
    valkey: { introduced: '7.2.0', until: ['7.2.13', '8.0.8', '8.1.7', '9.0.4'] },
  },
  {
    cve: 'CVE-2026-63639',
    what: 'a stream with shared pending entries is used after it was freed',
    redis: { introduced: '7.2.0', until: ['7.2.15', '7.4.10', '8.2.8', '8.4.5', '8.6.5'] },
    valkey: { introduced: '7.2.0', until: ['7.2.14', '8.0.10', '8.1.9', '9.0.5', '9.1.1'] },
  },
];

const RESTORES = anyOf(
  may('RESTORE', OWN_KEY, '0', 'payload'),
  may('RESTORE-ASKING', OWN_KEY, '0', 'payload'),
);

export const ADVISORY_EDGES: readonly EscalationEdge[] = [
  ...LUA_FLAWS.map((flaw) => flawEdge(flaw, 'lua', RUNS_LUA)),
  ...PAYLOAD_FLAWS.map((flaw) => flawEdge(flaw, 'restore', RESTORES)),
  {
    id: 'esc-restore',
    from: 'own-rights',
    to: 'code-on-host',
    requires: allOf(
      RESTORES,
      anyOf({ kind: 'skips-payload-check' }, setTo('sanitize-dump-payload', 'no')),
      when('a payload is found that corrupts this build'),
    ),
    title: 'gives the server payloads that are not checked',
    how: 'RESTORE reads a value from bytes. Without the check of sanitize-dump-payload, whose default is no, a made-up payload reaches code that trusts its input.',
    end: 'Take restore away, and set sanitize-dump-payload yes where the version has it.',
    severity: 'medium',
    seen: [],
  },
];

interface Flaw {
  readonly cve: string;
  readonly what: string;
  readonly redis?: Builds;
  readonly valkey?: Builds;
  /** Instead of the usual doubt about distributors' builds. */
  readonly assumes?: string;
}

function flawEdge(flaw: Flaw, by: 'lua' | 'restore', rights: Requirement): EscalationEdge {
  const end =
    by === 'lua'
      ? 'Take @scripting and function away from users who need none (-@dangerous leaves them), and upgrade.'
      : 'Take restore away, and upgrade.';
  return {
    id: `esc-${by}-${flaw.cve.toLowerCase()}`,
    from: 'own-rights',
    to: 'code-on-host',
    requires: allOf(rights, buildsOf(flaw.redis, flaw.valkey), when(flaw.assumes ?? PATCHED_ELSEWHERE)),
    title: `runs native code by ${flaw.cve}`,
    how: `${by === 'lua' ? 'A script' : 'RESTORE'}: ${flaw.what}.`,
    end,
    severity: 'high',
    seen: [],
    advisory: flaw.cve,
  };
}
