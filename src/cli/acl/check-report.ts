/** Answers of `wardis acl check`: one user in full, several as a list, or either as JSON. */

import type { Look } from '../terminal.ts';
import type { Check, CheckReport } from './check.ts';
import type { Grant } from './check-grant.ts';
import { foldText, printSafeJson, safeText } from '../../text/index.ts';

const LABEL_COLUMNS = 11;

/** The answer, who says so, and what running the command would make different. */
export function printCheckOne(report: CheckReport, look: Look): string {
  const [check] = report.checks;
  if (check === undefined) return '';
  const { execution, user } = check;
  const { dryRun } = execution;
  const head = `${printVerdict(check, look)}  ${safeText(user.name)}: ${printCommand(report.argv)}`;
  const lines = [`${head}   ${dim(placeOf(report), look)}`];
  const say = (label: string, text: string): void => void lines.push(...printField(label, text, look));
  if (!dryRun.allowed) say('says', dryRun.message);
  for (const [label, text] of reasonsOf(check)) say(label, text);
  if (dryRun.allowed && execution.execution === 'denied') {
    say('but', `ACL DRYRUN says OK, but running it is refused: ${execution.executionMessage ?? ''}`);
  } else if (dryRun.allowed && execution.execution === 'depends') {
    const reply = execution.executionMessage;
    say(
      'depends',
      `ACL DRYRUN says OK; running it may still be refused${reply === undefined ? '' : `: ${reply}`}`,
    );
  } else if (!dryRun.allowed && execution.executionMessage !== undefined && dryRun.denied !== 'error') {
    say('when run', execution.executionMessage);
  }
  for (const { effect, sentence, versions } of execution.differences) {
    const seen = versions === '' || versions === 'all' ? '' : ` (${versions})`;
    say(execution.unchecked.length > 0 && effect === 'note' ? 'warning' : 'note', `${sentence}${seen}`);
  }
  if (check.grant !== undefined) say('would', printGrant(check.grant));
  if (check.server !== undefined) say('server', printServer(check));
  for (const note of report.subject.notes) say('note', note);
  return `${lines.join('\n')}\n`;
}

