/** Every advisory, oldest first. */

import type { Advisory } from './advisory.ts';
import { ADVISORIES_FROM_2023 } from './from-2023.ts';
import { ADVISORIES_FROM_2025 } from './from-2025.ts';
import { ADVISORIES_FROM_2026 } from './from-2026.ts';
import { ADVISORIES_UP_TO_2022 } from './up-to-2022.ts';

export const ADVISORIES: readonly Advisory[] = [
  ...ADVISORIES_UP_TO_2022,
  ...ADVISORIES_FROM_2023,
  ...ADVISORIES_FROM_2025,
  ...ADVISORIES_FROM_2026,
];
