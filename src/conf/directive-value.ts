/**
 * Reading a directive's arguments as the server does, with its words when it refuses them, and writing them as
 * CONFIG GET prints them (config.c and memtoull of util.c, Redis 6.0 to 8.0, Valkey 7.2 to 9.1).
 */

import { splitArguments } from './arguments.ts';
import type { Directive } from './catalogue.ts';
import type { DirectiveType } from './directive-types.ts';
import { lowerCase } from './lower-case.ts';
import { versionAtLeast, type ServerVersion } from './product-version.ts';

export type ValueReading =
  /** `text` is what CONFIG GET prints. */
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

const LONG_MAX = 9_223_372_036_854_775_807n;
const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1_000_000n,
  mb: 1024n * 1024n,
  g: 1_000_000_000n,
  gb: 1024n * 1024n * 1024n,
};

/**
 * Bytes of a memory value (`100mb`, `1g`, `1024`), or undefined when the server refuses it. Units are k (1000),
 * kb (1024) and so on, in any case; `gb` alone is 0, as the server reads it.
 */
export function parseMemory(text: string): bigint | undefined {
  const match = /^([0-9]{0,120})([a-zA-Z]{0,2})$/.exec(text);
  const unit = match === null ? undefined : UNITS[lowerCase(match[2] ?? '')];
  return match === null || unit === undefined
    ? undefined
    : BigInt(match[1] === '' ? '0' : (match[1] ?? '0')) * unit;
}

/** Checks the arguments of one line. */
export function readDirectiveValue(
  directive: Directive,
  args: readonly string[],
  server: ServerVersion,
): ValueReading {
  const words = splitSingle(directive, args, server);
  const { least, most } = directive.arguments;
  if (args.length < least || words.length > most)
    return { ok: false, message: countMessage(directive, server) };
  const first = words[0] ?? '';
  const { type } = directive;
  switch (type.kind) {
    case 'bool':
      return readBool(first);
    case 'enum':
      return readEnum(directive.name, type, words, server);
    case 'integer':
      return clampHz(directive.name, readInteger(type, first), server);
    case 'memory':
      // Redis 6.0 reads nonsense here as 0.
      return directive.name === 'client-query-buffer-limit' && !versionAtLeast(server, '6.2')
        ? { ok: true, text: `${parseMemory(first) ?? 0}` }
        : readMemory(type, first, server);
    case 'octal':
      return readOctal(first, server);
    case 'string':
    case 'path':
      return readString(directive.name, first, server);
    case 'words':
      return readWords(directive, words, server);
  }
}

/** A single argument of a directive of many is split again, since 7.0: `bind "127.0.0.1 ::1"`. */
function splitSingle(
  directive: Directive,
  args: readonly string[],
  server: ServerVersion,
): readonly string[] {
  const only = args.length === 1 ? args[0] : undefined;
  const many = directive.arguments.most > 1 && directive.runtime !== 'file-only';
  if (only === undefined || only === '' || !many || !versionAtLeast(server, '7.0')) return args;
  const split = splitArguments(only);
  return split.ok ? split.args : args;
}

function countMessage(directive: Directive, server: ServerVersion): string {
  const plain = !['words', 'string', 'path'].includes(directive.type.kind);
  const general = directive.runtime === 'file-only' || (!plain && !versionAtLeast(server, '6.2'));
  const special = directive.type.kind === 'words' && !versionAtLeast(server, '7.0');
  if (directive.name === 'client-output-buffer-limit' && !special) {
    return 'Wrong number of arguments in buffer limit configuration.';
  }
  return general || special ? 'Bad directive or wrong number of arguments' : 'wrong number of arguments';
}

function readBool(text: string): ValueReading {
  const word = lowerCase(text);
  return word === 'yes' || word === 'no'
    ? { ok: true, text: word }
    : refuse("argument must be 'yes' or 'no'");
}

function readEnum(
  name: string,
  type: Extract<DirectiveType, { kind: 'enum' }>,
  words: readonly string[],
  server: ServerVersion,
): ValueReading {
  const found = words.map((word) => type.values.find((value) => lowerCase(value) === lowerCase(word)));
  if (found.includes(undefined) || found.length === 0) {
    const start = versionAtLeast(server, '7.0') ? 'argument(s)' : 'argument';
    return refuse(`${start} must be one of the following: ${type.values.join(', ')}`);
  }
  // `yes` and `relative` are one value, shown by its first name.
  const text = found.join(' ');
  return { ok: true, text: name === 'oom-score-adj' && text === 'relative' ? 'yes' : text };
}

