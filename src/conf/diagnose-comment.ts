/** Secrets that were commented out and are still readable by everybody who reads the file. */

import type { CommentLine } from './conf-document.ts';
import type { ConfProblem } from './conf-problem.ts';
import { detectTemplates } from './template.ts';

/** Longest comment that is searched, in characters. */
const COMMENT_CHARS_MAX = 4096;

const SECRET_LINES: readonly RegExp[] = [
  /^[\s#]*(requirepass|masterauth|primaryauth|tls-key-file-pass|tls-client-key-file-pass)[ \t]+(\S{1,512})[ \t]*$/i,
  /^[\s#]*(sentinel[ \t]+auth-pass)[ \t]+\S{1,256}[ \t]+(\S{1,512})[ \t]*$/i,
  /^[\s#]*(sentinel[ \t]+sentinel-pass)[ \t]+(\S{1,512})[ \t]*$/i,
  /^[\s#]*(user[ \t]+\S{1,256})[ \t](?:.{0,2048}[ \t])?[>#](\S{4,512})(?:[ \t].*)?$/i,
];

// The examples in the files that Redis and Valkey come with, and words that only stand for a secret.
const EXAMPLES =
  /^(?:foobared|secret|""|''|somepassword|ffa9203c493aa99|MySUPER--secret-0123passw0rd|(?:new|my|old|your|the)?-?pass(?:word|wd)?|pw|x+|\*+|\.+|…)$/i;

/** A problem when the comment is a directive with a secret in it. The secret is not in the message. */
export function diagnoseComment(path: string, line: CommentLine): readonly ConfProblem[] {
  const text = line.raw.slice(0, COMMENT_CHARS_MAX);
  for (const pattern of SECRET_LINES) {
    const match = pattern.exec(text);
    const name = match?.[1];
    const value = match?.[2];
    if (name === undefined || value === undefined) continue;
    if (EXAMPLES.test(value) || /[<>]/.test(value) || detectTemplates(value).length > 0) return [];
    const start = text.lastIndexOf(value);
    return [
      {
        code: 'secret-in-comment',
        severity: 'warning',
        stopsServer: 'no',
        message: `a comment holds a secret: ${name.replace(/\s+/g, ' ')}`,
        range: { path, line: line.number, start, end: start + value.length },
        help: 'remove the line, and change the password if it was ever in use',
      },
    ];
  }
  return [];
}
