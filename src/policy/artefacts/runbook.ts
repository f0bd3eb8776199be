/** The runbooks of a policy, in its own names: what people do, step by step, when the files alone do not suffice. */

import type { Artefact, Blueprint } from '../blueprint.ts';
import { accessRunbook, revocationRunbook, rotationRunbook } from './runbooks/access.ts';
import { atRestRunbook, certificateRunbook, incidentRunbook, restoreRunbook } from './runbooks/operation.ts';

const RUNBOOKS: readonly (readonly [name: string, about: string, write: (blueprint: Blueprint) => string])[] =
  [
    ['access', 'granting, reviewing and breaking glass', accessRunbook],
    ['credential-rotation', 'new passwords without an outage', rotationRunbook],
    ['certificate-rotation', 'new certificates without an outage', certificateRunbook],
    ['revocation', 'ending a user for good', revocationRunbook],
    ['incident-response', 'what to keep, close and look for', incidentRunbook],
    ['restore', 'backups and coming back from them', restoreRunbook],
    ['encryption-at-rest', 'what lies on disks', atRestRunbook],
  ];

export function runbooks(blueprint: Blueprint): readonly Artefact[] {
  return RUNBOOKS.map(([name, about, write]) => ({
    path: `runbooks/${name}.md`,
    content: write(blueprint),
    mode: 0o644 as const,
    about,
  }));
}
