/**
 * Levels: what is expected of a server, for every level, framework, exposure, mode and version. Our reading of the four
 * levels: basic is a password on loopback; standard adds named users, strong secrets and limits; hardened adds TLS
 * everywhere, client certificates, logs and rotation; compliance adds encryption at rest, scans and procedures.
 */

import type { Expectations, ExpectationsFor, ExpectedSetting } from './expectation.ts';
import { isAvailable } from './levels/availability.ts';
import {
  credentialExpectation,
  hostExpectation,
  reviewExpectation,
  userExpectation,
} from './levels/duties.ts';
import { limitSettings } from './levels/limits.ts';
import { networkSettings } from './levels/network.ts';
import { recordSettings } from './levels/records.ts';
import { surfaceSettings } from './levels/surface.ts';
import { tlsExpectation, tlsSettings } from './levels/tls.ts';
import type { PolicyDocument } from './policy-document.ts';
import type { HardeningRequest } from './request.ts';

export const expectationsFor: ExpectationsFor = (request) => {
  const all = [
    ...networkSettings(request),
    ...tlsSettings(request),
    ...limitSettings(request),
    ...surfaceSettings(request),
    ...recordSettings(request),
  ];
  const settings = new Map<string, ExpectedSetting>();
  for (const setting of all) {
    if (isAvailable(request.server, setting.name)) settings.set(setting.name, setting);
  }
  return {
    request,
    settings,
    tls: tlsExpectation(request),
    credentials: credentialExpectation(request),
    users: userExpectation(request),
    host: hostExpectation(request),
    review: reviewExpectation(request),
  };
};

/** The same, with what a policy chooses in place of its level: the age of credentials. */
export function expectationsUnder(
  policy: Pick<PolicyDocument, 'credentialAgeDays'>,
  request: HardeningRequest,
): Expectations {
  const expected = expectationsFor(request);
  const rotationDays = policy.credentialAgeDays ?? expected.credentials.rotationDays;
  return { ...expected, credentials: { ...expected.credentials, rotationDays } };
}
