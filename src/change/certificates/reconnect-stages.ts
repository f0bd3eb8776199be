/**
 * Reconnecting as a run: first every server rebuilds its TLS context, because a resumed session shows no certificate, so
 * that an expired one would get back in (Redis 6.0 to 8.0, Valkey 8.0 to 9.1); then connections are ended, a few at a
 * time. A step holds the connections of some seconds only, so that an interruption is heeded soon. Pure.
 */

import type { Stage } from '../run.ts';
import type { ServedCertificate, Step, StepAction } from '../step.ts';

/** A node that takes part. */
export interface ReconnectNode {
  readonly id: string;
  /** `tls-cert-file`, as it is now. */
  readonly certificatePath: string;
  /** What its ports show now, and must show after the files were read anew; absent where that cannot be seen from here. */
  readonly serves: ServedCertificate | undefined;
  /** Ids of CLIENT LIST to be ended. */
  readonly ids: readonly string[];
  readonly handshakeMsMax: number;
}

export const RECONNECT_STAGES = { resumption: 'end-resumption', clients: 'reconnect' } as const;
const STEP_SECONDS_MAX = 10;

export function stagesOfReconnect(nodes: readonly ReconnectNode[], perSecond: number): readonly Stage[] {
  const inStep = Math.max(1, Math.round(perSecond * STEP_SECONDS_MAX));
  const reload = nodes.map(({ id, certificatePath, serves }): readonly [string, StepAction] => [
    id,
    {
      kind: 'reload-tls',
      on: 'perform',
      settings: [{ name: 'tls-cert-file', before: certificatePath, after: certificatePath }],
      ...(serves === undefined ? {} : { serves }),
    },
  ]);
  const end = nodes.flatMap(({ id, ids, handshakeMsMax }) =>
    chunks(ids, inStep).map((some): readonly [string, StepAction] => [
      id,
      { kind: 'reconnect-clients', ids: some, perSecond, handshakeMsMax },
    ]),
  );
  const number = numbered();
  return [
    {
      name: RECONNECT_STAGES.resumption,
      title: 'end resumption: read the TLS files anew',
      steps: reload.map(number(RECONNECT_STAGES.resumption)),
    },
    {
      name: RECONNECT_STAGES.clients,
      title: 'end connections, a few at a time',
      steps: end.map(number(RECONNECT_STAGES.clients)),
    },
  ];
}

function numbered(): (stage: string) => (action: readonly [string, StepAction]) => Step {
  let next = 1;
  return (stage) =>
    ([node, action]) => ({ ...action, id: next++, node, stage });
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  );
}
