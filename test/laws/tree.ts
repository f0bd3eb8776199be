/** The files of the repository as the laws see them: everything but what is installed or built. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

const LEFT_OUT = new Set(['node_modules', 'dist', 'build', 'coverage', '.git', '.cache']);

/** Paths from `dir` of every file below it, in order, with `/` between the parts. */
export function listFiles(dir: string): readonly string[] {
  const walk = (at: string): string[] =>
    readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
      const path = join(at, entry.name);
      if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : walk(path);
      return entry.isFile() ? [path] : [];
    });
  if (!existsSync(join(ROOT, dir))) return [];
  return walk(join(ROOT, dir))
    .map((path) => relative(join(ROOT, dir), path).replaceAll('\\', '/'))
    .sort((a, b) => (a < b ? -1 : 1));
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function readSources(): ReadonlyMap<string, string> {
  const paths = listFiles('src').filter((path) => path.endsWith('.ts'));
  return new Map(paths.map((path) => [path, readText(`src/${path}`)]));
}
