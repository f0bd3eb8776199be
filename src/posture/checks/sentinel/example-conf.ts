/** A sentinel.conf that is sound but for what an example adds. */

import type { Snapshot } from '../../../fleet/index.ts';
import { exampleFact } from '../../example.ts';

export const SENTINEL_CONF =
  'port 26379\nsentinel monitor main 10.0.0.5 6379 2\nsentinel auth-user main sentinel\nsentinel auth-pass main an-example-password\n';

export function watching(change: {
  readonly quorum?: number;
  readonly otherSentinels?: number;
  readonly authenticates?: boolean;
  readonly denyScriptsReconfig?: boolean;
}): Partial<Snapshot> {
  return {
    sentinel: exampleFact({
      primaries: [
        {
          name: 'main',
          address: '10.0.0.5:6379',
          quorum: change.quorum ?? 2,
          otherSentinels: change.otherSentinels ?? 2,
          authenticates: change.authenticates ?? true,
        },
      ],
      denyScriptsReconfig: change.denyScriptsReconfig ?? true,
    }),
  };
}
