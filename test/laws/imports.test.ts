/** The import table of docs/ARCHITECTURE.md is law. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { findBreaches, findImports, readLaw } from './import-law.ts';
import { readSources, readText, ROOT } from './tree.ts';

const law = readLaw(readText('docs/ARCHITECTURE.md'));

describe('rooms', () => {
  it('are those of the table', () => {
    const built = [...law.values()].filter(({ planned }) => !planned).map(({ name }) => name);
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => name).sort()).toEqual(built.sort());
  });

  it('each have a door', () => {
    const rooms = [...law.values()].filter(({ planned }) => !planned);
    expect(rooms.filter(({ name }) => !existsSync(join(ROOT, 'src', name, 'index.ts')))).toEqual([]);
  });

  it('import only what the table allows', () => {
    const sources = readSources();
    expect(sources.size).toBeGreaterThan(20);
    expect([...sources.values()].flatMap(findImports).length).toBeGreaterThan(sources.size);
    expect(findBreaches(sources, law)).toEqual([]);
  });

  it('that are pure import no Node module', () => {
    for (const name of ['acl', 'conf']) {
      expect([...(law.get(name)?.packages ?? ['node:'])].filter((p) => p.startsWith('node:'))).toEqual([]);
    }
  });
});

describe('the law can be broken', () => {
  const table = readLaw(
    [
      '| `low/` | x | nothing | nothing |',
      '| `mid/` | x | low, types of top | `node:fs`, `yaml` |',
      '| `top/` | x | low, mid | `node:*` |',
      '| `later/` (planned) | x | nothing | nothing |',
    ].join('\n'),
  );
  const breaches = (files: Record<string, string>): readonly string[] =>
    findBreaches(new Map(Object.entries(files)), table);

  it.each([
    [
      'a room the table forbids',
      { 'low/a.ts': `import { x } from '../top/index.ts';` },
      /low may not import top/,
    ],
    [
      'a Node module in a pure room',
      { 'low/a.ts': `import { readFileSync } from 'node:fs';` },
      /low may not import node:fs/,
    ],
    [
      'a Node module that is not listed',
      { 'mid/a.ts': `import net from 'node:net';` },
      /mid may not import node:net/,
    ],
    [
      'a package that is not listed',
      { 'top/a.ts': `import { parse } from 'yaml';` },
      /top may not import yaml/,
    ],
    ['a way past a door', { 'top/a.ts': `import { x } from '../mid/inner.ts';` }, /past the door of mid/],
    [
      'a value where only types are allowed',
      { 'mid/a.ts': `import { type T, x } from '../top/index.ts';` },
      /at run time/,
    ],
    ['a re-export', { 'low/a.ts': `export * from '../mid/index.ts';` }, /low may not import mid/],
    [
      'a dynamic import',
      { 'low/a.ts': `const m = await import('../mid/index.ts');` },
      /low may not import mid/,
    ],
    ['an import for its effects', { 'low/a.ts': `import 'yaml';` }, /low may not import yaml/],
    [
      'an import over several lines',
      { 'low/a.ts': `import {\n  x,\n} from '../mid/index.ts';` },
      /low may not import mid/,
    ],
    [
      'a deeper file',
      { 'low/deep/a.ts': `import { x } from '../../mid/index.ts';` },
      /low may not import mid/,
    ],
    ['its own door', { 'low/a.ts': `import { x } from './index.ts';` }, /door of its own room/],
    ['a room that is only planned', { 'later/a.ts': '' }, /later is not in the table/],
    ['code in a door', { 'low/index.ts': `export const x = 1;` }, /only re-exports/],
    [
      'an inner file in the package door',
      { 'index.ts': `export * from './low/a.ts';` },
      /not the door of a room/,
    ],
    [
      'a circle',
      {
        'mid/a.ts': `import type { T } from '../top/index.ts';`,
        'top/a.ts': `import { x } from '../mid/index.ts';`,
      },
      /in a circle: mid -> top -> mid/,
    ],
  ])('by %s', (_name, files, expected) => {
    expect(breaches(files as Record<string, string>).join('\n')).toMatch(expected);
  });

  it('and kept', () => {
    expect(
      breaches({
        'index.ts': `export * from './low/index.ts';`,
        'low/index.ts': `/** A door. */\nexport { a, type B } from './a.ts';\nexport type { C } from './a.ts';`,
        'low/a.ts': `// import { x } from 'yaml';\nexport const a = 1;`,
        'mid/a.ts': `import { readFileSync } from 'node:fs';\nimport { a } from '../low/index.ts';`,
        'top/a.ts': `import { b } from '../mid/index.ts';\nimport net from 'node:net';`,
      }),
    ).toEqual([]);
  });
});
