/** `sentinel …` lines of the conf file: the verb, its arguments, and the place. */

import type { Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Verdict } from '../../check.ts';
import { directivesNamed } from '../../conf-reading.ts';
import { inMode, readFact } from '../../reading.ts';

export interface SentinelLine {
  readonly verb: string;
  readonly args: readonly string[];
  readonly from: Provenance & { readonly kind: 'file'; readonly line: number };
}

/** Ask with the lines of sentinel.conf, on Sentinels only. */
export function readSentinelLines(
  snapshot: Snapshot,
  judge: (lines: readonly SentinelLine[]) => Verdict,
): Verdict {
  return inMode(snapshot, 'sentinel', () =>
    readFact(snapshot.conf, 'sentinel.conf', (conf) =>
      judge(
        directivesNamed(conf, 'sentinel').map(({ line, from }) => {
          const [verb = '', ...args] = line.args;
          return { verb: verb.toLowerCase(), args, from };
        }),
      ),
    ),
  );
}
