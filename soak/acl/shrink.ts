/** Makes a failing case small: fewer steps, rules, commands, arguments and bytes, while it still fails. */
import type { Case } from './differential.ts';

const TRIES_MAX = 600;

export async function shrinkCase(failing: Case, fails: (smaller: Case) => Promise<boolean>): Promise<Case> {
  let best = failing;
  let tries = 0;
  for (let again = true; again && tries < TRIES_MAX;) {
    again = false;
    for (const smaller of smallerCases(best)) {
      if (++tries >= TRIES_MAX) break;
      if (!(await fails(smaller))) continue;
      best = smaller;
      again = true;
      break;
    }
  }
  return best;
}

function* smallerCases(one: Case): Generator<Case> {
  for (const argv of one.argvs) if (one.argvs.length > 1) yield { ...one, argvs: [argv] };
  if (one.argvs.length > 0) yield { ...one, argvs: [] };
  for (const steps of withoutOne(one.steps)) yield { ...one, steps };
  if (one.steps.length > 1) yield { ...one, steps: [one.steps.flat()] };
  if (one.db !== 0) yield { ...one, db: 0 };
  if (one.name !== 'f') yield { ...one, name: 'f' };
  for (const [i, step] of one.steps.entries()) {
    for (const fewer of [...withoutOne(step), ...shorterItems(step)]) {
      yield { ...one, steps: one.steps.map((each, k) => (k === i ? fewer : each)) };
    }
  }
  for (const [i, argv] of one.argvs.entries()) {
    for (const fewer of [...withoutOne(argv), ...shorterItems(argv)]) {
      if (fewer.length > 0) yield { ...one, argvs: one.argvs.map((each, k) => (k === i ? fewer : each)) };
    }
  }
}

function withoutOne<T>(list: readonly T[]): readonly (readonly T[])[] {
  return list.map((_, i) => list.filter((_each, k) => k !== i));
}

function* shorterItems(list: readonly string[]): Generator<readonly string[]> {
  for (const [i, item] of list.entries()) {
    for (let at = 0; at < Math.min(item.length, 40); at++) {
      const shorter = item.slice(0, at) + item.slice(at + 1);
      yield list.map((each, k) => (k === i ? shorter : each));
    }
  }
}
