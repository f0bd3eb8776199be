/** Credentials that an application reads anew for each connection, as from a secret file that somebody replaces. */
import type { Login } from './node.ts';

export interface CredentialSource {
  /** What a connection that opens now logs in with. */
  readonly current: () => Login;
  /** Replaces them, and tells whoever listens. */
  readonly replace: (login: Login) => void;
  /** Returns a function that stops listening. */
  readonly onReplaced: (listener: () => void) => () => void;
}

export function createCredentials(first: Login): CredentialSource {
  let login = first;
  const listeners = new Set<() => void>();
  return {
    current: () => login,
    replace: (next) => {
      login = next;
      for (const listener of listeners) listener();
    },
    onReplaced: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
