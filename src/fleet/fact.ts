/**
 * A fact is one thing known, or not known, about a server, with where it came from. Unknown is a value
 * beside every other: it says why, and where a person could look instead. It is never a pass.
 */

/** Where a known fact was read. */
export type Provenance =
  /** A reply of the server: `command` is what was sent, without secrets. */
  | { readonly kind: 'command'; readonly node: string; readonly command: string }
  /** A line of a file; `line` counts from 1. */
  | { readonly kind: 'file'; readonly path: string; readonly line?: number }
  /** The built-in default of this product version, because nothing set it. */
  | { readonly kind: 'default'; readonly of: string }
  /** Something tried on the network, for example `TLS handshake 127.0.0.1:6380`. */
  | { readonly kind: 'probe'; readonly address: string; readonly what: string }
  /** Read on this host outside the server's files, for example a mount table or systemd. */
  | { readonly kind: 'host'; readonly what: string };

/** Why a fact is not known. */
export type UnknownReason =
  /** The server refused the command to our user (NOPERM). */
  | 'denied'
  /** The server has no such command, option or field. */
  | 'missing'
  /** A managed service withholds it from everybody. */
  | 'blocked'
  /** Not asked, because this source cannot tell (files do not show live clients). */
  | 'not-asked'
  /** The address or file could not be reached or read. */
  | 'unreachable'
  /** Asked, and the answer made no sense or never came. */
  | 'failed';

/** A known value with its provenance, or the reason why it is unknown. */
export type Fact<T> =
  | { readonly known: true; readonly value: T; readonly from: Provenance }
  | { readonly known: false; readonly reason: UnknownReason; readonly detail: string; readonly look: string };

/** A fact that was read. */
export function known<T>(value: T, from: Provenance): Fact<T> {
  return { known: true, value, from };
}

/**
 * A fact that was not read.
 *
 * @param detail What happened, for example the server's words.
 * @param look Where a person can find the answer instead.
 */
export function unknown(reason: UnknownReason, detail: string, look: string): Fact<never> {
  return { known: false, reason, detail, look };
}