function readInteger(type: Extract<DirectiveType, { kind: 'integer' }>, text: string): ValueReading {
  const number = /^(?:0|-?[1-9][0-9]{0,18})$/.test(text) ? BigInt(text) : undefined;
  if (number === undefined || number > LONG_MAX || number < -LONG_MAX - 1n) {
    return refuse("argument couldn't be parsed into an integer");
  }
  const most = type.most === Infinity ? LONG_MAX : BigInt(type.most);
  if (number < BigInt(type.least) || number > most) {
    return refuse(`argument must be between ${type.least} and ${most} inclusive`);
  }
  return { ok: true, text: `${number}` };
}

/** Servers take any hz and keep it between 1 and 500; 6.0 shows it as written, and dies of 0. */
function clampHz(name: string, reading: ValueReading, server: ServerVersion): ValueReading {
  if (name !== 'hz' || !reading.ok || !versionAtLeast(server, '6.2')) return reading;
  return { ok: true, text: `${Math.min(500, Math.max(1, Number(reading.text)))}` };
}

function readMemory(
  type: Extract<DirectiveType, { kind: 'memory' }>,
  text: string,
  server: ServerVersion,
): ValueReading {
  const percent = type.percent ? /^([0-9]{1,18})%$/.exec(text)?.[1] : undefined;
  if (percent !== undefined) {
    return BigInt(percent) > 100n
      ? refuse('percentage argument must be less or equal to 100')
      : { ok: true, text: `${BigInt(percent)}%` };
  }
  const bytes = parseMemory(text);
  if (bytes === undefined) {
    return refuse(`argument must be a memory ${type.percent ? 'or percent ' : ''}value`);
  }
  const bounded = type.most !== Infinity && bytes > LONG_MAX;
  if (bytes < BigInt(type.least) || (bounded && versionAtLeast(server, '6.2'))) {
    return refuse(`argument must be between ${type.least} and ${LONG_MAX} inclusive`);
  }
  // Redis 6.0 stops at the greatest number without a word.
  return { ok: true, text: `${bounded ? LONG_MAX : bytes}` };
}

function readOctal(text: string, server: ServerVersion): ValueReading {
  const strict = versionAtLeast(server, '7.0');
  const tooWide = 'argument must be between 0 and 777 inclusive';
  if (/^-[0-7]{1,20}$/.test(text)) return refuse(strict ? tooWide : 'Invalid socket file permissions');
  // Before 7.0 what follows the octal digits is dropped without a word.
  const digits = (strict ? /^0*([0-7]{1,20})$/ : /^0*([0-7]{0,20})/).exec(text)?.[1];
  if (digits === undefined) return refuse("argument couldn't be parsed as an octal number");
  const mode = Number.parseInt(digits === '' ? '0' : digits, 8);
  if (mode <= 0o777) return { ok: true, text: mode.toString(8) };
  return refuse(strict ? tooWide : 'Invalid socket file permissions');
}

function readString(name: string, text: string, server: ServerVersion): ValueReading {
  if (name === 'proc-title-template' && !isTitleTemplate(text)) {
    return refuse('template format is invalid or contains unknown variables');
  }
  if (/^(?:dbfilename|appendfilename|appenddirname)$/.test(name)) {
    if (text.includes('/')) {
      return refuse(`${name} can't be a path, just a ${name === 'appenddirname' ? 'dirname' : 'filename'}`);
    }
    if (text === '' && name !== 'dbfilename' && versionAtLeast(server, '7.0')) {
      return refuse(`${name} can't be empty`);
    }
  }
  return { ok: true, text };
}

const TITLE_WORDS = /^(?:title|listen-addr|server-mode|port|tls-port|unixsocket|config-file)$/;

/** sdstemplate(): `{name}` of a known name, `{{` for a brace; the result may not be empty. */
function isTitleTemplate(text: string): boolean {
  const [shown = ''] = text.split('\0', 1);
  const rest = shown
    .replaceAll('{{', '')
    .replace(/\{([^}]{0,64})\}/g, (_, word: string) => (TITLE_WORDS.test(word) ? 'x' : '{'));
  return shown !== '' && !rest.includes('{');
}

function readWords(directive: Directive, words: readonly string[], server: ServerVersion): ValueReading {
  switch (directive.name) {
    case 'client-output-buffer-limit':
      return readBufferLimits(words, server);
    case 'notify-keyspace-events':
      return readEvents(words[0] ?? '', server);
    case 'replicaof':
      return readReplicaOf(words);
    case 'save':
      return readSave(words, server);
    case 'oom-score-adj-values':
      return readOomScores(words);
    case 'latency-tracking-info-percentiles':
      return readPercentiles(words);
    default:
      return { ok: true, text: words.join(' ') };
  }
}

