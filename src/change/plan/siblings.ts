/** Nodes that are not as their siblings are: ACLs do not travel between nodes, so that one can fall behind unseen. */

import { diffUsers, type User } from '../../acl/index.ts';
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
  const told = notes.slice(0, NOTES_MAX).map((tell) => tell());
  if (notes.length <= NOTES_MAX) return told;
  const rest = notes.length - NOTES_MAX;
  return [
    ...told,
    `${rest} more ${rest === 1 ? 'node differs from its' : 'nodes differ from their'} siblings.`,
  ];
}

/** Sentences to be made: only the first of many are. */
function noteOddOf(siblings: readonly NodeDraft[]): readonly (() => string)[] {
  const texts = new Map<User, string>();
  const textOf = (user: User | undefined): string => {
    if (user === undefined) return '';
    const known = texts.get(user) ?? imageOf(user);
    texts.set(user, known);
    return known;
  };
  const names = new Set(siblings.flatMap(({ users }) => [...(users?.before.keys() ?? [])]));
  names.delete(MARKER);
  const odd = new Map<NodeDraft, { readonly name: string; readonly most: User | undefined }[]>();
  for (const name of names) {
    const usual = mostCommon(siblings.map(({ users }) => textOf(users?.before.get(name))));
    if (usual === undefined) continue;
    const most = siblings.find(({ users }) => textOf(users?.before.get(name)) === usual);
    for (const draft of siblings) {
      if (draft.users === undefined || textOf(draft.users.before.get(name)) === usual) continue;
      const known = odd.get(draft) ?? [];
      odd.set(draft, known);
      known.push({ name, most: most?.users?.before.get(name) });
    }
  }
  return [...odd].map(([{ node, users }, differing]) => () => {
    const more = differing.length > NAMES_SHOWN ? ` and ${differing.length - NAMES_SHOWN} more` : '';
    const shown = differing
      .slice(0, NAMES_SHOWN)
      .map(({ name, most }) => `${name} (${differenceOf(users?.before.get(name), most)})`);
    return `${node.id} differs from its siblings in ${shown.join(', ')}${more}.`;
  });
}

/** In what it is not as it is on most of them, in words of no secret. */
function differenceOf(own: User | undefined, usual: User | undefined): string {
  if (own === undefined) return 'missing';
  if (usual === undefined) return 'only there';
  const { login, gained, lost, unknown } = diffUsers(usual, own);
  const facts = new Set(login.map(({ fact }) => fact));
  const parts = [
    ...(facts.has('enabled') ? [own.enabled ? 'on' : 'off'] : []),
    ...(facts.has('nopass') ? [own.nopass ? 'takes any password' : 'wants a password'] : []),
    ...(facts.has('passwords') && !own.nopass && !usual.nopass ? ['passwords'] : []),
    ...(gained.length + lost.length + unknown.length > 0 ? ['rights'] : []),
    ...(facts.has('sanitize-payload') ? ['sanitize-payload'] : []),
  ];
  return parts.length === 0 ? 'its text, not its rights' : parts.join(', ');
}

/** What more than half of them are; undefined where there is none. */
function mostCommon(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].find(([, count]) => count * 2 > texts.length)?.[0];
}
