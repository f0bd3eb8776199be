/** The checks of the area "host", in the order of their ids. */

import type { Check } from '../../check.ts';
import { runsAsRoot } from './runs-as-root.ts';
import { unitOpen } from './unit-open.ts';
import { hugePages } from './huge-pages.ts';
import { kernelSettings } from './kernel-settings.ts';
import { coreDumps } from './core-dumps.ts';
import { clockWrong } from './clock-wrong.ts';
import { firewallUnproven } from './firewall-unproven.ts';
import { binaryWritable } from './binary-writable.ts';
import { dataExecutable } from './data-executable.ts';
import { wideUmask } from './wide-umask.ts';

export const hostChecks: readonly Check[] = [
  runsAsRoot,
  unitOpen,
  hugePages,
  kernelSettings,
  coreDumps,
  clockWrong,
  firewallUnproven,
  binaryWritable,
  dataExecutable,
  wideUmask,
];
