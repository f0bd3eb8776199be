/** The answers of `wardis acl explain` as JSON. No password and no hash is in them. */

import {
  describeEffect,
  describeLogin,
  describeSelector,
  explainUser,
  printPath,
  type TokenEffect,
  type User,
} from '../../acl/index.ts';
import type { ExplainedDecision, ExplainedUser } from './explain.ts';
import { serverOf } from './explain-page.ts';
import type { Subject } from './subject.ts';

const SCHEMA_VERSION = '1';
const NAMES_MAX = 8;

function head(kind: 'user' | 'users' | 'decision', subject: Subject): Readonly<Record<string, unknown>> {
  const [first] = subject.users;
  return {
    schemaVersion: SCHEMA_VERSION,
    kind,
    server: first === undefined ? subject.table.server : serverOf(first.user),
    exact: subject.table.exact,
    from: subject.from,
    notes: subject.notes,
  };
}

export function userData(
  subject: Subject,
  { user, explanation, escalations, suggestion }: ExplainedUser,
): unknown {
  const { rules = [], ...rest } = explanation;
  return {
    ...head('user', subject),
    user: user.name,
    ...(user.line !== undefined && { line: user.line }),
    rules: rules.map((rule) => ruleData(rule, rules, user.user)),
    ...rest,
    selectors: rest.selectors.map((selector) => ({
      ...selector,
      sentences: describeSelector(selector, rest.commandTotal, { namesMax: NAMES_MAX }),
    })),
    couldBecome: escalations.paths.map((path) => ({
      to: path.to,
      certainty: path.certainty,
      severity: path.severity,
      steps: path.steps.map(({ edge, commands }) => ({ id: edge.id, commands })),
      assumes: path.assumes,
      sentence: printPath(path),
    })),
    holds: escalations.held,
    ...(suggestion !== undefined && {
      probablyMeant: {
        rules: suggestion.shown,
        moved: suggestion.moved,
        to: suggestion.to,
        gains: suggestion.gains,
        loses: suggestion.loses,
      },
    }),
  };
}

/** Without the aspects that a rule does not touch. */
function ruleData(
  rule: TokenEffect,
  rules: readonly TokenEffect[],
  user: User,
): Readonly<Record<string, unknown>> {
  const { commands, firstArgs, keys, channels, databases, login, children, ...rest } = rule;
  const touched = Object.entries({ commands, firstArgs, keys, channels, databases, login }).filter(
    ([, { given, taken }]) => given.length + taken.length > 0,
  );
  return {
    ...rest,
    ...Object.fromEntries(touched),
    ...(children.length > 0 && { children: children.map((child) => ruleData(child, children, user)) }),
    sentence: describeEffect(rule, rules, user, { namesMax: NAMES_MAX }),
  };
}

/** Of many users the outline only. */
export function usersData(subject: Subject): unknown {
  return {
    ...head('users', subject),
    users: subject.users.map(({ user, name, line }) => {
      const { login, selectors, commandTotal, neverRun, holes } = explainUser(user, user.table);
      return {
        user: name,
        ...(line !== undefined && { line }),
        login,
        sentence: describeLogin(login),
        commandTotal,
        selectors: selectors.map(
          ({ commands, firstArgs, keys, keyPatterns, channels, databases, keyless }) => ({
            commands: commands.length,
            firstArgs,
            keys,
            keyPatterns,
            channels,
            databases,
            keyless,
          }),
        ),
        neverRun,
        holes: holes.map(({ code }) => code),
      };
    }),
  };
}

export function decisionsData(
  subject: Subject,
  argv: readonly string[],
  decisions: readonly ExplainedDecision[],
): unknown {
  return {
    ...head('decision', subject),
    command: argv,
    decisions: decisions.map(({ user, explanation, execution }) => ({
      user: user.name,
      ...explanation,
      execution: execution.execution,
      ...(execution.executionMessage !== undefined && { executionMessage: execution.executionMessage }),
      differences: execution.differences,
      unchecked: execution.unchecked,
    })),
  };
}
