/**
 * A value that must not be printed: password, private key, token. Every usual way of turning a value
 * into text (templates, String(), JSON, console.log, util.inspect) gives `[secret]`. The one way to
 * the value is `reveal()`, so a reader can search for that word to see where secrets are used.
 */

const SHOWN = '[secret]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it only where the value is sent to a server, hashed or compared. */
  reveal(): string {
    return this.#value;
  }

  /** True for an empty value, which most servers read as "no password". */
  isEmpty(): boolean {
    return this.#value === '';
  }

  /** Whether both hold the same value. Not constant time: never use it to let somebody in. */
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  // The symbol that node's util.inspect and console.log look for; no import is needed.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}

/** Wraps a value so that it cannot be printed. */
export function secret(value: string): Secret {
  return new Secret(value);
}
