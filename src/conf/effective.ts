/**
 * What a configuration comes to: for every setting the value that is in force when the server has read all lines,
 * as CONFIG GET would print it, and the line that decided. The last line wins, but `save` and
 * `client-output-buffer-limit` add up, and users, modules, renamed commands and Sentinel lines are lists.
 */

import {
  getDirective,
  listDirectives,
  recordedServer,
  type Directive,
  type RecordedServer,
} from './catalogue.ts';
import type { ConfDocument, DirectiveLine } from './conf-document.ts';
import { canonicalName } from './directive-names.ts';
import { readDirectiveValue, type ValueReading } from './directive-value.ts';
import { configurationOf, type Configuration } from './include.ts';
import type { ServerVersion } from './product-version.ts';
import { Secret } from './secret.ts';

/** A directive and the file it is in. */
export interface PlacedDirective {
  readonly path: string;
  readonly line: DirectiveLine;
}

export interface EffectiveSetting {
  /** Canonical. */
  readonly name: string;
  /** The name that the deciding line uses, in lower case. */
  readonly writtenAs: string;
  /** As CONFIG GET prints it; `[secret]` for a secret. As written when the server refuses it. */
  readonly text: string;
  /** The value of a secret setting; undefined for every other. */
  readonly secret: Secret | undefined;
  readonly path: string;
  /** The deciding line, counted from 1. */
  readonly line: number;
  /** Unrendered template text: this is not the value that will run. */
  readonly templated: boolean;
  /** The server's words when it refuses the value. */
  readonly refused: string | undefined;
  /** Every line that sets it, in order; the last decides, or all add up. Their `args` may hold secrets. */
  readonly lines: readonly PlacedDirective[];
}

export interface EffectiveSettings {
  readonly server: ServerVersion;
  /** Which catalogue was used. */
  readonly recorded: RecordedServer;
  readonly configuration: Configuration;
  /** By canonical name; only what the files set. */
  readonly settings: ReadonlyMap<string, EffectiveSetting>;
  /** `user` lines; their arguments hold passwords. */
  readonly users: readonly PlacedDirective[];
  readonly renamedCommands: readonly PlacedDirective[];
  readonly modules: readonly PlacedDirective[];
  /** `sentinel …` lines; `auth-pass` and `sentinel-pass` hold passwords. */
  readonly sentinel: readonly PlacedDirective[];
  /** Settings of modules (`search.timeout`), and everything else that the catalogue does not know. */
  readonly others: readonly PlacedDirective[];
}

/** A value with where it comes from: a line, or the default of the version. */
export type SettingText =
  | { readonly from: 'file'; readonly text: string; readonly setting: EffectiveSetting }
  | { readonly from: 'default'; readonly text: string };

/** What `configuration` comes to on `server`. A document, or several in include order, will do too. */
export function effectiveSettings(
  configuration: Configuration | ConfDocument | readonly ConfDocument[],
  server: ServerVersion,
): EffectiveSettings {
  const whole = 'documents' in configuration ? configuration : configurationOf(configuration, server);
  const directives = listDirectives(server);
  const lists: Record<ListName | 'others', PlacedDirective[]> = {
    users: [],
    renamedCommands: [],
    modules: [],
    sentinel: [],
    others: [],
  };
  const byName = new Map<string, PlacedDirective[]>();
  for (const { path, line } of whole.lines) {
    if (line.kind !== 'directive') continue;
    const placed = { path, line };
    const list = LISTS.get(line.name);
    const name = canonicalName(line.name);
    if (list !== undefined) lists[list].push(placed);
    else if (!directives.has(name)) lists.others.push(placed);
    else if (byName.get(name)?.push(placed) === undefined) byName.set(name, [placed]);
  }
  const settings = new Map<string, EffectiveSetting>();
  for (const [name, lines] of byName) {
    const directive = directives.get(name);
    const setting = directive === undefined ? undefined : settle(directive, lines, server);
    if (setting !== undefined) settings.set(name, setting);
  }
  return { server, recorded: recordedServer(server), configuration: whole, settings, ...lists };
}

/** The value in force of one setting, defaults included; undefined when this version has no such setting. */
export function readSetting(effective: EffectiveSettings, name: string): SettingText | undefined {
  const canonical = canonicalName(name);
  const setting = effective.settings.get(canonical);
  if (setting !== undefined) return { from: 'file', text: setting.text, setting };
  const directive = getDirective(canonical, effective.server);
  if (directive?.default === undefined) return undefined;
  return { from: 'default', text: directive.default };
}

/** Whether the server saves snapshots. On 6.0 any file at all switches the default save points off. */
export function savesSnapshots(effective: EffectiveSettings): boolean {
  const text = readSetting(effective, 'save')?.text;
  return text !== undefined && text !== '';
}

type ListName = 'users' | 'renamedCommands' | 'modules' | 'sentinel';

const LISTS: ReadonlyMap<string, ListName> = new Map([
  ['user', 'users'],
  ['rename-command', 'renamedCommands'],
  ['loadmodule', 'modules'],
  ['sentinel', 'sentinel'],
]);

function settle(
  directive: Directive,
  lines: readonly PlacedDirective[],
  server: ServerVersion,
): EffectiveSetting | undefined {
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const templated = directive.adds
    ? lines.some(({ line }) => line.templates.length > 0)
    : last.line.templates.length > 0;
  const reading = directive.adds
    ? addUp(directive, lines, server)
    : readDirectiveValue(directive, last.line.args, server);
  const text = reading.ok ? reading.text : last.line.args.join(' ');
  return {
    name: directive.name,
    writtenAs: last.line.name,
    text: directive.secret ? '[secret]' : text,
    secret: directive.secret ? new Secret(last.line.args[0] ?? '') : undefined,
    path: last.path,
    line: last.line.number,
    templated,
    refused: reading.ok || templated ? undefined : reading.message,
    lines,
  };
}

function addUp(directive: Directive, lines: readonly PlacedDirective[], server: ServerVersion): ValueReading {
  const texts: string[] = [];
  for (const { line } of lines) {
    const reading = readDirectiveValue(directive, line.args, server);
    if (!reading.ok) return reading;
    // `save ""` drops the lines above it; up to 6.2 a line of other than two arguments is no line at all.
    if (directive.name === 'save' && line.args.length === 1 && line.args[0] === '') texts.length = 0;
    if (reading.text !== '') texts.push(reading.text);
  }
  if (directive.name !== 'client-output-buffer-limit') return { ok: true, text: texts.join(' ') };
  const limits = groupLimits(directive.default ?? '');
  for (const text of texts) for (const [name, limit] of groupLimits(text)) limits.set(name, limit);
  return { ok: true, text: [...limits].map(([name, limit]) => `${name} ${limit}`).join(' ') };
}

function groupLimits(text: string): Map<string, string> {
  const words = text.split(' ');
  const limits = new Map<string, string>();
  for (let i = 0; i + 3 < words.length; i += 4)
    limits.set(words[i] ?? '', words.slice(i + 1, i + 4).join(' '));
  return limits;
}
