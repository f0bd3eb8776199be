/** What `wardis tls reconnect` was asked for: whose connections, how fast. */

import type { ReconnectWhom } from '../../change/index.ts';
import type { TlsReconnectFlags } from '../commands/tls/reconnect.ts';
import { CommandFailure } from '../failure.ts';

export interface ReconnectRequest {
  readonly whom: ReconnectWhom;
  /** The same for people: `user orders-api`. */
  readonly words: string;
  readonly targets: readonly string[];
  readonly perSecond: number;
}

const RATE_MIN = 0.01;
const RATE_MAX = 1000;

/** With one of the flags every argument is a server; else the first one is a name. */
export function readReconnectRequest(named: readonly string[], flags: TlsReconnectFlags): ReconnectRequest {
  const perSecond = readRate(flags.rate);
  const said = [
    ...(flags.all === true ? [{ whom: { kind: 'all' } as const, words: 'every client by TLS' }] : []),
    ...(flags.of === undefined
      ? []
      : [{ whom: { kind: 'user', user: flags.of } as const, words: `user ${flags.of}` }]),
    ...(flags.address === undefined
      ? []
      : [{ whom: { kind: 'address', address: flags.address } as const, words: `from ${flags.address}` }]),
    ...(flags.id.length === 0 ? [] : [readIds(flags.id)]),
  ];
  if (said.length > 1) throw usage('--all, --of, --address and --id do not go together');
  const [only] = said;
  if (only !== undefined) return { ...only, targets: named, perSecond };
  const [name, ...targets] = named;
  if (name === undefined) throw usage('nobody was named');
  if (/:\/\/|^[^:]+:\d+$/.test(name))
    throw usage(`${JSON.stringify(name)} is a server, and nobody was named`);
  return { whom: { kind: 'name', name }, words: name, targets, perSecond };
}

function readIds(ids: readonly string[]): Pick<ReconnectRequest, 'whom' | 'words'> {
  const bad = ids.find((id) => !/^\d{1,20}$/.test(id));
  if (bad !== undefined) throw usage(`--id ${JSON.stringify(bad)} is no id of CLIENT LIST`);
  return { whom: { kind: 'ids', ids }, words: `id ${ids.join(', ')}` };
}

function readRate(text: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)(?:\/(s|m))?$/.exec(text.trim()) ?? [];
  const rate = number === '' ? Number.NaN : Number(number) / (unit === 'm' ? 60 : 1);
  if (rate >= RATE_MIN && rate <= RATE_MAX) return rate;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--rate ${JSON.stringify(text)} is not a number of connections a second, from ${RATE_MIN} to ${RATE_MAX}`,
    next: '--rate 10/s, or --rate 30/m',
  });
}

function usage(what: string): CommandFailure {
  return new CommandFailure({
    code: 'E_USAGE',
    what,
    next: 'name a certificate or a user, or say --all, --of USER, --address ADDRESS or --id ID',
  });
}
