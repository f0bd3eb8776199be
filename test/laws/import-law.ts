/**
 * The law of imports between rooms, read from the table in docs/ARCHITECTURE.md, and the breaches of it in a set of
 * source files. Pure, so that a made-up bad graph can show that it is able to fail.
 */
import { posix } from 'node:path';

export interface Room {
  readonly name: string;
  readonly planned: boolean;
  /** Rooms that may be imported through their door. */
  readonly rooms: ReadonlySet<string>;
  /** Rooms of which only types may be imported. */
  readonly typesOf: ReadonlySet<string>;
  /** Packages and Node modules; `node:*` stands for every Node module. */
  readonly packages: ReadonlySet<string>;
}

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

export function readLaw(markdown: string): ReadonlyMap<string, Room> {
  const rows = markdown.matchAll(/^\| *`(\w+)\/`( \(planned\))? *\|[^|]*\|([^|]*)\|([^|]*)\|$/gm);
  return new Map(
    [...rows].map(([, name = '', planned, rooms = '', packages = '']) => {
      const words = splitCell(rooms);
      const room: Room = {
        name,
        planned: planned !== undefined,
        rooms: new Set(words.filter((word) => !word.startsWith('types of '))),
        typesOf: new Set(words.filter((word) => word.startsWith('types of ')).map((word) => word.slice(9))),
        packages: new Set(splitCell(packages).map((word) => word.replaceAll('`', ''))),
      };
      return [name, room];
    }),
  );
}

/** Every module that a source file names: static, type, re-exported and dynamic imports. */
export function findImports(source: string): readonly Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const [, clause = '', specifier = ''] of code.matchAll(
    /^\s*(?:import|export)\s+([^'"`;]*?)\s*\bfrom\s*['"]([^'"]+)['"]/gm,
  )) {
    found.push({ specifier, typeOnly: isTypeOnly(clause) });
  }
  for (const [, specifier = ''] of code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm)) {
    found.push({ specifier, typeOnly: false });
  }
  for (const [, specifier = ''] of code.matchAll(/\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g)) {
    found.push({ specifier, typeOnly: false });
  }
  return found;
}

/**
 * Every breach, as sentences.
 * @param files source text by path from the root of the sources, such as `acl/parse.ts`
 */
export function findBreaches(
  files: ReadonlyMap<string, string>,
  law: ReadonlyMap<string, Room>,
): readonly string[] {
  const breaches: string[] = [];
  const edges = new Map<string, Set<string>>();
  for (const [path, source] of files) {
    const roomName = path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined;
    if (roomName === undefined) breaches.push(...findDoorBreaches(path, source));
    else {
      const room = law.get(roomName);
      if (!room || room.planned) breaches.push(`${path}: room ${roomName} is not in the table`);
      else breaches.push(...findRoomBreaches(path, source, room, law, edges));
    }
    if (path.endsWith('/index.ts') && path.split('/').length === 2)
      breaches.push(...findDoorCode(path, source));
  }
  const cycle = findCycle(edges);
  if (cycle) breaches.push(`rooms import each other in a circle: ${cycle.join(' -> ')}`);
  return breaches;
}

function findRoomBreaches(
  path: string,
  source: string,
  room: Room,
  law: ReadonlyMap<string, Room>,
  edges: Map<string, Set<string>>,
): readonly string[] {
  const breaches: string[] = [];
  for (const { specifier, typeOnly } of findImports(source)) {
    if (!specifier.startsWith('.')) {
      if (!mayImportPackage(room, specifier))
        breaches.push(`${path}: ${room.name} may not import ${specifier}`);
      continue;
    }
    const target = posix.normalize(posix.join(posix.dirname(path), specifier));
    const targetRoom = target.split('/')[0] ?? '';
    if (targetRoom === room.name) {
      if (target === `${room.name}/index.ts`) breaches.push(`${path}: imports the door of its own room`);
      continue;
    }
    const allowed = room.rooms.has(targetRoom) || (typeOnly && room.typesOf.has(targetRoom));
    if (!law.has(targetRoom)) breaches.push(`${path}: ${specifier} is in no room`);
    else if (!allowed)
      breaches.push(`${path}: ${room.name} may not import ${targetRoom}${typeOnly ? '' : ' at run time'}`);
    else if (target !== `${targetRoom}/index.ts`)
      breaches.push(`${path}: ${specifier} goes past the door of ${targetRoom}`);
    if (law.has(targetRoom)) edges.set(room.name, (edges.get(room.name) ?? new Set()).add(targetRoom));
  }
  return breaches;
}

/** The package's own door re-exports rooms' doors. */
function findDoorBreaches(path: string, source: string): readonly string[] {
  return findImports(source)
    .filter(({ specifier }) => !/^\.\/\w+\/index\.ts$/.test(specifier))
    .map(({ specifier }) => `${path}: ${specifier} is not the door of a room`);
}

/** A door re-exports; it holds no code of its own. */
function findDoorCode(path: string, source: string): readonly string[] {
  const rest = source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})(?:\s*from\s*['"][^'"]+['"])?\s*;/g, '')
    .trim();
  return rest === ''
    ? []
    : [`${path}: a door only re-exports, this one holds ${JSON.stringify(rest.slice(0, 40))}`];
}

function mayImportPackage(room: Room, specifier: string): boolean {
  if (specifier.startsWith('node:')) return room.packages.has('node:*') || room.packages.has(specifier);
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
  return name !== undefined && room.packages.has(name);
}

function isTypeOnly(clause: string): boolean {
  if (/^type\b/.test(clause)) return true;
  const named = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1];
  if (named === undefined) return false;
  return named
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name.startsWith('type '));
}

function findCycle(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (room: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room];
    if (done.has(room)) return undefined;
    for (const next of edges.get(room) ?? []) {
      const cycle = visit(next, [...trail, room]);
      if (cycle) return cycle;
    }
    done.add(room);
    return undefined;
  };
  for (const room of edges.keys()) {
    const cycle = visit(room, []);
    if (cycle) return cycle;
  }
  return undefined;
}

function splitCell(cell: string): readonly string[] {
  return cell
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && word !== 'nothing');
}
