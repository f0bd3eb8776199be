/**
 * The server reads its certificate, key and authorities anew: CONFIG SET of one of the paths is enough, even to what it
 * was (seen on Redis 6.0.16 to 8.0.6 and Valkey 7.2.7 to 9.1.2); connections stay. When it refuses, the old ones stay
 * too. CONFIG GET shows nothing of it, so that a handshake on every port tells, and then a new connection of our own:
 * servers load what no peer accepts, and only whoever connects anew notices.
 */

import { versionAtLeast } from '../../conf/index.ts';
import { FleetError, isReplyError, type Reply } from '../../fleet/index.ts';
import { inspectTls, readCertificates } from '../../tls/index.ts';
import type { ClientPair, ServedCertificate, SettingChange, Step } from '../step.ts';
import { lookAtServed, waitForServed } from './prove-certificate.ts';
import { NodeAway } from '../run/node-session.ts';
import { refusalAmong } from './refusal.ts';
import { askReloadDenied } from './reload-permission.ts';
import { valueText } from './setting-value.ts';
import { pairsBefore, type Pairs } from './settings-work.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type ReloadStep = Extract<Step, { readonly kind: 'reload-tls' }>;

export function reloadTlsWork(step: ReloadStep, node: StepNode): StepWork {
  const { settings, serves } = step;
  const before = pairsBefore(settings);
  const reload = async (pairs: Pairs, wanted: string | undefined): Promise<Result> => {
    const sent = await sendPairs(node, await sendable(step, pairs, node));
    if (sent.ok !== true || serves === undefined || wanted === undefined) return sent;
    return waitForServed(serves, wanted, node);
  };
  if (step.on === 'revert') {
    return {
      look: () => lookBack(step, node),
      // Forth it only stands in the journal, so that taking back ends with it; nothing was placed yet.
      perform: async () => {
        const denied = await askReloadDenied(node.send);
        return denied === undefined ? { ok: true } : { ok: false, detail: `CONFIG SET is denied: ${denied}` };
      },
      verify: () => Promise.resolve({ ok: true, detail: 'for taking back' }),
      revert: async () => {
        const back = await reload(before, serves?.before);
        return back.ok === true ? proveEntry(node) : back;
      },
    };
  }
  return {
    look: () => lookForth(step, node),
    perform: () =>
      reload(
        settings.map(({ name, after }) => [name, valueText(after)]),
        serves?.after,
      ),
    verify: () => verifyReload(step, node),
    ...(movesFiles(step) ? { revert: () => reload(before, undefined) } : {}),
  };
}

/** Whether the server is told other paths than it has; else it reads the same ones anew. */
export function movesFiles({ settings }: { readonly settings: readonly SettingChange[] }): boolean {
  return settings.some(({ before, after }) => before === undefined || valueText(before) !== valueText(after));
}

/** Never `after` for the same paths: that a port shows the leaf does not tell that the rest was read. */
async function lookForth(step: ReloadStep, node: StepNode): Promise<Standing> {
  const paths = await lookAtPaths(step.settings, node);
  if (paths.kind === 'other' || paths.kind === 'between') return paths;
  const moves = movesFiles(step);
  if (moves && paths.kind === 'before') return paths;
  if (step.serves === undefined) return moves ? paths : { kind: 'unseen' };
  const served = await lookAtServed(step.serves);
  if (served.kind === 'other') return served;
  return moves && served.kind === 'after' ? served : { kind: 'between' };
}

/** Before: nothing is to be taken back. Never `after`, so that the step begins whatever is served. */
async function lookBack({ serves, settings }: ReloadStep, node: StepNode): Promise<Standing> {
  const paths = await lookAtPaths(settings, node);
  if (paths.kind === 'other') return paths;
  if (serves?.before === undefined) return { kind: 'unseen' };
  const served = await lookAtServed(serves);
  return served.kind === 'after' ? { kind: 'between' } : served;
}

