/** An inspection in a terminal: what each node shows, then the findings, each once with the nodes that have it. */

import { joinParts, makePen, wrapLines, type Pen } from '../../posture/index.ts';
import { cutTo, padTo, safeText, widthOf } from '../../text/index.ts';
import type { Look } from '../terminal.ts';
import { printFindings } from './inspect-findings.ts';
import type { InspectReport, ShownFile, ShownNode, ShownPort } from './inspect-report.ts';
import { describeFile, describePort, sameAs, sayOffer, sayPort } from './inspect-port-words.ts';
import { counted, day, sayClock, sayLife, sayLinks, sayTrusts, type Words } from './inspect-words.ts';
import { printTimeline } from './timeline-text.ts';

/** Fleets over this get a line a port, and details only of nodes with something amiss. */
const DETAILED_NODES_MAX = 3;
/** So many of those; the findings name them all. */
const AMISS_NODES_MAX = 8;
const LABEL_COLUMNS = 13;

export interface TableOptions extends Look {
  readonly detail: 'findings' | 'all';
  readonly view: 'facts' | 'timeline';
}

export function* tableOfInspection(report: InspectReport, options: TableOptions): Generator<string> {
  const pen = makePen(options);
  const now = new Date(report.takenAt);
  yield `${pen.paint('bold', headOf(report, pen))}\n\n`;
  if (options.view === 'timeline') {
    yield* printTimeline(report.timeline, now, options);
  } else if (report.nodes.length > DETAILED_NODES_MAX && options.detail !== 'all') {
    yield* printRows(report.nodes, now, pen);
    const amiss = report.nodes.filter((node) => isAmiss(node, now)).slice(0, AMISS_NODES_MAX);
    for (const node of amiss) yield* printNode(node, now, options.detail, pen);
  } else {
    for (const node of report.nodes) yield* printNode(node, now, options.detail, pen);
    for (const file of report.files) yield* printFile(file, now, pen);
  }
  for (const note of report.notes) yield `${wrapLines(`note: ${safeText(note)}`, 0, pen, 6).join('\n')}\n`;
  if (report.notes.length > 0) yield '\n';
  yield* printFindings(report, options.view === 'timeline' ? 'heads' : options.detail, pen);
}

function headOf({ fleet, kind, nodes, files }: InspectReport, pen: Pen): string {
  const ports = nodes.reduce((sum, node) => sum + node.ports.length, 0);
  const parts =
    kind === 'files'
      ? [counted(files.length, 'certificate file')]
      : [
          ...(fleet === undefined ? [] : [`fleet ${safeText(fleet)}`]),
          kind,
          counted(nodes.length, 'node'),
          counted(ports, 'TLS port'),
        ];
  return joinParts(parts, pen);
}

/** Whether anything that is said of it is not well. */
function isAmiss(node: ShownNode, now: Date): boolean {
  const said = [
    sayLinks(node),
    ...sayTrusts(node, now),
    ...node.ports.flatMap((port) => describePort(port, node, now, 'findings')),
  ];
  return (
    node.unreachable !== undefined || node.ports.length === 0 || said.some((words) => words?.mood === 'bad')
  );
}

function* printNode(node: ShownNode, now: Date, detail: TableOptions['detail'], pen: Pen): Generator<string> {
  const facts = [node.server, node.role === 'unknown' ? undefined : node.role, sayClock(node)].filter(
    (fact) => fact !== undefined,
  );
  yield `${pen.paint('bold', safeText(node.id))}  ${joinParts(facts.map(safeText), pen)}\n`;
  if (node.unreachable !== undefined) {
    yield* printWords({ label: 'not asked', text: node.unreachable, mood: 'bad' }, pen);
  }
  for (const port of node.ports) yield* printPort(port, node, now, detail, pen);
  const links = sayLinks(node);
  if (links !== undefined) yield* printWords(links, pen);
  for (const words of sayTrusts(node, now)) yield* printWords(words, pen);
  if (node.ports.length === 0 && node.unreachable === undefined)
    yield* printWords({ label: 'TLS', text: 'no port speaks it', mood: 'bad' }, pen);
  yield '\n';
}

function* printPort(
  port: ShownPort,
  node: ShownNode,
  now: Date,
  detail: TableOptions['detail'],
  pen: Pen,
): Generator<string> {
  const before = sameAs(port, node.ports);
  const same = before === undefined ? '' : `, the same certificate as for ${before.purpose}`;
  const said = port.leaf === undefined ? 'no certificate was shown' : sayPort(port);
  yield `  ${pen.paint('bold', port.purpose)} ${safeText(port.address)}  ${safeText(said)}${same}\n`;
  if (before === undefined) {
    for (const words of describePort(port, node, now, detail)) yield* printWords(words, pen);
  } else {
    for (const words of sayOffer(port, detail)) yield* printWords(words, pen);
  }
}

function* printFile(file: ShownFile, now: Date, pen: Pen): Generator<string> {
  yield `${pen.paint('bold', safeText(file.path))}  ${file.purpose === 'authority' ? 'certificates of authorities' : `judged as the certificate of a ${file.purpose}`}\n`;
  for (const words of describeFile(file, now)) yield* printWords(words, pen);
  yield '\n';
}

function* printWords({ label, text, mood }: Words, pen: Pen): Generator<string> {
  const sign = { good: pen.unicode ? '✓' : '+', bad: pen.unicode ? '✗' : 'x', plain: ' ' }[mood];
  const style = { good: 'good', bad: 'high', plain: 'dim' } as const;
  const indent = 4 + LABEL_COLUMNS + 2;
  const [first = '', ...others] = wrapLines(safeText(text), indent, pen);
  const head = `    ${pen.paint('dim', padTo(label, LABEL_COLUMNS))}${pen.paint(style[mood], sign)} `;
  yield `${[head + first.slice(indent), ...others].join('\n')}\n`;
}

/** A line a port: which certificate, until when, and what is not well with it. */
function* printRows(nodes: readonly ShownNode[], now: Date, pen: Pen): Generator<string> {
  const rows = nodes.flatMap((node) =>
    node.ports.length === 0
      ? [[node.id, '', node.unreachable === undefined ? 'no TLS port' : 'not reached', '', '']]
      : node.ports.map((port) => [
          port.purpose === 'bus' ? '' : node.id,
          `${port.purpose} ${port.address.replace(/^.*:/, '')}`,
          port.leaf?.subject ?? 'no certificate',
          port.leaf === undefined ? '' : day(port.leaf.notAfter),
          port.leaf === undefined
            ? (port.fault?.code ?? '')
            : sayLife(port.leaf, now).replace(/, due \d.*$/, ''),
        ]),
  );
  const heads = ['node', 'port', 'certificate', 'until', 'life'];
  const safe = [heads, ...rows].map((row) =>
    row.map((cell) => cutTo(safeText(cell), CELL_COLUMNS_MAX, pen.unicode ? '…' : '~')),
  );
  const widths = heads.map((_head, at) => Math.max(...safe.map((row) => widthOf(row[at] ?? ''))));
  for (const [line, row] of safe.entries()) {
    const text = row
      .map((cell, at) => padTo(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd();
    yield `${line === 0 ? pen.paint('dim', text) : text}\n`;
  }
  yield '\n';
}

const CELL_COLUMNS_MAX = 40;
