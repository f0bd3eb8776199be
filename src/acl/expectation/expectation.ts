/**
 * What people expect of users, as data: this user may run that command, or may not. Each expectation is put to the
 * engine; which rules no expectation looks at is in `coverage.ts`.
 */
import { decide } from '../decision/decide.ts';
import type { Decision, Denial } from '../decision/decide.ts';
import type { User } from '../selector.ts';

export interface Expectation {
  readonly user: string;
  readonly argv: readonly string[];
  /** Database of the connection (Valkey 9.1); default 0. */
  readonly db?: number;
  readonly expect: 'allow' | 'deny';
  /** Only with `deny`: the reason that is expected. */
  readonly by?: Denial;
}

export interface ExpectationResult<Expected extends Expectation = Expectation> {
  readonly expectation: Expected;
  /** Undefined: there is no such user. */
  readonly decision: Decision | undefined;
  /** `error`: a command that the server does not know, or with a wrong number of arguments, proves nothing. */
  readonly outcome: 'pass' | 'fail' | 'error';
  /** Why not `pass`, one sentence. */
  readonly why?: string;
}

/** Puts expectations to the engine, in their order. */
export function judgeExpectations<Expected extends Expectation>(
  users: readonly User[],
  expectations: readonly Expected[],
): readonly ExpectationResult<Expected>[] {
  const byName = new Map(users.map((user) => [user.name, user]));
  return expectations.map((expectation) => judge(byName.get(expectation.user), expectation));
}

function judge<Expected extends Expectation>(
  user: User | undefined,
  expectation: Expected,
): ExpectationResult<Expected> {
  if (user === undefined) {
    return {
      expectation,
      decision: undefined,
      outcome: 'error',
      why: `there is no user ${JSON.stringify(expectation.user)}`,
    };
  }
  const { argv, db, expect, by } = expectation;
  const decision = decide(user, argv, user.table, db === undefined ? {} : { db });
  if (!decision.allowed && decision.denied === 'error' && by !== 'error')
    return { expectation, decision, outcome: 'error', why: decision.message };
  if (decision.allowed !== (expect === 'allow')) {
    const why = decision.allowed ? 'it is allowed' : decision.message;
    return { expectation, decision, outcome: 'fail', why };
  }
  if (!decision.allowed && by !== undefined && decision.denied !== by)
    return {
      expectation,
      decision,
      outcome: 'fail',
      why: `denied by ${decision.denied}: ${decision.message}`,
    };
  return { expectation, decision, outcome: 'pass' };
}