async function lookAtPaths(settings: readonly SettingChange[], node: StepNode): Promise<Standing> {
  const replies = await node.send(settings.map(({ name }) => ['CONFIG', 'GET', name]));
  const kinds = settings.map(({ name, before, after }, at): Standing => {
    const shown = shownValue(replies[at]);
    if (shown === undefined) return { kind: 'other', detail: `CONFIG GET ${name} was refused` };
    if (shown === valueText(after)) return { kind: 'after' };
    if (before === undefined || shown === valueText(before)) return { kind: 'before' };
    return { kind: 'other', detail: `${name} has another value` };
  });
  const other = kinds.find(({ kind }) => kind === 'other');
  if (other !== undefined) return other;
  if (kinds.every(({ kind }) => kind === 'after')) return { kind: 'after' };
  return { kind: kinds.some(({ kind }) => kind === 'after') ? 'between' : 'before' };
}

function shownValue(reply: Reply | undefined): string | undefined {
  const value: unknown = Array.isArray(reply) && !isReplyError(reply) ? reply[1] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Up to 6.2 one path for each command: enough for the same paths, and refused by the server for a new pair. */
async function sendable(step: ReloadStep, pairs: Pairs, node: StepNode): Promise<Pairs> {
  const several = versionAtLeast(await node.server(), { redis: '7.0', valkey: '7.2' });
  return several || movesFiles(step) ? pairs : pairs.slice(0, 1);
}

async function sendPairs(node: StepNode, pairs: Pairs): Promise<Result> {
  const names = pairs.map(([name]) => name).join(' ');
  const replies = await node.send([['CONFIG', 'SET', ...pairs.flat()]]);
  return (
    refusalAmong(
      replies,
      `CONFIG SET ${names}`,
      pairs.map(([, value]) => value),
    ) ?? { ok: true }
  );
}

async function verifyReload({ serves, admits }: ReloadStep, node: StepNode): Promise<Result> {
  const entered = await proveEntry(node);
  if (entered.ok !== true || admits === undefined || serves === undefined) return entered;
  return proveAdmission(admits, serves);
}

/** We get in anew, by our own trust and certificate. The connection of the run is held meanwhile: it takes back what fails. */
async function proveEntry(node: StepNode): Promise<Result> {
  try {
    const connection = await node.probe();
    try {
      // Since TLS 1.3 a server refuses our certificate only after the handshake has ended on our side.
      await connection.send([['PING']]);
    } finally {
      connection.close();
    }
    return { ok: true };
  } catch (error) {
    if (!(error instanceof NodeAway || error instanceof FleetError)) throw error;
    // One that is gone altogether says so here.
    await node.send([['PING']]);
    return { ok: false, detail: `it does not let us in any more: ${error.message}` };
  }
}

/**
 * Whoever shows this certificate is let in at every port. A node that dials others shows its own to them; the bus of a
 * Cluster asks for it even where the port of clients does not (`tls-auth-clients no`, seen on Redis 7.0.15 and Valkey
 * 9.1.2).
 */
async function proveAdmission(
  { certificate, key }: ClientPair,
  { ports, after }: ServedCertificate,
): Promise<Result> {
  const [leaf] = readCertificates(certificate).certificates;
  const isOwn = leaf?.fingerprintSha256 === after;
  for (const [at, port] of ports.entries()) {
    // The bus answers no command.
    const until = isOwn || at > 0 ? 'admission' : 'reply';
    const seen = await inspectTls({ ...port, cert: certificate, key: key.reveal(), until });
    if (seen.ok) continue;
    const who = isOwn ? 'the node itself, where it dials others,' : 'a client of the new authority';
    return { ok: false, detail: `${who} is not let in at port ${port.port}: ${seen.detail}` };
  }
  return { ok: true, detail: isOwn ? 'let in where it dials' : 'lets clients of the new authority in' };
}
