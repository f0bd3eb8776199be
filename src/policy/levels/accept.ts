/**
 * Ways to say which values are good enough, with the words for it. Values are read as CONFIG GET prints them: memory
 * in bytes (a conf file's `64mb` too), booleans as yes and no, lists joined by spaces.
 */

import type { ExpectedSetting, SettingSection } from '../expectation.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1_000_000,
  mb: 1024 ** 2,
  g: 1_000_000_000,
  gb: 1024 ** 3,
};

/** Bytes of `64mb`, `1g`, `67108864` (memtoll in util.c: `mb` is 1024 based, `m` is 1000 based); undefined when it is none. */
export function memoryBytes(text: string): number | undefined {
  const match = /^([0-9]{1,15})([a-z]{0,2})$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? 'none'];
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** One value and no other. An empty value is written `""`. */
export function exactly(
  section: SettingSection,
  name: string,
  value: string,
  reason: string,
): ExpectedSetting {
  return oneOf(section, name, [value], reason);
}

/** Any of the values; the first is the one written. */
export function oneOf(
  section: SettingSection,
  name: string,
  values: readonly [string, ...string[]],
  reason: string,
): ExpectedSetting {
  const [value] = values;
  const accepted = values.map((each) => each || '""').join(' or ');
  return {
    section,
    name,
    value,
    accepted,
    reason,
    accepts: (actual) => values.includes(actual.trim().toLowerCase()),
  };
}

/** A whole number within bounds, both included. */
export function within(
  section: SettingSection,
  name: string,
  range: { readonly value: number; readonly least: number; readonly most?: number; readonly unit?: string },
  reason: string,
): ExpectedSetting {
  const most = range.most ?? Number.MAX_SAFE_INTEGER;
  const unit = range.unit === undefined ? '' : ` ${range.unit}`;
  const accepted =
    range.most === undefined ? `at least ${range.least}${unit}` : `${range.least} to ${range.most}${unit}`;
  return {
    section,
    name,
    value: String(range.value),
    accepted,
    reason,
    accepts: (actual) => {
      const number = /^-?[0-9]{1,15}$/.test(actual.trim()) ? Number(actual) : Number.NaN;
      return number >= range.least && number <= most;
    },
  };
}

/** An amount of memory within bounds, both included; written and described as in a conf file. */
export function memoryWithin(
  section: SettingSection,
  name: string,
  range: { readonly value: string; readonly least: string; readonly most?: string },
  reason: string,
): ExpectedSetting {
  const least = memoryBytes(range.least) ?? 0;
  const most = range.most === undefined ? Number.MAX_SAFE_INTEGER : (memoryBytes(range.most) ?? 0);
  return {
    section,
    name,
    value: range.value,
    accepted: range.most === undefined ? `at least ${range.least}` : `${range.least} to ${range.most}`,
    reason,
    accepts: (actual) => {
      const bytes = memoryBytes(actual);
      return bytes !== undefined && bytes >= least && bytes <= most;
    },
  };
}
