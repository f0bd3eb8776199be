/** From a step to what can be done about it at its node. */

import type { Step } from '../step.ts';
import { setConfigWork } from './config-step.ts';
import { placeFileWork } from './file-step.ts';
import { followPrimaryWork } from './follow-step.ts';
import { passwordWork } from './password-steps.ts';
import { persistWork } from './persist-step.ts';
import { proveCertificateWork } from './prove-certificate.ts';
import { proveLoginWork, proveReplicationWork } from './proof-steps.ts';
import { reconnectClientsWork } from './reconnect-step.ts';
import { reloadTlsWork } from './reload-tls.ts';
import { restartSentinelWork } from './restart-sentinel.ts';
import { setSentinelConfigWork } from './sentinel-config-step.ts';
import { setSentinelWork } from './sentinel-step.ts';
import { endSessionsWork } from './session-step.ts';
import type { StepNode, StepWork } from './step-work.ts';
import { removeUserWork, setUserWork } from './user-steps.ts';

export function workOf(step: Step, node: StepNode): StepWork {
  switch (step.kind) {
    case 'set-user':
      return setUserWork(step, node);
    case 'remove-user':
      return removeUserWork(step, node);
    case 'add-password':
    case 'remove-password':
      return passwordWork(step, node);
    case 'end-sessions':
      return endSessionsWork(step, node);
    case 'set-config':
      return node.role === 'sentinel' ? setSentinelConfigWork(step, node) : setConfigWork(step, node);
    case 'set-sentinel':
      return setSentinelWork(step, node);
    case 'persist':
      return persistWork(step, node);
    case 'place-file':
      return placeFileWork(step, node);
    case 'prove-login':
      return proveLoginWork(step, node);
    case 'follow-primary':
      return followPrimaryWork(step, node);
    case 'prove-replication':
      return proveReplicationWork(node);
    case 'reload-tls':
      return reloadTlsWork(step, node);
    case 'restart-sentinel':
      return restartSentinelWork(step, node);
    case 'prove-certificate':
      return proveCertificateWork(step, node);
    case 'reconnect-clients':
      return reconnectClientsWork(step, node);
  }
}
