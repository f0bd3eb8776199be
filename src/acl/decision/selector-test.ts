/**
 * A user's selectors as decisions walk through them: one link each, with everything that is looked at first in one
 * place, because a program that asks about many users spends its time waiting for memory.
 */
import { chainPatterns } from './pattern-test.ts';
import type { PatternTest } from './pattern-test.ts';
import type { Selector, User } from '../selector.ts';

/** One selector, and the next. */
export interface SelectorTest {
  /** The selectors that the chain was made of: it is void for others. */
  readonly of: User['selectors'];
  readonly allCommands: boolean;
  readonly allKeys: boolean;
  readonly allChannels: boolean;
  readonly allDatabases: boolean;
  /** One bit for each `Command.index`, in signed words: unsigned ones would be boxed when they are read. */
  readonly words: readonly number[];
  /** Undefined where no command has any. */
  readonly firstArgs: ReadonlyMap<number, readonly string[]> | undefined;
  readonly keys: PatternTest | undefined;
  readonly channels: PatternTest | undefined;
  readonly selector: Selector;
  readonly next: SelectorTest | undefined;
}

/** The chain of these selectors. */
export function chainSelectors(selectors: User['selectors']): SelectorTest {
  const [root, ...others] = selectors;
  let next: SelectorTest | undefined;
  for (const selector of others.toReversed()) next = makeTest(selectors, selector, next);
  return makeTest(selectors, root, next);
}

/** The chain of a user: its own, or one made for selectors that it was given since it was parsed. */
export function testsOf(user: User): SelectorTest {
  const { tests, selectors } = user;
  if (tests !== undefined && tests.of === selectors) return tests;
  let made = chains.get(selectors);
  if (made === undefined) {
    made = chainSelectors(selectors);
    chains.set(selectors, made);
  }
  return made;
}

const chains = new WeakMap<User['selectors'], SelectorTest>();

function makeTest(of: User['selectors'], selector: Selector, next: SelectorTest | undefined): SelectorTest {
  const { engine } = selector;
  return {
    of,
    allCommands: selector.allCommands,
    allKeys: selector.allKeys,
    allChannels: selector.allChannels,
    allDatabases: selector.allDatabases,
    words: Array.from(engine.bits, (word) => word | 0),
    firstArgs: engine.firstArgs.size === 0 ? undefined : engine.firstArgs,
    keys: selector.allKeys ? undefined : chainPatterns(engine.keys),
    channels: selector.allChannels
      ? undefined
      : chainPatterns(engine.channels.map((pattern) => ({ pattern, bits: 0 }))),
    selector,
    next,
  };
}
