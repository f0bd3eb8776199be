/** The diagnosis for a person: what was tried, what it means, what to do. Calm, aligned, readable at 80 columns. */

import type { Look } from '../terminal.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Observations, Step } from './observation.ts';
import { foldText, safeText } from '../../text/index.ts';

const LABEL_COLUMNS = 9;
const STEP_COLUMNS = 11;

type Style = 'bold' | 'dim' | 'bad' | 'good' | 'warn';

const CODES: Readonly<Record<Style, string>> = { bold: '1', dim: '2', bad: '31', good: '32', warn: '33' };

/** The whole report, with a line break at the end. */
export function printDiagnosis(seen: Observations, diagnosis: Diagnosis, look: Look): string {
  const paint = (style: Style, text: string): string =>
    look.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  const columns = Number.isFinite(look.columns) ? Math.min(look.columns, 100) : 80;
  // A connection that works needs no cause.
  const quiet = diagnosis.outcome === 'healthy' && seen.denied === undefined;
  const lines = [
    paint('bold', printHead(seen, look)),
    '',
    ...seen.steps.flatMap((step) => printStep(step, columns, look, paint)),
    '',
    ...printVerdict(diagnosis, columns, look, paint),
    '',
    ...label('cause', quiet ? [] : [diagnosis.cause], columns, paint),
    ...label('proof', newProof(diagnosis, seen.steps), columns, paint),
    ...printNext(diagnosis, columns, paint),
    ...label('note', diagnosis.notes, columns, paint),
    ...label('left', [printTraces(seen)], columns, paint),
    ...(diagnosis.outcome === 'healthy'
      ? []
      : label('more', [`wardis explain ${diagnosis.code}`], columns, paint)),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * What the examination left on the server. Its log has a line of a handshake that either side refused (`unexpected eof`
 * where we did), and of plaintext on a TLS port (`wrong version number`).
 */
function printTraces({ traces, handshake, port }: Observations): string {
  const logged = handshake?.diagnosis !== undefined || port?.kind === 'tls';
  if (traces.length === 0) return logged ? 'a line in the log of the server' : 'nothing on the server';
  const told = `${traces.length} ${traces.length === 1 ? 'line' : 'lines'} in ACL LOG (${traces.join(', ')})`;
  return `on the server: ${told}${logged ? ', and a line in its log' : ''}`;
}

/** The tries are printed above; here only what they do not say. */
function newProof({ proof }: Diagnosis, steps: readonly Step[]): readonly string[] {
  return proof.filter((line) => {
    const said = line.slice(line.indexOf(': ') + 1).trim();
    return !steps.some(({ detail }) => detail.includes(said));
  });
}

type Paint = (style: Style, text: string) => string;

function printHead({ subject, session, stranger }: Observations, look: Look): string {
  const greeting = session?.greeting ?? (stranger?.kind === 'open' ? stranger.greeting : undefined);
  const server = greeting?.server;
  const parts = [
    ...(server === undefined ? [] : [`${server.product} ${server.version}`]),
    ...(greeting === undefined || greeting.mode === '' ? [] : [greeting.mode]),
    subject.transport === 'unix' ? 'unix socket' : subject.transport,
    session === undefined
      ? subject.user === undefined
        ? 'no credentials'
        : `login as ${subject.user}`
      : `as ${session.user}`,
  ];
  return `${safeText(subject.node)}  ${safeText(parts.join(look.unicode ? ' · ' : ' - '))}`;
}

function printStep(step: Step, columns: number, { unicode }: Look, paint: Paint): readonly string[] {
  const [sign, style] = signOf(step.result, unicode);
  const took = step.tookMs === undefined ? '' : `  ${formatTime(step.tookMs)}`;
  const indent = STEP_COLUMNS + 2;
  const folded = hang(step.detail, indent, columns);
  const [first = '', ...rest] = folded;
  const last = rest.length === 0 && first.length + took.length <= columns - indent ? paint('dim', took) : '';
  return [
    `${paint(style, sign)} ${step.name.padEnd(STEP_COLUMNS)}${first}${last}`,
    ...rest.map((line) => `${' '.repeat(indent)}${line}`),
  ];
}

function signOf(result: Step['result'], unicode: boolean): readonly [string, Style] {
  switch (result) {
    case 'ok':
      return [unicode ? '✓' : '+', 'good'];
    case 'failed':
      return [unicode ? '✗' : 'x', 'bad'];
    case 'noted':
      return [unicode ? '·' : '.', 'dim'];
    case 'not-tried':
      return ['-', 'dim'];
  }
}

function printVerdict(
  diagnosis: Diagnosis,
  columns: number,
  { unicode }: Look,
  paint: Paint,
): readonly string[] {
  const { outcome, code, name, title, certainty } = diagnosis;
  const healthy = outcome === 'healthy';
  const sign = healthy ? (unicode ? '✓' : '+') : outcome === 'found' ? (unicode ? '✗' : 'x') : '?';
  const style = healthy ? 'good' : outcome === 'found' ? 'bad' : 'warn';
  const head = healthy ? code : `${code} ${name}`;
  const doubt = outcome === 'found' && certainty === 'likely' ? ' (most likely)' : '';
  const indent = head.length + 4;
  if (indent + title.length + doubt.length <= columns) {
    return [`${paint(style, `${sign} ${head}`)}  ${paint('bold', safeText(title))}${doubt}`];
  }
  return [
    `${paint(style, `${sign} ${head}`)}${doubt}`,
    ...hang(title, 2, columns).map((line) => `  ${paint('bold', line)}`),
  ];
}

function printNext({ next }: Diagnosis, columns: number, paint: Paint): readonly string[] {
  return next.flatMap(({ words, command }, index) => {
    const head = index === 0 ? 'next' : '';
    const said = hang(
      `${words}${words.endsWith('?') ? '' : command === undefined ? '.' : ':'}`,
      LABEL_COLUMNS + 2,
      columns,
    );
    // A command stays on one line, so that it can be copied.
    const run =
      command === undefined ? [] : [`${' '.repeat(LABEL_COLUMNS + 4)}${paint('bold', safeText(command))}`];
    return [
      ...said.map((line, i) => `  ${paint('dim', (i === 0 ? head : '').padEnd(LABEL_COLUMNS))}${line}`),
      ...run,
    ];
  });
}

function label(name: string, texts: readonly string[], columns: number, paint: Paint): readonly string[] {
  return texts.flatMap((text, index) =>
    hang(text, LABEL_COLUMNS + 2, columns).map(
      (line, i) => `  ${paint('dim', (index === 0 && i === 0 ? name : '').padEnd(LABEL_COLUMNS))}${line}`,
    ),
  );
}

/** Folded lines without their indentation. */
function hang(text: string, indent: number, columns: number): readonly string[] {
  return foldText(safeText(text), columns, ' '.repeat(indent))
    .split('\n')
    .map((line) => line.slice(indent));
}

function formatTime(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
