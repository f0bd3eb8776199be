/**
 * Key patterns from keys that were seen. Keys are cut at their separators; where the parts below a prefix are ids, or
 * many, one `prefix*` stands for them all. Nothing that was not below a seen prefix is let in, and a name that stood
 * alone stays a name.
 */
import { escapeGlob } from '../decision/glob-escape.ts';

/** A pattern and the names that it was inferred from. */
export interface InferredPattern {
  /** In the server's glob syntax, its special characters escaped. */
  readonly pattern: string;
  /** The name itself, or what all names begin with when `open`. */
  readonly literal: string;
  readonly open: boolean;
  /** How many names. */
  readonly from: number;
  /** The first few of them, as seen. */
  readonly examples: readonly string[];
  /** `*` was inferred: the names have no prefix in common. */
  readonly everything: boolean;
}

/** Different parts below one prefix before they count as ids. */
const SIBLINGS_MAX = 8;
/** Different first parts before the names are said to have no prefix in common. */
const ROOTS_MAX = 64;
const EXAMPLES_MAX = 3;
const SEPARATORS = /(?<=[:/.|])/;

interface Branch {
  readonly children: Map<string, Branch>;
  /** Names that end here. */
  names: number;
  readonly examples: string[];
  total: number;
}

/** Patterns that cover every name, as few and as narrow as the names allow; in the order of their names. */
export function inferPatterns(names: Iterable<string>): readonly InferredPattern[] {
  const root = newBranch();
  for (const name of names) {
    let branch = root;
    note(branch, name);
    for (const part of name.split(SEPARATORS)) {
      let child = branch.children.get(part);
      if (child === undefined) {
        child = newBranch();
        branch.children.set(part, child);
      }
      branch = child;
      note(branch, name);
    }
    branch.names++;
  }
  const everything = root.children.size > ROOTS_MAX || [...root.children.keys()].filter(isId).length > 1;
  if (everything) return [{ ...openPattern('', root), everything: true }];
  return collect(root, '').sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
}

/** A name as a rule can hold it: blanks, which none can, become `?`. */
function writeName(name: string): string {
  return escapeGlob(name).replace(/[\t-\r \0]/g, '?');
}

function newBranch(): Branch {
  return { children: new Map(), names: 0, examples: [], total: 0 };
}

function note(branch: Branch, name: string): void {
  branch.total++;
  if (branch.examples.length < EXAMPLES_MAX) branch.examples.push(name);
}

function collect(branch: Branch, prefix: string): InferredPattern[] {
  if (branch.children.size > SIBLINGS_MAX || [...branch.children.keys()].some(isId)) {
    if (prefix !== '') {
      return [openPattern(prefix, branch)];
    }
  }
  const found = [...branch.children].flatMap(([part, child]) => collect(child, prefix + part));
  // The name itself: unless a pattern below it matches it already.
  if (branch.names > 0) {
    if (!found.some(({ open, literal }) => open && literal === prefix)) found.push(literalPattern(prefix));
  }
  return found;
}

function openPattern(prefix: string, branch: Branch): InferredPattern {
  const { total, examples } = branch;
  const pattern = `${writeName(prefix)}*`;
  return { pattern, literal: prefix, open: true, from: total, examples, everything: false };
}

function literalPattern(name: string): InferredPattern {
  return {
    pattern: writeName(name),
    literal: name,
    open: false,
    from: 1,
    examples: [name],
    everything: false,
  };
}

/** A number, a UUID, a long hexadecimal or random word, a date: what changes from name to name. */
function isId(part: string): boolean {
  const bare = part.replace(/[:/.|]$/, '').replace(/^\{(.*)\}$/, '$1');
  if (/^\d+$/.test(bare) || /^\d{4}-\d{2}-\d{2}/.test(bare)) return true;
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(bare)) return true;
  if (/^[0-9a-f]{12,}$/i.test(bare)) return true;
  // Letters and digits mixed, of some length: `u8f3k29xq`, `01HQ2ZK4T5`.
  return bare.length >= 8 && /\d.*\d/.test(bare) && /[a-z]/i.test(bare) && !/[-_]/.test(bare);
}
