/**
 * What is wrong with a policy document or a request, as data: a closed code, the sentence, the place, what to do. All
 * of them are reported at once. The printed form shows the line and a caret.
 */

export type PolicyProblemCode =
  /** The YAML or JSON itself is broken. */
  | 'policy-syntax'
  | 'policy-too-large'
  /** A key that the schema does not know. */
  | 'policy-unknown-key'
  | 'policy-missing-key'
  /** A value outside what its key takes. */
  | 'policy-value'
  /** Two users of one name, two waivers of one scope. */
  | 'policy-duplicate'
  /** A name that the server would refuse or that is taken. */
  | 'policy-name'
  /** A pattern of one tenant that reaches another's keys. */
  | 'policy-tenant-overlap'
  /** A rule of a user that the server refuses. */
  | 'policy-rule'
  /** Asked for, but this server version cannot do it. */
  | 'policy-unsupported';

export interface PolicyProblem {
  readonly code: PolicyProblemCode;
  readonly message: string;
  readonly file: string;
  /** From 1; absent when the whole file is at fault. */
  readonly line?: number;
  /** From 1, in characters. */
  readonly column?: number;
  /** Characters to underline; at least 1. */
  readonly length?: number;
  /** The line itself, for the printed form; never given where a secret may stand. */
  readonly excerpt?: string;
  /** Where in the document: `users[2].role`. */
  readonly path?: string;
  readonly help?: string;
}

const EXCERPT_CHARACTERS_MAX = 160;

/**
 * The problem as an operator reads it:
 *
 *     wardis.yaml:2:17: unknown security_level "hardend"
 *       2 | security_level: hardend
 *         |                 ^^^^^^^ did you mean "hardened"?
 */
export function printPolicyProblem(problem: PolicyProblem): string {
  if (problem.line === undefined || problem.column === undefined) {
    const help = problem.help === undefined ? '' : `\n  ${problem.help}`;
    return `${problem.file}: ${problem.message}${help}`;
  }
  const head = `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
  const tail = problem.help === undefined ? '' : ` ${problem.help}`;
  if (problem.excerpt === undefined || problem.excerpt.length > EXCERPT_CHARACTERS_MAX) {
    return tail === '' ? head : `${head}\n ${tail}`;
  }
  const number = String(problem.line);
  const gutter = ' '.repeat(number.length);
  // A tab stays a tab, so that the caret stands under its character on every terminal.
  const indent = problem.excerpt.slice(0, problem.column - 1).replaceAll(/[^\t]/g, ' ');
  const room = Math.max(1, problem.excerpt.length - problem.column + 1);
  const caret = '^'.repeat(Math.max(1, Math.min(problem.length ?? 1, room)));
  return `${head}\n  ${number} | ${problem.excerpt}\n  ${gutter} | ${indent}${caret}${tail}`;
}

/** The known name nearest to a misspelt one, as a question; undefined when none is near. */
export function suggest(given: string, known: readonly string[]): string | undefined {
  const word = given.replaceAll('"', '');
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = known
    .map((name) => ({
      name,
      distance: editDistance(word.toLowerCase().replaceAll('-', '_'), name.toLowerCase(), limit),
    }))
    .filter((each) => each.distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0] === undefined ? undefined : `did you mean "${ranked[0].name}"?`;
}

/** Levenshtein distance; beyond `limit` any larger number is returned. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? limit + 1;
}
