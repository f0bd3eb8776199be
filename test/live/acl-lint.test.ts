/** What the lint's rules claim, on real servers: each proof is done there, by DRYRUN where a command could do harm. */
import { expect, it } from 'vitest';
import { LINT_RULES, splitRules, type LintProof, type LintShown } from '../../src/acl/index.ts';
import {
  forEachServer,
  startServer,
  talk,
  tryStart,
  type Reply,
  type RunningServer,
  type Server,
} from '../servers/index.ts';

const SERVERS = ['redis-6.0', 'redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'];

/** Builds whose distributor added a fix under the old number: what the release does is not seen there. */
const FIXED_BY_DISTRIBUTOR: ReadonlySet<string> = new Set(['acl-list-crash-percent on redis-7.0']);

forEachServer(SERVERS, (server) => {
  const proofs = LINT_RULES.filter(({ id }) => !FIXED_BY_DISTRIBUTOR.has(`${id} on ${server.id}`)).flatMap(
    ({ id, proof }) =>
      proof
        .filter(({ servers }) => servers.includes(server.id))
        .map((each) => [id, each.given.text.slice(0, 60), each] as const),
  );
  it.each(proofs)('%s: %s', async (_, __, proof) => {
    expect(await show(proof, server)).toEqual(proof.shows.filter((shown) => canBeSeen(shown, server)));
  });
});

/** DRYRUN came with 7.0; before it only logins and refusals are looked at. */
function canBeSeen(shown: LintShown, server: Server): boolean {
  return server.id !== 'redis-6.0' || (shown.kind !== 'allowed' && shown.kind !== 'denied');
}

async function show(proof: LintProof, server: Server): Promise<readonly unknown[]> {
  if (proof.given.kind === 'file') return showFile(proof, server);
  const running = await theServer(server);
  const refusal = await setUser(running, splitRules(proof.given.text) ?? []);
  return look(proof, refusal, running, server);
}

async function showFile(proof: LintProof, server: Server): Promise<readonly unknown[]> {
  const attempt = await tryStart({ server, aclfile: proof.given.text });
  if (!attempt.started) return look(proof, attempt.log, undefined, server);
  try {
    return await look(proof, undefined, attempt.server, server);
  } finally {
    await attempt.server.stop();
  }
}

async function look(
  proof: LintProof,
  refusal: string | undefined,
  running: RunningServer | undefined,
  server: Server,
): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (const shown of proof.shows) {
    if (!canBeSeen(shown, server)) continue;
    seen.push(await seenOf(shown, refusal, running));
  }
  return seen;
}

async function seenOf(
  shown: LintShown,
  refusal: string | undefined,
  running: RunningServer | undefined,
): Promise<unknown> {
  switch (shown.kind) {
    case 'accepted':
      return refusal === undefined ? shown : { refusal };
    case 'refused':
      return refusal?.includes(shown.message) === true ? shown : { refusal };
    case 'crashes':
      return refusal !== undefined && !refusal.includes('Aborting') ? shown : { refusal };
    case 'logs-in':
    case 'login-refused': {
      const reply = running === undefined ? refusal : await auth(running, shown.user ?? 'u', shown.password);
      return (reply === 'OK') === (shown.kind === 'logs-in') ? shown : { reply };
    }
    case 'allowed':
    case 'denied': {
      const reply = running === undefined ? refusal : await dryRun(running, shown.user ?? 'u', shown.argv);
      return (reply === 'OK') === (shown.kind === 'allowed') ? shown : { reply, argv: shown.argv };
    }
  }
}

const servers = new Map<string, Promise<RunningServer>>();

/** One for all proofs of rules: each sets its user anew. */
function theServer(server: Server): Promise<RunningServer> {
  const known = servers.get(server.id) ?? startServer({ server });
  servers.set(server.id, known);
  return known;
}

async function setUser(running: RunningServer, rules: readonly string[]): Promise<string | undefined> {
  const [, reply] = await talk(running, [
    ['ACL', 'DELUSER', 'u'],
    ['ACL', 'SETUSER', 'u', ...rules],
  ]);
  return reply === 'OK' ? undefined : said(reply);
}

async function auth(running: RunningServer, user: string, password: string): Promise<string> {
  const [reply] = await talk(running, [['AUTH', user, password]]);
  return said(reply);
}

async function dryRun(running: RunningServer, user: string, argv: readonly string[]): Promise<string> {
  const [reply] = await talk(running, [['ACL', 'DRYRUN', user, ...argv]]);
  // A denial is an answer; an error (no such user, no such command) is none.
  if (typeof reply !== 'string') throw new Error(`${argv.join(' ')}: ${said(reply)}`);
  return reply;
}

function said(reply: Reply | undefined): string {
  if (typeof reply === 'string') return reply;
  return typeof reply === 'object' && reply !== null && 'error' in reply
    ? reply.error
    : JSON.stringify(reply);
}
