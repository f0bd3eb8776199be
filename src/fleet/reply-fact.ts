/**
 * From a reply to a fact. An error reply becomes the reason why the fact is unknown, and a reply of the wrong
 * shape becomes `failed`: a server may say anything.
 */

import type { AuditCommand } from './audit-command.ts';
import { known, unknown, type Fact, type Provenance } from './fact.ts';
import type { ManagedService } from './managed.ts';
import { isReplyError, type Reply } from './resp.ts';

/** What one node answered to one command. */
export interface Answer {
  readonly node: string;
  readonly command: AuditCommand;
  readonly reply: Reply | undefined;
  /** The service that runs the server; it withholds commands from everybody. */
  readonly managed: ManagedService | undefined;
}

/** Reads a reply; `read` answers undefined when the shape is not the expected one. */
export function readAnswer<T>(answer: Answer, read: (reply: Reply) => T | undefined): Fact<T> {
  const refusal = refusalOf(answer);
  if (refusal !== undefined) return refusal;
  const value = answer.reply === undefined ? undefined : read(answer.reply);
  if (value === undefined) return malformed(answer);
  return known(value, provenanceOf(answer));
}

export function provenanceOf(answer: Answer): Provenance {
  return { kind: 'command', node: answer.node, command: answer.command.name };
}

export function malformed(answer: Answer): Extract<Fact<never>, { known: false }> {
  const detail = `${answer.command.name} was answered in a form that Wardis does not know`;
  return unknown('failed', detail, answer.command.look) as Extract<Fact<never>, { known: false }>;
}

/** Why there is no answer; undefined when there is one. */
export function refusalOf(answer: Answer): Extract<Fact<never>, { known: false }> | undefined {
  const { reply, command, managed } = answer;
  if (!isReplyError(reply)) return undefined;
  const reason = classify(reply.error);
  const detail = `${command.name}: ${reply.error.slice(0, 300)}`;
  if (managed !== undefined && reason !== 'failed') {
    return { known: false, reason: 'blocked', detail, look: managed.look };
  }
  const rule =
    command.rule === undefined ? '' : `allow it (${command.rule}, see wardis help permissions), or `;
  return { known: false, reason, detail, look: reason === 'denied' ? rule + command.look : command.look };
}

/** The server's words as a reason. */
export function classify(error: string): 'denied' | 'missing' | 'failed' {
  if (error.startsWith('NOPERM')) return 'denied';
  return /^ERR (?:unknown (?:sub)?command|Unknown subcommand|unknown section|wrong number of arguments)/i.test(
    error,
  )
    ? 'missing'
    : 'failed';
}

/** A flat list of names and values (RESP2's map) as a map; undefined when it is none. */
export function readPairs(reply: Reply): ReadonlyMap<string, Reply> | undefined {
  if (!isList(reply) || reply.length % 2 !== 0) return undefined;
  const pairs = new Map<string, Reply>();
  for (let i = 0; i < reply.length; i += 2) {
    const name = reply[i];
    if (typeof name !== 'string') return undefined;
    pairs.set(name, reply[i + 1] ?? null);
  }
  return pairs;
}

export function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** A value as text; the servers send some numbers as integers, others as strings. */
export function textOf(reply: Reply | undefined): string {
  return typeof reply === 'string' ? reply : typeof reply === 'number' ? String(reply) : '';
}
