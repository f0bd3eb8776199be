/** Decisions for a person: the verdict, the rules that led to it in order, and what running the command adds. */

import type { DecisionStep } from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import type { ExplainedDecision } from './explain.ts';
import { paint, printField, serverOf, wrap } from './explain-page.ts';
import type { Subject } from './subject.ts';
import { padTo, safeText, widthOf } from '../../text/index.ts';

export function printDecisions(
  subject: Subject,
  argv: readonly string[],
  decisions: readonly ExplainedDecision[],
  look: Look,
): string {
  const [only] = decisions;
  const lines =
    decisions.length === 1 && only !== undefined
      ? printOne(subject, argv, only, look)
      : printMany(subject, argv, decisions, look);
  return `${[...lines, ...subject.notes.flatMap((note) => printField('note', note, look))].join('\n')}\n`;
}

function printOne(
  subject: Subject,
  argv: readonly string[],
  decision: ExplainedDecision,
  look: Look,
): readonly string[] {
  const { user, explanation, execution } = decision;
  const { selectors, decision: verdict } = explanation;
  const place = `${serverOf(user.user)}, ${subject.from}`;
  const deciding = explanation.steps;
  const others = selectors.filter(({ steps }) => steps !== deciding);
  return [
    `${printVerdict(decision, look)}  ${safeText(user.name)}: ${printArgv(argv)}   ${paint('dim', safeText(place), look)}`,
    '',
    ...(verdict.allowed ? [] : printField('dry run', verdict.message, look)),
    ...deciding.flatMap((step) => printStep(step, look)),
    ...others.flatMap(({ selector, token, steps, allowed }) => {
      const last = steps.at(-1);
      const title = selector === 0 ? 'outside parentheses' : (token ?? `selector ${selector}`);
      const text = allowed ? 'allows it too' : (last?.sentence ?? '');
      return printField('besides', `${title}: ${text}`, look);
    }),
    ...(execution.executionMessage === undefined || saysTheSame(decision)
      ? []
      : printField(
          execution.execution === 'depends' ? 'if refused' : 'when run',
          execution.executionMessage,
          look,
        )),
    ...execution.differences.flatMap(({ effect, sentence, versions }) =>
      printField(
        effect === 'note' ? 'mind' : 'differs',
        versions === '' || versions === 'all' ? sentence : `${sentence} (${versions})`,
        look,
        effect === 'note' ? undefined : 'warn',
      ),
    ),
  ];
}

const ARGV_CHARACTERS_MAX = 200;

function printArgv(argv: readonly string[]): string {
  const text = argv.join(' ');
  return safeText(text.length > ARGV_CHARACTERS_MAX ? `${text.slice(0, ARGV_CHARACTERS_MAX)}…` : text);
}

/** The reply is DRYRUN's sentence with NOPERM before it. */
function saysTheSame({ explanation: { decision }, execution }: ExplainedDecision): boolean {
  if (decision.allowed || execution.executionMessage === undefined) return false;
  return execution.executionMessage.replace(/^NOPERM /, '') === decision.message.replace(/^NOPERM /, '');
}

function printStep({ outcome, sentence, tokens }: DecisionStep, look: Look): readonly string[] {
  const places = tokens.map(
    ({ index, inner }) => `${index + 1}${inner === undefined ? '' : `.${inner + 1}`}`,
  );
  const where = places.length === 0 ? '' : `   (rule${places.length === 1 ? '' : 's'} ${places.join(', ')})`;
  return printField(
    outcome === 'given' ? 'given' : 'refused',
    `${sentence}${where}`,
    look,
    outcome === 'given' ? 'good' : 'bad',
  );
}

function printMany(
  subject: Subject,
  argv: readonly string[],
  decisions: readonly ExplainedDecision[],
  look: Look,
): readonly string[] {
  const width = Math.min(32, Math.max(4, ...decisions.map(({ user }) => widthOf(safeText(user.name)))));
  const indent = VERDICT_COLUMNS + width + 4;
  return [
    `${printArgv(argv)}   ${paint('dim', safeText(`${subject.from}, ${subject.table.server}`), look)}`,
    '',
    ...decisions.flatMap((decision) => {
      const { explanation, user } = decision;
      const { steps, decision: verdict } = explanation;
      const said = verdict.allowed ? steps : steps.slice(-1);
      const why = said.map(({ sentence }) => sentence).join(', ');
      const lines = wrap(why === '' && !verdict.allowed ? verdict.message : why, look, indent);
      return lines.map((line, at) =>
        at === 0
          ? `${printVerdict(decision, look)}  ${padTo(safeText(user.name), width)}  ${line}`
          : `${' '.repeat(indent)}${line}`,
      );
    }),
  ];
}

const VERDICT_COLUMNS = 9;

function printVerdict({ explanation: { decision }, execution }: ExplainedDecision, look: Look): string {
  const allowed = decision.allowed && execution.execution !== 'denied';
  const error = !decision.allowed && decision.denied === 'error';
  const sign = allowed ? (look.unicode ? '✓' : '+') : error ? '?' : look.unicode ? '✗' : 'x';
  const word = allowed ? 'allowed' : error ? 'error' : 'denied';
  return paint(allowed ? 'good' : error ? 'warn' : 'bad', `${sign} ${word}`.padEnd(VERDICT_COLUMNS), look);
}