/** As ACL SETUSER takes them. */
function printGrant({ rules, byPrefix }: Grant): string {
  const print = (list: readonly string[]): string =>
    list.map((rule) => (/[\s"']/.test(rule) ? JSON.stringify(rule) : rule)).join(' ');
  return byPrefix === undefined ? print(rules) : `${print(rules)}, or for the prefix: ${print(byPrefix)}`;
}

/** Every selector is asked on its own: the one that allows, or what each of them lacks. */
function reasonsOf({
  execution: { dryRun },
  explanation,
}: Check): readonly (readonly [label: string, text: string])[] {
  if (explanation === undefined) return [];
  const { selectors, steps } = explanation;
  if (dryRun.allowed || selectors.length === 1) {
    const by = selectors.find(({ selector }) => dryRun.allowed && selector === dryRun.selector);
    const whole = by?.token === undefined ? [] : [['selector', by.token] as const];
    return [...whole, ...steps.slice(0, STEPS_MAX).map(({ about, sentence }) => [about, sentence] as const)];
  }
  return selectors.slice(0, STEPS_MAX).map(({ token, steps: own }) => {
    const sentence = own.findLast(({ outcome }) => outcome === 'refused')?.sentence ?? '';
    return token === undefined
      ? (['rules', sentence] as const)
      : (['selector', `${token}: ${sentence}`] as const);
  });
}

/** More reasons than this are no help. */
const STEPS_MAX = 8;

/** One line a user; what the server calls no command is said once. */
export function printCheckList(report: CheckReport, look: Look): string {
  const { checks, subject } = report;
  const width = Math.max(...checks.map(({ user }) => safeText(user.name).length));
  const [first] = checks;
  const alike = checks.every(({ verdict }) => verdict === 'error') && first !== undefined;
  const lines = alike
    ? [`${printVerdict(first, look)}  ${safeText(summarise(first))}`]
    : checks.map((check) => {
        const line = `${printVerdict(check, look)}  ${safeText(check.user.name).padEnd(width)}  ${safeText(summarise(check))}`;
        return line.trimEnd();
      });
  const counts = (['allowed', 'denied'] as const)
    .map((verdict) => [verdict, checks.filter((check) => check.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`);
  return [
    `${printCommand(report.argv)}   ${dim(placeOf(report), look)}`,
    ...lines,
    ...(alike ? [] : [`${counts.join(', ')}   ${dim('--as USER says why', look)}`]),
    ...subject.notes.flatMap((note) => printField('note', note, look)),
    '',
  ].join('\n');
}

/** Why in a few words, and what the server said itself. */
function summarise(check: Check): string {
  const { dryRun, execution, executionMessage, differences } = check.execution;
  const why = !dryRun.allowed
    ? [dryRun.denied === 'error' ? dryRun.message : `${dryRun.denied} ${JSON.stringify(dryRun.object)}`]
    : execution === 'denied'
      ? [executionMessage ?? '']
      : differences
          .filter(({ effect, code }) => effect !== 'note' || code === 'user-off' || code === 'unchecked-keys')
          .map(({ code }) => code.replaceAll('-', ' '));
  return [...why, ...(check.server === undefined ? [] : [printServer(check)])].join('; ');
}

export function printCheckJson(report: CheckReport, _look: Look): string {
  const { subject, argv, db, checks } = report;
  const answers = checks.map(({ user, verdict, execution, explanation, grant, server }) => ({
    user: user.name,
    verdict,
    dryRun: execution.dryRun,
    execution: execution.execution,
    ...(execution.executionMessage !== undefined && { executionMessage: execution.executionMessage }),
    ...(explanation !== undefined && { steps: explanation.steps, selectors: explanation.selectors }),
    ...(grant !== undefined && { would: grant }),
    differences: execution.differences,
    unchecked: execution.unchecked,
    ...(server !== undefined && { server }),
  }));
  const { table, from, notes } = subject;
  const data = {
    schemaVersion: '1',
    server: serverOf(report),
    exact: table.exact,
    from,
    command: argv,
    db,
    answers,
    notes,
  };
  return `${printSafeJson(data, 2)}\n`;
}

function printVerdict({ verdict }: Check, look: Look): string {
  const { sign, ascii, code } = VERDICTS[verdict];
  const text = `${look.unicode ? sign : ascii} ${verdict}`.padEnd(LABEL_COLUMNS - 2);
  return look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}

const VERDICTS = {
  allowed: { sign: '✓', ascii: '+', code: '32' },
  denied: { sign: '✗', ascii: 'x', code: '31' },
  error: { sign: '?', ascii: '?', code: '35' },
} as const;

function printServer({ server, execution }: Check): string {
  if (server === undefined) return '';
  switch (server.kind) {
    case 'agrees':
      return `ACL DRYRUN says the same: ${server.text}`;
    case 'disagrees': {
      const ours = execution.dryRun.allowed ? 'OK' : execution.dryRun.message;
      return `DISAGREES. ACL DRYRUN says ${JSON.stringify(server.text)}, Wardis says ${JSON.stringify(ours)}: please report this to the Wardis project`;
    }
    case 'unasked':
      return `would not say: ${server.text}`;
  }
}

function printField(label: string, text: string, look: Look): readonly string[] {
  const folded = foldText(safeText(text), look.columns, ' '.repeat(LABEL_COLUMNS));
  return [`  ${label}`.padEnd(LABEL_COLUMNS) + folded.slice(LABEL_COLUMNS)];
}

/** As a shell would take it. */
function printCommand(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w:.@/=+,%…-]+$/.test(word) ? word : `'${safeText(word).replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

function placeOf(report: CheckReport): string {
  const db = report.db === 0 ? '' : `, database ${report.db}`;
  return `${report.subject.from}, ${serverOf(report)}${db}`;
}

function serverOf({ subject }: CheckReport): string {
  const { product, version } = subject.table.dialect;
  return `${product}-${version}`;
}

function dim(text: string, look: Look): string {
  return look.colour ? `\u001b[2m${text}\u001b[0m` : text;
}
