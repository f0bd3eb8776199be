/** Every framework, those that a policy can ask for first. */

import { CIS_CONTROLS } from './cis-controls.ts';
import type { Framework } from './framework.ts';
import { GDPR } from './gdpr.ts';
import { HIPAA } from './hipaa.ts';
import { ISO_27001 } from './iso-27001.ts';
import { NIST_800_53 } from './nist-800-53.ts';
import { PCI_DSS } from './pci-dss.ts';
import { SOX_ITGC } from './sox-itgc.ts';

export const FRAMEWORKS: readonly Framework[] = [
  PCI_DSS,
  HIPAA,
  SOX_ITGC,
  GDPR,
  NIST_800_53,
  CIS_CONTROLS,
  ISO_27001,
];

/** A framework by its id, by the beginning of one (`pci-dss`), or by the name that a policy uses (`pci_dss`). */
export function findFramework(name: string): Framework | undefined {
  const wanted = name.toLowerCase().replaceAll('_', '-');
  const exact = FRAMEWORKS.find(
    ({ id, requirement }) => id === wanted || requirement?.replaceAll('_', '-') === wanted,
  );
  const begun = FRAMEWORKS.filter(({ id }) => id.startsWith(wanted));
  return exact ?? (begun.length === 1 ? begun[0] : undefined);
}

/** Which clauses a check bears on. */
export function clausesOf(
  checkId: string,
): readonly { readonly framework: string; readonly clause: string; readonly relation: string }[] {
  return FRAMEWORKS.flatMap(({ id, clauses }) =>
    clauses
      .filter(({ checks }) => checks.includes(checkId))
      .map(({ clause, relation }) => ({ framework: id, clause, relation })),
  );
}
