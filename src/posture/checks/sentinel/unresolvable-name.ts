/** SENT-005: host names need an option that stands above them. */

import type { Check, Evidence } from '../../check.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { SENTINEL_CONF } from './example-conf.ts';
import { readSentinelLines } from './sentinel-lines.ts';

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+)$/i;

export const unresolvableName: Check = {
  id: 'SENT-005',
  area: 'sentinel',
  title: 'The Sentinel will not start: it watches a host name that it may not resolve',
  goal: 'Primaries are watched by address, or resolve-hostnames stands above them',
  severity: 'medium',
  rationale:
    'Sentinels resolve no names unless sentinel resolve-hostnames yes (6.2 and later) stands above the monitor line; else "Can\'t resolve instance hostname" and no start. With it, whoever controls DNS chooses the primary, so addresses are better.',
  evaluate: (snapshot) =>
    readSentinelLines(snapshot, (lines) => {
      let resolves = false;
      const bad: Evidence[] = [];
      for (const { verb, args, from } of lines) {
        if (verb === 'resolve-hostnames') resolves = args[0]?.toLowerCase() === 'yes';
        if (verb === 'monitor' && !resolves && !ADDRESS.test(args[1] ?? ''))
          bad.push(evidence(`sentinel monitor ${args.join(' ')}`, from));
      }
      return bad.length === 0
        ? pass('every watched primary can be resolved')
        : fail(bad, [byHand('Write the address, or put "sentinel resolve-hostnames yes" above the line.')]);
    }),
  remedy:
    'Write addresses in sentinel monitor, or put sentinel resolve-hostnames yes above and protect the DNS.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'port 26379\nsentinel monitor main redis-primary 6379 2\n' },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
