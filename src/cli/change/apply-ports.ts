/** The outside world of an apply: nodes dialled as the policy and the flags say, files where they can be reached, progress. */

import { join } from 'node:path';
import {
  openHostAccess,
  type HostAccess,
  type Journal,
  type KnownServer,
  type Run,
  type RunEvent,
  type RunPorts,
} from '../../change/index.ts';
import {
  FleetError,
  openConnection,
  parseTarget,
  printEndpoint,
  type Target,
  type Topology,
} from '../../fleet/index.ts';
import { safeText } from '../../text/index.ts';
import type { CommandContext } from '../context.ts';
import { openProgress, SILENT_PROGRESS } from '../progress.ts';
import type { FleetEntry } from './fleet-access.ts';
import { isThisHost } from './fleet-hosts.ts';

export interface ApplyWorld {
  readonly entry: FleetEntry;
  /** Absent where no seed answered: nodes are then dialled by the addresses that the run has. */
  readonly topology: Topology | undefined;
  readonly known: ReadonlyMap<string, KnownServer>;
  /** Files of every host by ssh, or of this one only. */
  readonly files: 'every-host' | 'this-host';
  readonly noise: 'progress' | 'silent';
  readonly signal: AbortSignal;
}

export interface ApplyPorts extends RunPorts {
  /** Ends the ways to hosts. */
  readonly close: () => Promise<void>;
}

export function openPorts(journal: Journal, world: ApplyWorld, context: CommandContext): ApplyPorts {
  const { run } = journal;
  const { entry, known, noise, signal } = world;
  const roles = new Map(run.nodes.map(({ id, role }) => [id, role]));
  const hosts = new Map<string, HostAccess | undefined>();
  const targetOf = (node: string): Target => {
    const found = world.topology?.nodes.find(({ id }) => id === node)?.target;
    return found ?? addressOf(node, roles.get(node) === 'sentinel' ? 'sentinel' : 'server', entry);
  };
  return {
    connect: (node) => openConnection(targetOf(node), entry.limits),
    connectKnown: (node) => openConnection(pinKnown(targetOf(node), run, node), entry.limits),
    host: (node) => {
      const { endpoint } = targetOf(node);
      const host = endpoint.kind === 'tcp' ? endpoint.host : 'localhost';
      if (!hosts.has(host)) hosts.set(host, openHost(host, run.id, world));
      return hosts.get(host);
    },
    known: (node) => known.get(node),
    journal,
    now: context.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    signal,
    onEvent: noise === 'silent' ? () => undefined : showProgress(journal, context),
    close: async () => {
      for (const host of hosts.values()) await host?.close();
    },
  };
}

/** A node of a run that was not found from the seeds: by its own address, logged in as at the seeds. */
function addressOf(node: string, kind: 'server' | 'sentinel', entry: FleetEntry): Target {
  const { target } = parseTarget(node);
  const [seed] = entry.seeds;
  if (target === undefined || seed === undefined) {
    throw new FleetError('unreachable', node, `${node} is no node of the fleet any more`);
  }
  const way = kind === 'sentinel' ? (entry.sentinels[0] ?? entry.sentinelAccess) : seed;
  const { transport, credentials, tls } = way ?? seed;
  return {
    endpoint: target.endpoint,
    transport: target.endpoint.kind === 'unix' ? 'unix' : transport,
    ...(credentials === undefined ? {} : { credentials }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** The leaves that the run found or placed at the node: whoever shows one of them there holds its key. */
function pinKnown(target: Target, { stages }: Run, node: string): Target {
  const own = stages.flatMap(({ steps }) => steps).filter((step) => step.node === node);
  const known = own.flatMap((step) => {
    const serves = 'serves' in step ? step.serves : undefined;
    return serves === undefined
      ? []
      : [serves.after, ...(serves.before === undefined ? [] : [serves.before])];
  });
  if (known.length === 0 || target.transport !== 'tls') return target;
  const at = printEndpoint(target.endpoint);
  const pinned = [...new Set([...(target.tls?.pins?.get(at) ?? []), ...known])];
  return { ...target, tls: { ...target.tls, pins: new Map([...(target.tls?.pins ?? []), [at, pinned]]) } };
}

/** Only where the policy says that the files of the host are those of the server: a port may be forwarded from elsewhere. */
function openHost(host: string, runId: string, { entry, files }: ApplyWorld): HostAccess | undefined {
  const place = entry.fleet?.files;
  if (place === undefined) return undefined;
  const here = isThisHost(host);
  if (place.via === 'local' && !here) return undefined;
  if (place.via === 'ssh' && files === 'this-host') return undefined;
  return openHostAccess({ host, files: place, handFolder: join(entry.stateFolder, 'by-hand', runId) });
}

/** Stages as lines, steps as progress, and what went wrong at once. */
function showProgress(journal: Journal, { terminal }: CommandContext): (event: RunEvent) => void {
  const total = journal.run.stages.reduce((sum, stage) => sum + stage.steps.length, 0);
  const ended = new Set<number>();
  let progress = SILENT_PROGRESS;
  const say = (line: string): void => {
    progress.end();
    terminal.err(`${safeText(line)}\n`);
  };
  return (event) => {
    switch (event.kind) {
      case 'stage': {
        const first = event.canary === undefined ? '' : `, ${event.canary} first`;
        say(`${event.stage.title}${first}`);
        progress = openProgress(terminal, '  step');
        return;
      }
      case 'step': {
        const { step, state, detail } = event;
        if (state === 'begun') return;
        ended.add(step.id);
        if (state === 'failed' || state === 'undo-failed')
          return say(`  ${step.node}: ${describeState(state)}: ${detail ?? ''}`);
        // On the way forth nothing is done at it: it stands there for taking back.
        const isNoted = 'on' in step && step.on === 'revert' && state === 'done';
        return progress.step(ended.size, total, `${step.node} ${isNoted ? 'noted' : step.kind}`);
      }
      case 'unreachable':
        return say(`  ${event.node}: pending: ${event.detail}`);
      case 'ended':
        return progress.end();
    }
  };
}

function describeState(state: 'failed' | 'undo-failed'): string {
  return state === 'failed' ? 'failed' : 'could not be taken back';
}
