/** The diagnosis of a fleet for a person: the nodes side by side, each cause with what it stops, and the steps in order. */

import type { NodeTls } from '../../fleet/index.ts';
import { cutTo, foldText, padTo, safeText, widthOf } from '../../text/index.ts';
import type { Look } from '../terminal.ts';
import type { FleetCause } from './doctor-cause.ts';
import { describeOffset, describeSpan, type ClockReading } from './doctor-clock.ts';
import type { LinkVerdict } from './doctor-fleet.ts';
import type { HealingStep } from './doctor-heal.ts';
import type { FleetDiagnosis } from './doctor.ts';

const COLUMNS_MAX = 100;
/** Of one kind and state; more are counted. */
const LINKS_SHOWN_MAX = 3;
const CELL_COLUMNS_MAX = 40;

type Style = 'bold' | 'dim' | 'bad' | 'good' | 'warn';
type Paint = (style: Style, text: string) => string;

const CODES: Readonly<Record<Style, string>> = { bold: '1', dim: '2', bad: '31', good: '32', warn: '33' };

/** The whole report, with a line break at the end. */
export function printFleetDiagnosis(diagnosis: FleetDiagnosis, look: Look): string {
  const { facts, causes, unknown } = diagnosis;
  const paint: Paint = (style, text) => (look.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
  const columns = Math.min(Number.isFinite(look.columns) ? look.columns : COLUMNS_MAX, COLUMNS_MAX);
  const dot = look.unicode ? ' · ' : ' - ';
  const count = `${facts.nodes.length} ${facts.nodes.length === 1 ? 'node' : 'nodes'}`;
  const asked = facts.nodes.some(({ unreachable }) => unreachable === undefined);
  const open = unknown.flatMap((line) => hang(`? ${line}`, 2, columns).map((text) => paint('warn', text)));
  // Where nothing else is known, what stood in the way comes first.
  const first = causes.length === 0 && open.length > 0 ? [...open, ''] : [];
  const lines = [
    paint(
      'bold',
      [
        asked ? facts.kind : 'nobody could be asked',
        count,
        `our clock ${facts.at.toISOString().slice(0, 19)}Z`,
      ].join(dot),
    ),
    '',
    ...printNodes(diagnosis, look, paint),
    '',
    ...causes.flatMap((cause, index) => [...printCause(cause, index + 1, columns, look, paint), '']),
    ...first,
    ...printOutcome(diagnosis, columns, look, paint),
    ...(first.length === 0 ? open : []),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function printNodes({ facts, verdict }: FleetDiagnosis, look: Look, paint: Paint): readonly string[] {
  const clocks = new Map(verdict.clocks.clocks.map((clock) => [clock.node, clock]));
  const rows = facts.nodes.map((node) => [
    node.node.id,
    node.node.role,
    describeClock(clocks.get(node.node.id), look),
    describeServed(node, facts.at),
    describeOwnLink(node),
  ]);
  const head = ['node', 'role', 'clock', 'serves', 'link to its primary'];
  const kept = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const widths = head.map((title, column) =>
    Math.min(CELL_COLUMNS_MAX, Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? '')))),
  );
  const ellipsis = look.unicode ? '…' : '~';
  const print = (cells: readonly string[]): string => {
    const fitted = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return padTo(cutTo(safeText(cell), width, ellipsis), width);
    });
    return `  ${fitted.filter((_, column) => kept[column] === true).join('  ')}`.trimEnd();
  };
  return [paint('dim', print(head)), ...rows.map(print)];
}

function describeClock(clock: ClockReading | undefined, { unicode }: Look): string {
  if (clock?.offsetMs === undefined) return 'unknown';
  const within = `${unicode ? '±' : '+-'}${Math.max(1, Math.round(clock.withinMs ?? 0))} ms`;
  return clock.state === 'wrong'
    ? describeOffset(clock.offsetMs)
    : `${describeOffset(clock.offsetMs)} ${within}`;
}

function describeServed({ ports, unreachable }: NodeTls, at: Date): string {
  const leaf = ports.find(({ handshake }) => handshake.chain.length > 0)?.handshake.chain[0];
  if (leaf === undefined) return unreachable === undefined ? 'no TLS' : 'not reached';
  const left = Date.parse(leaf.notAfter) - at.getTime();
  const by = leaf.issuer.replace(/^CN=/, '');
  return `${left < 0 ? `expired ${describeSpan(-left)} ago` : `good for ${describeSpan(left)}`}, by ${by}`;
}

function describeOwnLink({ replicaLink }: NodeTls): string {
  if (replicaLink === undefined) return '';
  const { state, primary, downSeconds } = replicaLink;
  if (state === 'up') return `up, ${primary}`;
  return downSeconds < 0 ? `down, ${primary}` : `down for ${describeSpan(downSeconds * 1000)}, ${primary}`;
}

