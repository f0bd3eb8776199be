/**
 * Ctrl-C while servers are being changed: the first one lets what is under way come to its end and begins nothing more,
 * the second one ends the program as always; the journal knows what was begun.
 */

export interface Interruption {
  readonly signal: AbortSignal;
  /** Ctrl-C is as before. */
  readonly release: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `say` is called once, at the first one. */
export function heedInterruption(say: (text: string) => void): Interruption {
  const controller = new AbortController();
  const before = SIGNALS.map((name) => ({ name, listeners: process.listeners(name) }));
  const release = (): void => {
    for (const { name, listeners } of before) {
      process.removeListener(name, interrupt);
      for (const listener of listeners) {
        if (!process.listeners(name).includes(listener)) process.once(name, listener);
      }
    }
  };
  const interrupt = (): void => {
    controller.abort();
    release();
    say('interrupted: what is under way comes to its end, nothing more begins; once more to stop at once\n');
  };
  for (const { name, listeners } of before) {
    for (const listener of listeners) process.removeListener(name, listener);
    process.on(name, interrupt);
  }
  return { signal: controller.signal, release };
}
