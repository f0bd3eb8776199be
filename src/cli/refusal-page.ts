/** Why a plan refuses itself, a page for each code, for `wardis explain`. The same in a table: docs/plan.md. */

import type { RefusalCode } from '../change/index.ts';
import type { ErrorCodePage } from './error-code.ts';

type Refusal = readonly [title: string, meaning: string, insist: 'never' | 'allow' | 'mostly'];

const PAGES: Readonly<Record<RefusalCode, Refusal>> = {
  'own-user': ['our own user would lose what we need', 'Nobody could finish or undo the work.', 'never'],
  'own-rights': ['our own user may not do what the plan needs', 'It could be begun, not finished.', 'never'],
  'last-administrator': ['nobody could change users any more', 'The last administrator goes.', 'never'],
  unsupported: ['the version of a node cannot hold it', 'A weaker rule would be a silent gap.', 'never'],
  'replication-user': [
    'replication would stop',
    'Whom replicas log in as goes, or loses its password.',
    'allow',
  ],
  'sentinel-user': [
    'Sentinels would take nodes for down',
    'They log in as a user that loses something.',
    'allow',
  ],
  'exporter-user': ['the metrics would go blind', 'An exporter loses what it reads.', 'allow'],
  'default-in-use': ['sessions use default', 'It would be closed; the message says whose they are.', 'allow'],
  'commands-in-use': ['clients ran it lately', 'A user loses commands that its sessions use.', 'allow'],
  'password-in-use': ['sessions may be using the password', 'wardis user rotate waits for them.', 'allow'],
  'protected-mode': ['remote clients would be refused', 'The server would go into protected mode.', 'allow'],
  unreadable: ['users or sessions could not be read', 'The plan would be made blind.', 'mostly'],
  'not-persistent': ['a restart would forget it', 'Users or settings have no file there.', 'allow'],
  'too-many-removed': ['more than a fifth of the users would go', 'That is a slip more often.', 'allow'],
};

const INSIST: Readonly<Record<Refusal[2], string>> = {
  never: 'Nothing overrides it.',
  allow: 'If it is meant: --allow CODE, and the plan goes on saying so.',
  mostly: 'Unread sessions: --allow CODE. Unread users: nothing overrides it.',
};

export const REFUSAL_PAGES: readonly ErrorCodePage[] = Object.entries(PAGES).map(
  ([code, [title, meaning, insist]]) => ({
    code,
    name: code.toUpperCase(),
    title,
    says: [],
    meaning: `A plan refuses itself for this. ${meaning}`,
    steps: ['The refusal names whom it concerns and what to do.', INSIST[insist].replace('CODE', code)],
  }),
);
