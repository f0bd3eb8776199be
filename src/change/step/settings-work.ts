/**
 * What every step that changes settings has in common, whatever command sets them: all go to what is wanted, are read
 * back, and go back to what they were, unless that is not known.
 */

import type { SettingChange } from '../step.ts';
import { valueText } from './setting-value.ts';
import { verifyByLooking, type Result, type Standing, type StepWork } from './step-work.ts';

/** Names and values, in clear. */
export type Pairs = readonly (readonly [name: string, value: string])[];

export interface SettingsPort {
  readonly look: () => Promise<Standing>;
  readonly send: (pairs: Pairs) => Promise<Result>;
  /** Whose settings they are, for messages: ` of GROUP`. Default none. */
  readonly owner?: string;
}

export function settingsWork(
  settings: readonly SettingChange[],
  { look, send, owner = '' }: SettingsPort,
): StepWork {
  return {
    look,
    perform: () => send(settings.map(({ name, after }) => [name, valueText(after)])),
    verify: () => verifyByLooking(look),
    revert: () => {
      const missing = settings.find(({ before }) => before === undefined);
      if (missing === undefined) return send(pairsBefore(settings));
      return Promise.resolve({ ok: false, detail: `what ${missing.name}${owner} was before is not known` });
    },
  };
}

/** What the settings were, where that is known. */
export function pairsBefore(settings: readonly SettingChange[]): Pairs {
  return settings.flatMap(({ name, before }) =>
    before === undefined ? [] : [[name, valueText(before)] as const],
  );
}