function printCause(
  { title, detail, links, steps }: FleetCause,
  number: number,
  columns: number,
  look: Look,
  paint: Paint,
): readonly string[] {
  const [first = '', ...rest] = hang(`${look.unicode ? '✗' : 'x'} ${number}. ${title}`, 5, columns);
  return [
    paint('bad', first),
    ...rest.map((line) => paint('bad', line)),
    ...indent(detail, 5, columns),
    ...printLinks(links, columns, look, paint),
    ...foldSteps(steps).flatMap(({ words, command }, index, all) => {
      const mark = all.length === 1 ? '' : `${index + 1}) `;
      return [
        ...indent(`${mark}${words}${command === undefined ? '.' : ':'}`, 5, columns),
        // A command stays on one line, so that it can be copied.
        ...(command === undefined ? [] : [`         ${paint('bold', safeText(command))}`]),
      ];
    }),
  ];
}

/** The same command on several nodes is one step for a person; who needs each has the JSON. */
function foldSteps(steps: readonly HealingStep[]): readonly Pick<HealingStep, 'words' | 'command'>[] {
  const groups = new Map<string, { readonly step: HealingStep; readonly nodes: string[] }>();
  for (const step of steps) {
    const key = `${step.kind} ${step.command ?? step.words}`;
    const group = groups.get(key) ?? { step, nodes: [] };
    group.nodes.push(step.node);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ step: { kind, words, command }, nodes }) => ({
    words: `${PLACES[kind](nodes.join(', '))}${words}`,
    ...(command === undefined ? {} : { command }),
  }));
}

const PLACES: Readonly<Record<HealingStep['kind'], (nodes: string) => string>> = {
  server: (nodes) => `On ${nodes}: `,
  shell: (nodes) => `On the host of ${nodes}: `,
  person: (nodes) => `On the host of ${nodes}: `,
  wardis: () => 'From here: ',
};

/** What is stopped, links of one kind and state together. */
function printLinks(
  links: readonly LinkVerdict[],
  columns: number,
  { unicode }: Look,
  paint: Paint,
): readonly string[] {
  const arrow = unicode ? '→' : '->';
  const groups = new Map<string, LinkVerdict[]>();
  for (const link of links) {
    const key = `${link.kind} ${link.seen}`;
    groups.set(key, [...(groups.get(key) ?? []), link]);
  }
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      if (group.length > LINKS_SHOWN_MAX) {
        return indent(`stops ${group.length} links, ${first.kind}: ${describeSeen(first)}`, 5, columns);
      }
      return group.flatMap((link) =>
        indent(`stops ${link.kind} ${link.from} ${arrow} ${link.to}: ${describeSeen(link)}`, 5, columns),
      );
    })
    .map((line) => paint('dim', line));
}

function describeSeen({ seen, downSeconds }: LinkVerdict): string {
  switch (seen) {
    case 'up':
      return 'up until it is cut, then it cannot come back';
    case 'down':
      return downSeconds === undefined || downSeconds < 0
        ? 'down'
        : `down for ${describeSpan(downSeconds * 1000)}`;
    case 'unknown':
      return 'its state is not told';
  }
}

function printOutcome(
  { facts, verdict, causes, unknown }: FleetDiagnosis,
  columns: number,
  { unicode }: Look,
  paint: Paint,
): readonly string[] {
  const passes = verdict.links.filter(({ judgement }) => judgement.kind === 'passes').length;
  const judged = `${passes} of ${verdict.links.length} ${verdict.links.length === 1 ? 'link' : 'links'}`;
  if (causes.length > 0) {
    return [
      ...hang(
        'Then wait: a replica tries again each second and comes back by itself. Never REPLICAOF NO ONE: it makes the replica a primary.',
        0,
        columns,
      ),
      `  ${paint('bold', safeText(`wardis tls doctor ${facts.reach}`))}`,
      '',
    ];
  }
  const lone =
    facts.kind === 'replicated' || facts.kind === 'standalone'
      ? indent('A replica that has lost its primary is known to nobody else: name it as well.', 2, columns)
      : [];
  if (unknown.length > 0) {
    const blind = verdict.links.every(({ judgement }) => judgement.kind === 'unknown');
    if (blind) return [paint('warn', '? No link could be judged.'), ...lone, ''];
    return [
      paint('warn', `? Nothing was found, and not everything could be looked at: ${judged} would connect.`),
      ...lone,
      '',
    ];
  }
  const sign = unicode ? '✓' : '+';
  if (verdict.links.length === 0) return [paint('good', `${sign} One node, no links to judge.`), ...lone];
  return [
    paint('good', `${sign} Nothing stands in the way: ${judged} would connect anew, by every clock.`),
    ...lone,
  ];
}

function indent(text: string, by: number, columns: number): readonly string[] {
  const pad = ' '.repeat(by);
  return foldText(safeText(text), columns, pad)
    .split('\n')
    .map((line) => (line.startsWith(pad) ? line : `${pad}${line}`));
}

/** Folded, the first line at the margin. */
function hang(text: string, by: number, columns: number): readonly string[] {
  return foldText(safeText(text), columns, ' '.repeat(by))
    .split('\n')
    .map((line, index) => (index === 0 ? line.trimStart() : line));
}
