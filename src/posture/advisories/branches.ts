/**
 * Release branches: which are still mended, and the newest release seen on each. From the projects' release pages
 * as they stood on the date below; a release or branch newer than this is unknown, not safe.
 */

import { compareVersions, type Product } from '../../conf/index.ts';

/** The day up to which release pages were read. */
export const ADVISORIES_AS_OF = '2026-11-18';

export interface Branch {
  readonly product: Product;
  /** `7.2` */
  readonly branch: string;
  readonly state: 'maintained' | 'ended';
  /** The newest release seen; absent for old branches where it no longer matters. */
  readonly newest?: string;
  readonly note?: string;
}

/** In order of age within each product. */
export const BRANCHES: readonly Branch[] = [
  { product: 'redis', branch: '2.2', state: 'ended' },
  { product: 'redis', branch: '2.4', state: 'ended' },
  { product: 'redis', branch: '2.6', state: 'ended' },
  { product: 'redis', branch: '2.8', state: 'ended' },
  { product: 'redis', branch: '3.0', state: 'ended' },
  { product: 'redis', branch: '3.2', state: 'ended' },
  { product: 'redis', branch: '4.0', state: 'ended' },
  { product: 'redis', branch: '5.0', state: 'ended', newest: '5.0.14' },
  { product: 'redis', branch: '6.0', state: 'ended', newest: '6.0.20' },
  { product: 'redis', branch: '6.2', state: 'maintained', newest: '6.2.22' },
  { product: 'redis', branch: '7.0', state: 'ended', newest: '7.0.15', note: 'unfixed since 2024' },
  { product: 'redis', branch: '7.2', state: 'maintained', newest: '7.2.16' },
  { product: 'redis', branch: '7.4', state: 'maintained', newest: '7.4.11' },
  {
    product: 'redis',
    branch: '8.0',
    state: 'ended',
    newest: '8.0.6',
    note: 'got none of the fixes of May 2026 and later',
  },
  { product: 'redis', branch: '8.2', state: 'maintained', newest: '8.2.9' },
  { product: 'redis', branch: '8.4', state: 'maintained', newest: '8.4.6' },
  { product: 'redis', branch: '8.6', state: 'maintained', newest: '8.6.7' },
  { product: 'redis', branch: '8.8', state: 'maintained', newest: '8.8.3' },
  { product: 'redis', branch: '8.10', state: 'maintained', newest: '8.10.2' },
  { product: 'valkey', branch: '7.2', state: 'maintained', newest: '7.2.16' },
  { product: 'valkey', branch: '8.0', state: 'maintained', newest: '8.0.13' },
  { product: 'valkey', branch: '8.1', state: 'maintained', newest: '8.1.12' },
  { product: 'valkey', branch: '9.0', state: 'maintained', newest: '9.0.8' },
  { product: 'valkey', branch: '9.1', state: 'maintained', newest: '9.1.4' },
];

export function findBranch(product: Product, branch: string): Branch | undefined {
  return BRANCHES.find((entry) => entry.product === product && entry.branch === branch);
}

/** The newest releases of the branches that are still mended, from this branch on. */
export function supportedReleases(product: Product, from: string): readonly string[] {
  return BRANCHES.filter(
    (entry) =>
      entry.product === product && entry.state === 'maintained' && compareVersions(entry.branch, from) >= 0,
  ).flatMap(({ newest }) => (newest === undefined ? [] : [newest]));
}
