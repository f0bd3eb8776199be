/**
 * Settings as they follow from configuration files: the defaults of the version, overlaid by what the files
 * say, each with the line that decided it. Names are canonical and values are as CONFIG GET would print them.
 */

import {
  effectiveSettings,
  listDirectives,
  Secret,
  type Configuration,
  type EffectiveSetting,
  type ServerVersion,
} from '../conf/index.ts';
import { known, unknown, type Fact, type Provenance } from './fact.ts';
import type { RefusalFact } from './snapshot.ts';

export interface FileSettings {
  readonly settings: ReadonlyMap<string, Fact<string>>;
  readonly secrets: ReadonlyMap<string, Fact<Secret>>;
  /** The `requirepass` line, also when its value is template text. */
  readonly requirepass: RequirepassLine | undefined;
  /** Values that the server would not take. */
  readonly refusals: readonly RefusalFact[];
}

export interface RequirepassLine {
  readonly password: Secret;
  readonly from: Provenance;
  /** Template text stands for the password: that there is one is known, how good it is is not. */
  readonly rendered: 'yes' | 'no';
}

/** What the files come to on this version. Hidden settings are included: their defaults are in force too. */
export function readFileSettings(configuration: Configuration, server: ServerVersion): FileSettings {
  const effective = effectiveSettings(configuration, server);
  const settings = new Map<string, Fact<string>>();
  const secrets = new Map<string, Fact<Secret>>();
  const { product, branch } = effective.recorded;
  const byDefault: Provenance = { kind: 'default', of: `${product} ${branch}` };
  for (const [name, directive] of listDirectives(server)) {
    if (directive.default === undefined) continue;
    const setting = effective.settings.get(name);
    if (directive.secret) {
      const written = setting?.secret;
      const value = setting === undefined || written === undefined ? new Secret(directive.default) : written;
      secrets.set(name, settled(setting, value, byDefault));
    } else settings.set(name, settled(setting, setting?.text ?? directive.default, byDefault));
  }
  const refusals = [...effective.settings.values()].flatMap((setting): readonly RefusalFact[] =>
    setting.refused === undefined
      ? []
      : [{ message: `${setting.writtenAs}: ${setting.refused}`, from: placeOf(setting) }],
  );
  return { settings, secrets, requirepass: requirepassLine(effective.settings.get('requirepass')), refusals };
}

function settled<T>(setting: EffectiveSetting | undefined, value: T, byDefault: Provenance): Fact<T> {
  if (setting === undefined) return known(value, byDefault);
  if (!setting.templated) return known(value, placeOf(setting));
  return unknown(
    'failed',
    `${setting.path}:${setting.line} holds template text, not a value`,
    'audit the rendered file, or the running server',
  );
}

function requirepassLine(setting: EffectiveSetting | undefined): RequirepassLine | undefined {
  if (setting?.secret === undefined) return undefined;
  const rendered = setting.templated ? 'no' : 'yes';
  return { password: setting.secret, from: placeOf(setting), rendered };
}

function placeOf(setting: EffectiveSetting): Provenance {
  return { kind: 'file', path: setting.path, line: setting.line };
}
