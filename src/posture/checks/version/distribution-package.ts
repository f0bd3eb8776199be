/** Packages whose distribution mends flaws without changing the version that the server shows. */

import type { Snapshot } from '../../../fleet/index.ts';

const DISTRIBUTION = /(?:[-+~.](?:deb\d|ubuntu|el\d|fc\d|amzn|suse))|(?:^|\s)\d+:\d/i;

/** The package, when it is known and comes from a distribution that backports fixes. */
export function distributionPackage(snapshot: Snapshot): string | undefined {
  if (!snapshot.packageVersion.known) return undefined;
  const { value } = snapshot.packageVersion;
  return DISTRIBUTION.test(value) ? value : undefined;
}
