/**
 * Settings as they follow from configuration files: the defaults of the version, overlaid by what the files
 * say, each with the line that decided it. Names are canonical and values are as CONFIG GET would print them.
 */

import type { ConfDocument, Secret, ServerVersion } from '../conf/index.ts';
import type { Fact } from './fact.ts';

export interface FileSettings {
  readonly settings: ReadonlyMap<string, Fact<string>>;
  readonly secrets: ReadonlyMap<string, Fact<Secret>>;
}

/** Documents are in include order: the root first, each included file at the place where it was included. */
export function readFileSettings(documents: readonly ConfDocument[], server: ServerVersion): FileSettings {
  throw new Error(`not yet ${documents.length} ${server.version}`);
}