function readSave(words: readonly string[], server: ServerVersion): ValueReading {
  const empty = words.length === 1 && words[0] === '';
  if (empty) return { ok: true, text: '' };
  const number = (word: string, index: number): boolean =>
    /^[0-9]{1,18}$/.test(word) && (index % 2 === 1 || Number(word) >= 1);
  if (versionAtLeast(server, '7.0')) {
    const good = words.length % 2 === 0 && words.every(number);
    return good ? { ok: true, text: words.map(Number).join(' ') } : refuse('Invalid save parameters');
  }
  // Up to 6.2 only two arguments are looked at; any other number is accepted and saves nothing.
  if (words.length !== 2) return { ok: true, text: '' };
  const seconds = Number.parseInt(words[0] ?? '', 10) || 0;
  const changes = Number.parseInt(words[1] ?? '', 10) || 0;
  return seconds < 1 || changes < 0
    ? refuse('Invalid save parameters')
    : { ok: true, text: `${seconds} ${changes}` };
}

function readOomScores(words: readonly string[]): ValueReading {
  if (words.length !== 3) return refuse('wrong number of arguments');
  const good = words.every((word) => /^-?[0-9]{1,4}$/.test(word) && Math.abs(Number(word)) <= 2000);
  if (!good) return refuse('Invalid oom-score-adj-values, elements must be between -2000 and 2000.');
  return { ok: true, text: words.map(Number).join(' ') };
}

function readPercentiles(words: readonly string[]): ValueReading {
  if (words.length === 1 && words[0] === '') return { ok: true, text: '' };
  const name = 'latency-tracking-info-percentiles';
  if (!words.every((word) => /^[0-9]{1,20}(?:\.[0-9]{0,20})?$/.test(word)))
    return refuse(`Invalid ${name} parameters`);
  return words.every((word) => Number(word) <= 100)
    ? { ok: true, text: words.map(Number).join(' ') }
    : refuse(`${name} parameters should sit between [0.0,100.0]`);
}

function readBufferLimits(words: readonly string[], server: ServerVersion): ValueReading {
  const modern = versionAtLeast(server, '7.0');
  if (words.length % 4 !== 0 || (!modern && words.length !== 4)) {
    return refuse(
      modern
        ? 'Wrong number of arguments in buffer limit configuration.'
        : 'Bad directive or wrong number of arguments',
    );
  }
  const text: string[] = [];
  for (let i = 0; i < words.length; i += 4) {
    const [name = '', hard = '', soft = '', seconds = ''] = words.slice(i, i + 4);
    const group = lowerCase(name) === 'replica' ? 'slave' : lowerCase(name);
    if (!['normal', 'slave', 'pubsub'].includes(group)) {
      return refuse(
        modern
          ? 'Invalid client class specified in buffer limit configuration.'
          : "Unrecognized client limit class: the user specified an invalid one, or 'master' which has no buffer limits.",
      );
    }
    // Up to 6.2 a size that is none is read as 0.
    const bytes = [hard, soft].map((size) => parseMemory(size) ?? (modern ? undefined : 0n));
    if (bytes.includes(undefined) || !/^[0-9]{1,18}$/.test(seconds)) {
      return refuse('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
    }
    text.push(`${group} ${bytes.join(' ')} ${Number(seconds)}`);
  }
  return { ok: true, text: text.join(' ') };
}

function readEvents(text: string, server: ServerVersion): ValueReading {
  const modern = versionAtLeast(server, '7.0');
  const letters = modern ? /^[Ag$lshzxeKEtmdno]*$/ : /^[Ag$lshzxeKEtm]*$/;
  if (letters.test(text)) return { ok: true, text };
  return refuse(`Invalid event class character. Use '${modern ? 'Ag$lshzxeKEtmdn' : 'g$lshzxeA'}'.`);
}

function readReplicaOf(words: readonly string[]): ValueReading {
  if (words.length === 1)
    return words[0] === '' ? { ok: true, text: '' } : refuse('wrong number of arguments');
  const [host = '', port = ''] = words;
  if (lowerCase(host) === 'no' && lowerCase(port) === 'one') return { ok: true, text: '' };
  const number = /^[0-9]{1,5}$/.test(port) ? Number(port) : -1;
  return number >= 0 && number <= 65_535
    ? { ok: true, text: `${host} ${number}` }
    : refuse('Invalid master port');
}

function refuse(message: string): ValueReading {
  return { ok: false, message };
}
