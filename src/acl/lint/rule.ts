/**
 * What a lint rule is, what it looks at and what it finds. A rule judges a {@link LintSubject} and answers with hits; each
 * carries proofs that tests replay through the engine and on real servers.
 */
import type { TokenEffect } from '../explain/effect.ts';
import type { Problem, ProblemCode } from '../problem.ts';
import type { User } from '../selector.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { PubsubDefault } from '../table/dialect.ts';

/** Worst first. */
export const LINT_SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type LintSeverity = (typeof LINT_SEVERITIES)[number];

/** One mistake or danger that can be looked for. */
export interface LintRule {
  /** kebab-case, unique, and never changed once published. */
  readonly id: string;
  /** What is wrong, as a headline: `FLUSHALL is allowed to an application`. */
  readonly title: string;
  readonly severity: LintSeverity;
  /** Why it matters and what servers do, in a few sentences. */
  readonly rationale: string;
  /** What to do about it, in words. */
  readonly fix: string;
  /** At least one. */
  readonly proof: readonly LintProof[];
  /** `bad` gives this finding, `good` does not. */
  readonly examples: { readonly bad: LintExample; readonly good: LintExample };
  readonly judge: (subject: LintSubject) => readonly LintHit[];
}

/** A text to lint: an ACL file (default), the rules of user `u` as typed after ACL SETUSER, a script, a conf file. */
export interface LintExample {
  /** `redis-7.2`, `redis-6.2.16`, `valkey-9.1`; default `redis-7.2`. */
  readonly server?: string;
  readonly kind?: 'acl-file' | 'rules' | 'script' | 'conf';
  readonly text: string;
}

/** What was seen on real servers; replayed in tests. */
export interface LintProof {
  /** `redis-6.0`, `redis-7.2`, …: it holds on each. */
  readonly servers: readonly string[];
  /** `rules` are given to ACL SETUSER u (split by {@link splitRules}); `file` is a whole ACL file. */
  readonly given: { readonly kind: 'rules' | 'file'; readonly text: string };
  /** All of these are seen, in order. `user` defaults to `u`. */
  readonly shows: readonly LintShown[];
}

/** One thing seen. A `message` is part of what the server says. */
export type LintShown =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'crashes' }
  | { readonly kind: 'logs-in' | 'login-refused'; readonly user?: string; readonly password: string }
  | { readonly kind: 'allowed'; readonly user?: string; readonly argv: readonly string[] }
  | {
      readonly kind: 'denied';
      readonly user?: string;
      readonly argv: readonly string[];
      readonly message?: string;
    };

/** What is judged: one file, one user's rules, or the users of a live server, read for one server version. */
export interface LintSubject {
  readonly source: LintSource;
  readonly table: CommandTable;
  /** The file or the rules as given; ranges are offsets into it. Secret: passwords are among it. */
  readonly text?: string;
  readonly users: readonly LintUser[];
  /** What the server refuses. */
  readonly problems: readonly Problem[];
  /** What the server accepts and suffers from. */
  readonly hazards: readonly Problem[];
  /** False only for files that are complete without a line for `default`. */
  readonly defaultUserDeclared: boolean;
  readonly options: LintOptions;
}

export interface LintSource {
  /** Path, address or `--user-rules`. */
  readonly name: string;
  /** `script`: lines of ACL SETUSER, as for redis-cli; `rules`: those of one user. */
  readonly kind: 'acl-file' | 'rules' | 'script' | 'live' | 'conf';
}

export interface LintOptions {
  readonly pubsubDefault?: PubsubDefault;
  /** What the configuration file around it says, where there is one. */
  readonly conf?: LintConf;
  /** `cluster-enabled`; default `unknown`. */
  readonly clusterMode?: 'on' | 'off' | 'unknown';
}

/** What a configuration file says about users. */
export interface LintConf {
  /** `requirepass` is set and not empty. */
  readonly requirepass?: { readonly line?: number };
  /** `aclfile`. */
  readonly aclfile?: { readonly line?: number; readonly path: string };
  /** Known when that file could be read. */
  readonly aclfileDeclaresDefault?: boolean;
  /** The first of its `user` lines. */
  readonly userLine?: number;
  readonly protectedMode?: 'yes' | 'no';
  /** `rename-command`: new name to original, in lower case; an empty new name is a removed command. */
  readonly renamed?: ReadonlyMap<string, string>;
}

/** One user of the subject, read as far as it can be. */
export interface LintUser {
  readonly name: string;
  /** Line, from 1. */
  readonly line?: number;
  /** Where the name stands. */
  readonly range?: LintRange;
  readonly tokens: readonly LintToken[];
  /**
   * The user that these tokens make. Refused tokens are left out, so that a file that does not start is judged all the
   * same; {@link LintUser.complete} tells.
   */
  readonly user: User;
  /** Every token was accepted. */
  readonly complete: boolean;
  /** Tokens that the server refuses, each for itself. */
  readonly refused: readonly LintRefusal[];
  /** What each token does, worked out whenever it is asked for; indices are those of `tokens`. */
  readonly effects: readonly TokenEffect[];
  /** What the user is for, guessed from name and rights. */
  readonly kind: LintUserKind;
}

export type LintUserKind =
  'default' | 'admin' | 'app' | 'replica' | 'sentinel' | 'exporter' | 'backup' | 'tenant';

/** A refused rule: tokens `index` to `last` (more than one inside parentheses). */
export interface LintRefusal {
  readonly index: number;
  readonly last: number;
  readonly code: ProblemCode;
}

/** A word of a user's rules, as written. Secret when it starts with `>`, `<`, `#` or `!`. */
export interface LintToken {
  readonly text: string;
  readonly index: number;
  readonly range?: LintRange;
  readonly line?: number;
}

/** Half-open offsets in UTF-16 units into `LintSubject.text`. */
export type LintRange = readonly [start: number, end: number];

/** What a rule finds. Never holds a secret: hide tokens with `hideSecrets`. */
export interface LintHit {
  /** When it differs from the rule's own. */
  readonly severity?: LintSeverity;
  readonly user?: string;
  readonly line?: number;
  readonly range?: LintRange;
  /** The word at fault, without its secret. */
  readonly token?: string;
  /** One sentence. */
  readonly message: string;
  /** What shows it: the commands concerned, the server's words. */
  readonly evidence?: string;
  /** What to write instead: an exact replacement, or words. */
  readonly fix?: LintFix;
  /** A command that shows it when run as the user. */
  readonly proofCommand?: readonly string[];
}

/** `edit` replaces `range` of the text by `text`, `edits` several; `words` says what to do. No text holds a secret. */
export type LintFix =
  | { readonly kind: 'edit'; readonly range: LintRange; readonly text: string; readonly words: string }
  | { readonly kind: 'edits'; readonly edits: readonly LintEdit[]; readonly words: string }
  | { readonly kind: 'words'; readonly words: string };

/** Replaces a range of the text. */
export interface LintEdit {
  readonly range: LintRange;
  readonly text: string;
}

/** A hit with its rule. */
export interface LintFinding extends LintHit {
  readonly rule: string;
  readonly title: string;
  readonly severity: LintSeverity;
}
