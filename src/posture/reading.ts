/**
 * Reading facts for a check: the question is only asked when its facts are known. A fact that is not known
 * answers for the check with `unknown`, a setting that the version lacks with `not-applicable`; never with a pass.
 */

import type { ServerVersion } from '../conf/index.ts';
import type { Fact, PathFact, Provenance, Snapshot } from '../fleet/index.ts';
import type { Change } from '../policy/index.ts';
import type { Verdict } from './check.ts';
import { notApplicable, unknownFrom } from './verdict.ts';

/** One setting as it was seen. */
export interface SeenSetting {
  readonly value: string;
  readonly from: Provenance;
}

/** Ask once all the named settings are known. */
export function readSettings<N extends string>(
  snapshot: Snapshot,
  names: readonly N[],
  judge: (settings: Readonly<Record<N, SeenSetting>>) => Verdict,
): Verdict {
  const seen: Partial<Record<N, SeenSetting>> = {};
  for (const name of names) {
    const fact = snapshot.settings.get(name);
    if (fact === undefined) return withoutSetting(snapshot, name);
    if (!fact.known) return unknownFrom(fact, name);
    seen[name] = { value: fact.value, from: fact.from };
  }
  return judge(seen as Record<N, SeenSetting>);
}

/** Ask once the fact is known; `missing` names it. */
export function readFact<T>(
  fact: Fact<T>,
  missing: string,
  judge: (value: T, from: Provenance) => Verdict,
): Verdict {
  return fact.known ? judge(fact.value, fact.from) : unknownFrom(fact, missing);
}

/** Ask with the product and its own version. */
export function readServer(snapshot: Snapshot, judge: (server: ServerVersion) => Verdict): Verdict {
  return readFact(snapshot.product, 'product and version', ({ product, version }) =>
    judge({ product, version }),
  );
}

/** Ask only a server that runs in this mode. */
export function inMode(
  snapshot: Snapshot,
  mode: 'standalone' | 'cluster' | 'sentinel',
  judge: () => Verdict,
): Verdict {
  return readFact(snapshot.mode, 'mode', (actual) =>
    actual === mode ? judge() : notApplicable(`this server runs in ${actual} mode`),
  );
}

/** Ask every server that holds data: all but Sentinels. */
export function holdingData(snapshot: Snapshot, judge: () => Verdict): Verdict {
  return readFact(snapshot.mode, 'mode', (actual) =>
    actual === 'sentinel' ? notApplicable('a Sentinel holds no data') : judge(),
  );
}

/** Ask about a file or directory whose mode and owner are known. */
export function readPath(
  snapshot: Snapshot,
  path: string,
  judge: (fact: PathFact, from: Provenance) => Verdict,
): Verdict {
  const fact = snapshot.paths.get(path);
  if (fact === undefined) {
    return {
      status: 'unknown',
      missing: `mode and owner of ${path}`,
      why: 'the file was not looked at',
      look: `run wardis audit on the server's own host, or read: ls -ld ${path}`,
    };
  }
  return readFact(fact, `mode and owner of ${path}`, judge);
}

/** The value of a setting when it is known. */
export function settingValue(snapshot: Snapshot, name: string): string | undefined {
  const fact = snapshot.settings.get(name);
  return fact?.known === true ? fact.value : undefined;
}

/** A directive that takes effect by CONFIG SET. */
export function set(name: string, value: string): Change {
  return { kind: 'set-directive', name, value, apply: 'runtime' };
}

/** A directive that takes effect after a restart. */
export function setAndRestart(name: string, value: string): Change {
  return { kind: 'set-directive', name, value, apply: 'restart' };
}

export function byHand(instruction: string): Change {
  return { kind: 'by-hand', instruction };
}

/** Permission bits as ls and chmod name them: `0640`. */
export function printMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

function withoutSetting(snapshot: Snapshot, name: string): Verdict {
  return readFact(snapshot.product, name, ({ product, version }) =>
    notApplicable(`${product} ${version} has no ${name}`),
  );
}

/**
 * Several answers as one: any fail is a fail with all its evidence and fixes, then any unknown, then any manual,
 * then a pass; nothing but not-applicable stays so.
 */
export function combine(verdicts: readonly Verdict[]): Verdict {
  const failed = verdicts.filter((verdict) => verdict.status === 'fail');
  if (failed.length > 0) {
    const [{ risk } = { risk: undefined }] = failed;
    return {
      status: 'fail',
      evidence: failed.flatMap((verdict) => verdict.evidence),
      fix: failed.flatMap((verdict) => verdict.fix),
      ...(risk === undefined ? {} : { risk }),
    };
  }
  const open =
    verdicts.find(({ status }) => status === 'unknown') ?? verdicts.find(({ status }) => status === 'manual');
  if (open !== undefined) return open;
  const passed = verdicts.filter((verdict) => verdict.status === 'pass');
  if (passed.length === 0) return verdicts[0] ?? notApplicable('there is nothing to judge');
  return { status: 'pass', evidence: passed.flatMap((verdict) => verdict.evidence ?? []) };
}
