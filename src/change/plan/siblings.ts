/** Nodes that are not as their siblings are: ACLs do not travel between nodes, so that one can fall behind unseen. */

import type { User } from '../../acl/index.ts';
import type { NodeDraft } from './node-draft.ts';
import { MARKER } from './revision.ts';
import { imageOf } from './user-image.ts';

/** Below this there is no majority to differ from. */
const SIBLINGS_MIN = 3;
const NOTES_MAX = 20;
const NAMES_SHOWN = 5;

/** One sentence for each node whose live users differ from what most nodes of its kind and version have. */
export function noteOddNodes(drafts: readonly NodeDraft[]): readonly string[] {
  const kinds = new Map<string, NodeDraft[]>();
  for (const draft of drafts) {
    const { server, mode } = draft.state;
    const key = `${server.product} ${server.version} ${mode}`;
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, [draft]);
    else known.push(draft);
  }
  const notes = [...kinds.values()].flatMap((siblings) =>
    siblings.length < SIBLINGS_MIN ? [] : noteOddOf(siblings),
  );
  if (notes.length <= NOTES_MAX) return notes;
  return [...notes.slice(0, NOTES_MAX), `${notes.length - NOTES_MAX} more nodes differ from their siblings.`];
}

function noteOddOf(siblings: readonly NodeDraft[]): readonly string[] {
  const texts = new Map<User, string>();
  const textOf = (user: User | undefined): string => {
    if (user === undefined) return '';
    const known = texts.get(user) ?? imageOf(user);
    texts.set(user, known);
    return known;
  };
  const names = new Set(siblings.flatMap(({ users }) => [...(users?.before.keys() ?? [])]));
  names.delete(MARKER);
  const odd = new Map<NodeDraft, string[]>();
  for (const name of names) {
    const usual = mostCommon(siblings.map(({ users }) => textOf(users?.before.get(name))));
    for (const draft of siblings) {
      if (draft.users === undefined || usual === undefined) continue;
      if (textOf(draft.users.before.get(name)) !== usual) odd.set(draft, [...(odd.get(draft) ?? []), name]);
    }
  }
  return [...odd].map(([{ node }, users]) => {
    const more = users.length > NAMES_SHOWN ? ` and ${users.length - NAMES_SHOWN} more` : '';
    return `${node.id} differs from its siblings in ${users.slice(0, NAMES_SHOWN).join(', ')}${more}.`;
  });
}

/** What more than half of them are; undefined where there is none. */
function mostCommon(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].find(([, count]) => count * 2 > texts.length)?.[0];
}
