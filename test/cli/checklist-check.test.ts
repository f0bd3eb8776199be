/** Every automatic line of a compiled checklist is answered by checks that exist. */

import { describe, expect, it } from 'vitest';
import { checkIdsByTheme } from '../../src/cli/checklist-check.ts';
import { compilePolicy, policyFor } from '../../src/policy/index.ts';
import { CATALOGUE } from '../../src/posture/index.ts';

/** Answered by the report's own waiver section, not by a check. */
const BY_THE_REPORT = ['PROC-EXCEPTIONS'];

describe('the checklist', () => {
  const checkIds = checkIdsByTheme();

  it('names only checks of the catalogue', () => {
    const known = new Set(CATALOGUE.map((check) => check.id));
    expect(
      Object.values(checkIds)
        .flat()
        .filter((id) => !known.has(id)),
    ).toEqual([]);
  });

  it.each(['standalone', 'cluster', 'replica'] as const)(
    'has a check for every automatic line (%s)',
    (mode) => {
      const request = {
        level: 'compliance',
        exposure: 'public',
        frameworks: ['pci_dss', 'hipaa', 'sox', 'gdpr'],
        server: { product: 'redis', version: '7.2.6' },
        mode,
      } as const;
      const { checklist } = compilePolicy(policyFor(request), { checkIds });
      const unanswered = checklist.filter((item) => item.how === 'automatic' && item.checks.length === 0);
      expect(unanswered.map((item) => item.theme).filter((theme) => !BY_THE_REPORT.includes(theme))).toEqual(
        [],
      );
    },
  );
});
