/**
 * CONFIG GET as settings under canonical names. The server prints passwords in clear, so they are wrapped
 * before anything else sees them. `CONFIG GET *` leaves out hidden settings: they are asked for by name.
 */

import { canonicalName, getDirective, listDirectives, Secret, type ServerVersion } from '../conf/index.ts';
import { known, unknown, type Fact } from './fact.ts';
import { malformed, readPairs, refusalOf, textOf, type Answer } from './reply-fact.ts';

export interface LiveSettings {
  readonly settings: ReadonlyMap<string, Fact<string>>;
  readonly secrets: ReadonlyMap<string, Fact<Secret>>;
}

/** Settings of modules have names of their own; anything that sounds like a secret is taken for one. */
const SOUNDS_SECRET = /(?:auth|pass|passwd|password|passphrase|secret|token|apikey|api-key)$/i;

/** Reads the reply. When the server withholds it, every setting of the version is unknown for that reason. */
export function readSettings(
  answer: Answer,
  server: ServerVersion,
  share: (word: string) => string,
): LiveSettings {
  const pairs = answer.reply === undefined ? undefined : readPairs(answer.reply);
  if (pairs === undefined) return withheld(refusalOf(answer) ?? malformed(answer), server);
  const settings = new Map<string, Fact<string>>();
  const secrets = new Map<string, Fact<Secret>>();
  for (const [spelling, value] of pairs) {
    const name = canonicalName(spelling);
    // The old and the new name come both, with the same value: the canonical one says where it was read.
    if (name !== spelling && pairs.has(name)) continue;
    const from = { kind: 'command', node: answer.node, command: share(`CONFIG GET ${spelling}`) } as const;
    if (isSecret(name, server)) secrets.set(name, known(new Secret(textOf(value)), from));
    else settings.set(share(name), known(share(textOf(value)), from));
  }
  for (const [name, directive] of listDirectives(server)) {
    if (directive.default === undefined || settings.has(name) || secrets.has(name)) continue;
    const absent = unknown(
      'missing',
      `CONFIG GET shows no ${name}, which ${server.product} ${server.version} usually has`,
      name.startsWith('tls-')
        ? 'the server may be built without TLS'
        : `run CONFIG GET ${name} as an administrator`,
    );
    if (directive.secret) secrets.set(name, absent);
    else settings.set(name, absent);
  }
  return { settings, secrets };
}

/** The hidden settings of a version, to be asked for by name; empty where CONFIG GET takes one name only. */
export function hiddenSettings(server: ServerVersion): readonly string[] {
  return [...listDirectives(server).values()]
    .filter((directive) => directive.hidden)
    .map((directive) => directive.names[0] ?? directive.name);
}

/** Adds the hidden settings that were asked for by name. */
export function readHidden(live: LiveSettings, answer: Answer, server: ServerVersion): LiveSettings {
  const pairs = answer.reply === undefined ? undefined : readPairs(answer.reply);
  if (pairs === undefined) return live;
  const settings = new Map(live.settings);
  for (const [spelling, value] of pairs) {
    const name = canonicalName(spelling);
    if (isSecret(name, server)) continue;
    settings.set(
      name,
      known(textOf(value), { kind: 'command', node: answer.node, command: `CONFIG GET ${spelling}` }),
    );
  }
  return { ...live, settings };
}

function withheld(why: Fact<never>, server: ServerVersion): LiveSettings {
  const settings = new Map<string, Fact<string>>();
  const secrets = new Map<string, Fact<Secret>>();
  for (const [name, directive] of listDirectives(server)) {
    if (directive.default === undefined) continue;
    if (directive.secret) secrets.set(name, why);
    else settings.set(name, why);
  }
  return { settings, secrets };
}

function isSecret(name: string, server: ServerVersion): boolean {
  const directive = getDirective(name, server);
  return directive === undefined ? SOUNDS_SECRET.test(name) : directive.secret;
}
