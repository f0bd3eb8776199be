/** The answer as elements of the page. */
import { LINT_SEVERITIES } from '../src/acl/index.ts';
import type { Contribution, LintFinding, Problem, TokenEffect } from '../src/acl/index.ts';
import { element } from './element.ts';
import type { Answer, Decided } from './session.ts';

const COMMANDS_SHOWN_MAX = 24;
/** Longer lists would make the page slow, and nobody reads them. */
const ROWS_MAX = 400;

export function viewDecisions({ decided, line }: Answer): HTMLElement {
  if (decided.length === 0) return element('p', 'quiet', 'Write a command on the left.');
  if (line === undefined)
    return element('p', 'quiet', 'The server refuses the rules: there is no user to ask about.');
  return element('ul', 'list', ...decided.map(viewDecision));
}

function viewDecision({ command, decision, why }: Decided): HTMLElement {
  const verdict =
    decision === undefined
      ? 'unreadable'
      : decision.allowed
        ? 'allowed'
        : decision.denied === 'error'
          ? 'error'
          : 'denied';
  const tone = verdict === 'allowed' ? 'allowed' : verdict === 'denied' ? 'denied' : 'warn';
  const reasons = why.map((text) => element('span', 'why', text));
  return element(
    'li',
    '',
    element('span', `verdict ${tone}`, verdict),
    ' ',
    element('code', '', command),
    ...reasons,
  );
}

export function viewUser(answer: Answer): HTMLElement {
  const { problems, hazards, line, granted, commandsOfServer } = answer;
  const trouble = [...problems, ...hazards].map((problem) => viewProblem(problem));
  if (line === undefined) return element('div', '', ...trouble);
  return element(
    'div',
    '',
    element('pre', 'mono', line),
    element('p', 'quiet', `${granted} of ${commandsOfServer} commands, where keys and channels allow.`),
    ...trouble,
  );
}

function viewProblem({ message, token, help }: Problem): HTMLElement {
  return element(
    'p',
    'refused',
    token === undefined ? undefined : element('code', '', token),
    ' ',
    message,
    help === undefined ? undefined : element('span', 'why', help),
  );
}

export function viewEffects(effects: readonly TokenEffect[]): HTMLElement {
  if (effects.length === 0) return element('p', 'quiet', 'No rule yet.');
  return element(
    'ul',
    'list',
    ...effects.slice(0, ROWS_MAX).map((effect) => viewEffect(effect, effects)),
    ...viewRest(effects.length),
  );
}

function viewRest(count: number): readonly HTMLElement[] {
  return count <= ROWS_MAX ? [] : [element('li', 'quiet', `and ${count - ROWS_MAX} more`)];
}

function viewEffect(effect: TokenEffect, all: readonly TokenEffect[]): HTMLElement {
  const children = effect.children.map((child) => viewEffect(child, effect.children));
  const tone = effect.status === 'effective' ? '' : effect.status === 'refused' ? 'refused' : 'warn';
  return element(
    'li',
    '',
    element('code', 'token', effect.token),
    element('span', tone, ` ${describeStatus(effect, all)}`),
    element('span', 'why', describeWhat(effect)),
    children.length === 0 ? undefined : element('ul', 'list', ...children),
  );
}

function describeStatus(effect: TokenEffect, all: readonly TokenEffect[]): string {
  const { status, reason, by, message } = effect;
  const others = by
    .map((index) => all.find((each) => each.index === index)?.token ?? `rule ${index + 1}`)
    .join(' ');
  const because =
    reason === undefined ? '' : `: ${reason.replaceAll('-', ' ')}${others === '' ? '' : ` ${others}`}`;
  switch (status) {
    case 'effective':
      return 'takes effect';
    case 'none':
      return `no effect${because}`;
    case 'lost':
      return `lost${because}`;
    case 'partly-lost':
      return `partly lost${because}`;
    case 'refused':
      return `refused${message === undefined ? because : `: ${message}`}`;
  }
}

function describeWhat({ commands, keys, channels, databases, login }: TokenEffect): string {
  const parts = [
    describeNames('gives', commands, 'given'),
    describeNames('takes', commands, 'taken'),
    ...[keys, channels, databases, login].map((each) => describeNames('gives', each, 'given')),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function describeNames(verb: string, what: Contribution, side: 'given' | 'taken'): string {
  const names = what[side];
  if (names.length === 0) return '';
  const shown = names.slice(0, COMMANDS_SHOWN_MAX).join(' ');
  return `${verb} ${names.length > COMMANDS_SHOWN_MAX ? `${names.length}: ${shown} …` : shown}`;
}

export function viewFindings(found: readonly LintFinding[]): HTMLElement {
  const findings = LINT_SEVERITIES.flatMap((severity) => found.filter((each) => each.severity === severity));
  if (findings.length === 0) return element('p', 'allowed', 'Nothing found.');
  return element('ul', 'list', ...findings.slice(0, ROWS_MAX).map(viewFinding), ...viewRest(findings.length));
}

function viewFinding({ severity, rule, message }: LintFinding): HTMLElement {
  const tone =
    severity === 'critical' || severity === 'high' ? 'denied' : severity === 'info' ? 'quiet' : 'warn';
  return element(
    'li',
    '',
    element('span', `verdict ${tone}`, severity),
    ' ',
    message,
    element('span', 'why', rule),
  );
}
