/** Rights that say the same of different commands, told once. */
import type { Access, Right } from './right.ts';

/** Merges rights with the same kind and the same objects; the first example stays. */
export function mergeRights(rights: readonly Right[]): readonly Right[] {
  const merged = new Map<string, Right>();
  for (const right of rights) {
    const key = keyOf(right);
    const known = merged.get(key);
    merged.set(key, known === undefined ? right : mergeTwo(known, right));
  }
  return [...merged.values()].toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

const ORDER: readonly Right['kind'][] = [
  'command',
  'keys',
  'channels',
  'databases',
  'keys-together',
  'future-commands',
];

function keyOf(right: Right): string {
  switch (right.kind) {
    case 'command':
      return JSON.stringify([right.kind, right.keys, right.absent]);
    case 'keys':
      return JSON.stringify([right.kind, right.reached.map(({ pattern }) => pattern), right.databases]);
    case 'channels':
      return JSON.stringify([right.kind, right.reached.map(({ pattern }) => pattern)]);
    case 'databases':
      return JSON.stringify([right.kind, right.databases]);
    case 'keys-together':
    case 'future-commands':
      return right.kind;
  }
}

function mergeTwo(known: Right, right: Right): Right {
  if (known.kind === 'future-commands' || right.kind === 'future-commands') return known;
  const commands = [...new Set([...known.commands, ...right.commands])];
  const example = known.example ?? right.example;
  const shared = { commands, ...(example !== undefined && { example }) };
  if (known.kind === 'keys' && right.kind === 'keys')
    return { ...known, ...shared, access: mergeAccess(known.access, right.access) };
  if (known.kind === 'keys-together') return { ...known, commands };
  return { ...known, ...shared };
}

function mergeAccess(a: readonly Access[], b: readonly Access[]): readonly Access[] {
  return (['read', 'write', 'any'] as const).filter((each) => a.includes(each) || b.includes(each));
}
