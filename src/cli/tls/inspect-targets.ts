/** The arguments of `tls inspect`: which are files, and which ports speak TLS though nobody said so. */

import { statSync } from 'node:fs';
import { parseTarget } from '../../fleet/index.ts';
import { probePort } from '../../tls/index.ts';
import type { ConnectionFlags } from '../connection-options.ts';
import { readTimeouts } from '../connection-target.ts';

export interface Arguments {
  readonly files: readonly string[];
  readonly targets: readonly string[];
}

/** What is a file here, is meant as one; `-` is standard input. */
export function sortArguments(named: readonly string[]): Arguments {
  const isFile = (text: string): boolean =>
    text === '-' ||
    (!text.includes('://') && statSync(text, { throwIfNoEntry: false })?.isFile() === true) ||
    /\.(?:pem|crt|cer)$/.test(text);
  return { files: named.filter(isFile), targets: named.filter((text) => !isFile(text)) };
}

/** A bare `host:port` becomes `rediss://` where its port turns out to speak TLS. */
export async function tellTransport(
  targets: readonly string[],
  flags: ConnectionFlags,
): Promise<readonly string[]> {
  const said = flags.tls === true || flags.cacert !== undefined || flags.cert !== undefined;
  if (said) return targets;
  const timeoutMs = readTimeouts(flags).connectMs;
  return Promise.all(
    targets.map(async (text) => {
      const endpoint = text.includes('://') ? undefined : parseTarget(text).target?.endpoint;
      if (endpoint?.kind !== 'tcp') return text;
      const { host, port } = endpoint;
      const probe = await probePort({ host, port, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
      return probe.kind === 'tls' ? `rediss://${text}` : text;
    }),
  );
}
