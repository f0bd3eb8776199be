/**
 * A configuration file as a list of lines, none of which is lost: redis.conf, valkey.conf and
 * sentinel.conf. The rules are those of loadServerConfigFromString (config.c) and sdssplitargs (sds.c),
 * Redis 6.0 to 8.0 and Valkey 7.2 to 9.1.
 *
 * Text is an ordinary string. Bytes that are not UTF-8 become the lone surrogates U+DC80 to U+DCFF, one per
 * byte, so that `encodeConf(printConf(parseConf(bytes)))` gives the same bytes back.
 */

import type { ConfProblem } from './conf-problem.ts';
import type { Template } from './template.ts';

/** Offsets in characters within the line's `raw`; `end` is exclusive. */
export interface ColumnRange {
  readonly start: number;
  readonly end: number;
}

interface LineText {
  /** The line without its end, exactly as in the file. */
  readonly raw: string;
  /** What ends the line: a newline, a carriage return and a newline, or nothing on the last line. */
  readonly eol: '\n' | '\r\n' | '';
  /** Counts from 1. */
  readonly number: number;
}

/** `port 6379`: a name and its arguments, as the server would read them. */
export interface DirectiveLine extends LineText {
  readonly kind: 'directive';
  /** In lower case; the server compares names without regard to case. */
  readonly name: string;
  readonly nameRange: ColumnRange;
  /** Without quotes, escapes decoded. They may hold secrets: never print them without the catalogue's word. */
  readonly args: readonly string[];
  /** Where each argument is, quotes included. */
  readonly argRanges: readonly ColumnRange[];
  /** Unrendered template text in the line: such a value is not the value. */
  readonly templates: readonly Template[];
}

/** `# …`: the server knows comments at the start of a line only. */
export interface CommentLine extends LineText {
  readonly kind: 'comment';
}

export interface BlankLine extends LineText {
  readonly kind: 'blank';
}

/** A line that belongs to a template language (`{% if tls %}`, `{# note #}`, `{{ include }}`), not to the server. */
export interface TemplateLine extends LineText {
  readonly kind: 'template';
  readonly templates: readonly Template[];
}

/** A line that the server cannot split into arguments. */
export interface BrokenLine extends LineText {
  readonly kind: 'broken';
  readonly reason: 'unbalanced-quotes' | 'nul-byte' | 'too-long';
}

export type ConfLine = DirectiveLine | CommentLine | BlankLine | TemplateLine | BrokenLine;

export interface ConfDocument {
  readonly path: string;
  readonly lines: readonly ConfLine[];
  /** What reading alone can tell. `diagnoseConf` tells the rest. */
  readonly problems: readonly ConfProblem[];
}
