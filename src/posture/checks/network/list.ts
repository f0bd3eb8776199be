/** The checks of the area "network", in the order of their ids. */

import type { Check } from '../../check.ts';
import { absentAddress } from './absent-address.ts';
import { clientsFromPublicAddresses } from './clients-from-public-addresses.ts';
import { defaultBind } from './default-bind.ts';
import { everyInterface } from './every-interface.ts';
import { optionalAddress } from './optional-address.ts';
import { plaintextAnswers } from './plaintext-answers.ts';
import { plaintextBesideTls } from './plaintext-beside-tls.ts';
import { protectedModeBypassed } from './protected-mode-bypassed.ts';
import { protectedModeLocksOut } from './protected-mode-locks-out.ts';
import { protectedModeOff } from './protected-mode-off.ts';
import { publicAddress } from './public-address.ts';
import { reachableFromElsewhere } from './reachable-from-elsewhere.ts';
import { socketPermissions } from './socket-permissions.ts';
import { unauthenticatedClient } from './unauthenticated-client.ts';

export const networkChecks: readonly Check[] = [
  everyInterface,
  defaultBind,
  protectedModeOff,
  protectedModeBypassed,
  protectedModeLocksOut,
  plaintextBesideTls,
  plaintextAnswers,
  unauthenticatedClient,
  socketPermissions,
  reachableFromElsewhere,
  publicAddress,
  optionalAddress,
  absentAddress,
  clientsFromPublicAddresses,
];
