/**
 * The changes that a check proposes, made to fit the server that it judged: in an order that locks nobody out, in words
 * that this version takes, as lines where files were judged and as commands where a server was. Mutability by version:
 * the directive catalogue of conf/, recorded from ten servers.
 */

import { versionAtLeast } from '../conf/index.ts';
import type { Snapshot } from '../fleet/index.ts';
import { printChange, type Change, type HardeningRequest } from '../policy/index.ts';
import { serverOf } from './conf-reading.ts';
import { memoryShare } from './memory-share.ts';
import { keepChanges, placeChange } from './placed-change.ts';
import { guardDirective } from './safe-directive.ts';
import { guardMode } from './safe-mode.ts';
import { guardUser } from './safe-user.ts';

/** What must come before a change that could lock somebody out, or stop writes, when it is made as it stands. */
export interface Guard {
  /** Changes to make first. */
  readonly first?: readonly Change[];
  /** The change that is meant; default: the one proposed. Absent value: there is none to print. */
  readonly change?: Change | undefined;
  /** The sentence that says when to make it. */
  readonly sentence: (command: string) => string;
}

/** The same changes, as this server can take them; `request` is what it was judged by. */
export function fitChanges(
  changes: readonly Change[],
  snapshot: Snapshot,
  request: HardeningRequest,
): readonly Change[] {
  const fitted = changes.flatMap((change) => fitChange(change, snapshot, request));
  const once = [...new Map(fitted.map((change) => [printChange(change), change])).values()];
  return [...once, ...keepChanges(once, snapshot)];
}

function fitChange(proposed: Change, snapshot: Snapshot, request: HardeningRequest): readonly Change[] {
  const change = wordChange(proposed, snapshot, request);
  const guard = guardOf(change, snapshot, request);
  if (guard === undefined) return [placeChange(change, snapshot)];
  const meant = 'change' in guard ? guard.change : change;
  const command = meant === undefined ? '' : printChange(placeChange(meant, snapshot));
  const first = (guard.first ?? []).map((each) => placeChange(each, snapshot));
  return [...first, { kind: 'by-hand', instruction: guard.sentence(command) }];
}

function guardOf(change: Change, snapshot: Snapshot, request: HardeningRequest): Guard | undefined {
  switch (change.kind) {
    case 'set-directive':
      return guardDirective(change, snapshot, request);
    case 'set-user':
      return guardUser(change, snapshot);
    case 'file-mode':
      return guardMode(change, snapshot);
    case 'remove-directive':
    case 'remove-user':
    case 'edit-line':
    case 'add-line':
    case 'upgrade':
    case 'harden':
    case 'by-hand':
    case 'keep':
      return undefined;
  }
}

/** In the words of the version, and with the request that the server was judged by. */
function wordChange(change: Change, snapshot: Snapshot, request: HardeningRequest): Change {
  if (change.kind === 'harden') return { kind: 'harden', options: hardenOptions(change.options, request) };
  if (change.kind !== 'set-directive') return change;
  if (change.name === 'maxmemory') {
    const share = memoryShare(snapshot);
    return share === undefined || share === 'full' ? change : { ...change, value: share };
  }
  if (change.name !== 'bind') return change;
  const server = serverOf(snapshot);
  if (server === undefined || versionAtLeast(server, { redis: '6.2', valkey: '7.2' })) return change;
  // Redis 6.0 takes the dash of `-::1` for a part of a host name, and does not start.
  const kept = change.value.split(' ').filter((address) => !address.startsWith('-'));
  return { ...change, value: kept.length === 0 ? '127.0.0.1' : kept.join(' ') };
}

/** The level and exposure of the judgement: a lower level would leave findings of the very same audit. */
function hardenOptions(options: string, { level, exposure }: HardeningRequest): string {
  const rest = options.replace(/--(?:level|exposure) \S+/g, '').trim();
  return `--level ${level} --exposure ${exposure} ${rest}`.trimEnd();
}
