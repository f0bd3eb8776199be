/**
 * Switches that open the server to scripts, modules and debugging: all start as `no`, all need a restart, and some are
 * hidden, so that CONFIG GET shows them only by their exact name.
 */

import type { Snapshot } from '../fleet/index.ts';
import type { CheckContext, Verdict } from './check.ts';
import { readFact, setAndRestart } from './reading.ts';
import { evidence, fail, notApplicable, pass, unknownFrom } from './verdict.ts';

/** Is the switch `name` as it should be? */
export function judgeSwitch(snapshot: Snapshot, context: CheckContext, name: string): Verdict {
  return readFact(snapshot.product, 'the server version', () => {
    const expected = context.expected.settings.get(name);
    const fact = snapshot.settings.get(name);
    if (fact === undefined) return absent(name);
    if (!fact.known) return unknownFrom(fact, name);
    if (snapshot.mode.known && snapshot.mode.value === 'sentinel')
      return notApplicable('a Sentinel runs no scripts');
    const seen = evidence(`${name} ${fact.value}`, fact.from);
    const good = expected === undefined ? fact.value === 'no' : expected.accepts(fact.value);
    return good ? pass(seen.text, seen.from) : fail([seen], [setAndRestart(name, 'no')]);
  });
}

function absent(name: string): Verdict {
  return { status: 'unknown', missing: name, why: 'the server did not show it', look: `CONFIG GET ${name}` };
}
