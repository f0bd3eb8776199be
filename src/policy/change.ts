/**
 * A change that mends a finding, as data: reports print it as the exact command or line, and a plan can later
 * run it. Nothing here touches a server.
 */

export type Change =
  /** Set a directive. `apply` says when it takes effect: at once by CONFIG SET, or from the file after a restart. */
  | {
      readonly kind: 'set-directive';
      readonly name: string;
      readonly value: string;
      readonly apply: 'runtime' | 'restart';
    }
  | {
      readonly kind: 'remove-directive';
      readonly name: string;
      readonly file?: string;
      readonly line?: number;
    }
  /** Apply rules to a user, left to right. Secrets are placeholders such as `>NEW_PASSWORD`. */
  | { readonly kind: 'set-user'; readonly name: string; readonly rules: readonly string[] }
  | { readonly kind: 'remove-user'; readonly name: string }
  /** Replace one line of a file by another; an empty `replacement` removes it. */
  | { readonly kind: 'edit-line'; readonly file: string; readonly line: number; readonly replacement: string }
  /** A line that a file lacks. */
  | { readonly kind: 'add-line'; readonly file: string; readonly line: string }
  | { readonly kind: 'file-mode'; readonly path: string; readonly mode: string; readonly owner?: string }
  | { readonly kind: 'upgrade'; readonly product: string; readonly to: readonly string[] }
  /** Regenerate from the policy; `options` are the flags that matter here. */
  | { readonly kind: 'harden'; readonly options: string }
  /** A person must do it; one imperative sentence. */
  | { readonly kind: 'by-hand'; readonly instruction: string }
  /** What makes the changes before it outlast a restart; the same for every finding of a server. */
  | { readonly kind: 'keep'; readonly instruction: string };

/** The change as one line that an operator can paste or follow. */
export function printChange(change: Change): string {
  switch (change.kind) {
    case 'set-directive':
      return change.apply === 'runtime'
        ? `CONFIG SET ${change.name} ${quoteForCli(change.value)}`
        : `${change.name} ${change.value || '""'}   (in the conf file, then restart)`;
    case 'remove-directive':
      return `remove ${change.name}${change.file === undefined ? ' from the conf file' : ` (${change.file}:${change.line ?? '?'})`}`;
    case 'set-user':
      return `ACL SETUSER ${quoteForCli(change.name)} ${change.rules.map(quoteForCli).join(' ')}`;
    case 'remove-user':
      return `ACL DELUSER ${quoteForCli(change.name)}`;
    case 'edit-line':
      return change.replacement === ''
        ? `remove ${change.file}:${change.line}`
        : `${change.file}:${change.line}: ${change.replacement}`;
    case 'add-line':
      return `add to ${change.file}: ${change.line}`;
    case 'file-mode':
      return change.owner === undefined
        ? `chmod ${change.mode} ${quoteForShell(change.path)}`
        : `chmod ${change.mode} ${quoteForShell(change.path)} && chown ${change.owner} ${quoteForShell(change.path)}`;
    case 'upgrade':
      return `upgrade ${change.product} to ${change.to.join(' or ')}`;
    case 'harden':
      return `wardis harden ${change.options}`.trimEnd();
    case 'by-hand':
    case 'keep':
      return change.instruction;
  }
}

function quoteForCli(value: string): string {
  return /^[^\s"'\\]+$/.test(value) ? value : JSON.stringify(value);
}

/** Paths come from conf files and replies, which may be anybody's, and these lines are made to be pasted. */
function quoteForShell(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path;
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
