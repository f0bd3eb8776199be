// What an authority may not issue, for whoever is about to issue from it: extended key usages and name constraints bind
// every certificate below it, the root's too (OpenSSL 3.0).
import type { CertificateFact } from './certificate.ts';
import { readConstraints } from './constraint.ts';
import { printName } from './name-constraint.ts';
import { findExtendedUsageFault } from './usage.ts';

/** One sentence for each limit. */
export function findIssuingLimits(authority: CertificateFact): readonly string[] {
  const { subject } = authority;
  const forbidden = (['server', 'client'] as const).filter(
    (usage) => findExtendedUsageFault(authority, usage) !== undefined,
  );
  const usages = forbidden.map(
    (usage) =>
      `no certificate below ${subject} is accepted as a ${usage}'s: its extended key usage lacks ${usage}Auth`,
  );
  const { nameConstraints } = readConstraints(authority);
  if (nameConstraints === undefined) return usages;
  const { permitted, excluded, hasRange } = nameConstraints;
  const list = (names: typeof permitted): string => names.map(printName).join(', ');
  const told = [
    ...(permitted.length === 0 ? [] : [`of their kinds only ${list(permitted)}`]),
    ...(excluded.length === 0 ? [] : [`not ${list(excluded)}`]),
    ...(hasRange ? ['and a minimum or maximum, which OpenSSL refuses'] : []),
  ];
  return [...usages, `${subject} has name constraints: ${told.join('; ')}`];
}
