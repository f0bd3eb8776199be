/**
 * Verdicts in short: the few ways in which checks answer, so that each check file holds only its own question.
 */

import type { Fact, Provenance, Snapshot } from '../fleet/index.ts';
import type { Change, ExpectedSetting } from '../policy/index.ts';
import type { CheckContext, Evidence, Verdict } from './check.ts';

/** The check holds; `seen` is the value that shows it. */
export function pass(seen?: string, from?: Provenance): Verdict {
  return seen === undefined ? { status: 'pass' } : { status: 'pass', evidence: [evidence(seen, from)] };
}

/** The check does not hold. */
export function fail(seen: readonly Evidence[], fix: readonly Change[], risk?: string): Verdict {
  return { status: 'fail', evidence: seen, fix, ...(risk === undefined ? {} : { risk }) };
}

export function evidence(text: string, from?: Provenance): Evidence {
  return from === undefined ? { text } : { text, from };
}

export function notApplicable(why: string): Verdict {
  return { status: 'not-applicable', why };
}

/** An unknown fact as an unknown verdict. `missing` names the fact: `CONFIG GET bind`, `users`. */
export function unknownFrom(fact: Extract<Fact<unknown>, { known: false }>, missing: string): Verdict {
  return { status: 'unknown', missing, why: fact.detail, look: fact.look, reason: fact.reason };
}

/** Judge one setting against its expected value; the fix is the expected value itself. */
export function judgeSetting(
  snapshot: Snapshot,
  context: CheckContext,
  name: string,
  risk?: string,
): Verdict {
  const expected = context.expected.settings.get(name);
  if (expected === undefined)
    return notApplicable(`nothing is expected of ${name} at this level and version`);
  const fact = snapshot.settings.get(name);
  if (fact === undefined) {
    return snapshot.product.known
      ? notApplicable(`this version has no ${name}`)
      : unknownFrom(snapshot.product, name);
  }
  if (!fact.known) return unknownFrom(fact, name);
  if (expected.accepts(fact.value)) return pass(`${name} ${printValue(fact.value)}`, fact.from);
  const seen = evidence(`${name} ${printValue(fact.value)}, wanted: ${expected.accepted}`, fact.from);
  return fail([seen], [setTo(expected)], risk ?? expected.reason);
}

/** The change that sets a directive to its expected value. */
export function setTo(expected: ExpectedSetting): Change {
  return { kind: 'set-directive', name: expected.name, value: expected.value, apply: 'runtime' };
}

function printValue(value: string): string {
  return value === '' ? '""' : value;
}
