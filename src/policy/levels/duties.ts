/**
 * What is expected beyond settings: credentials, users, the host and recurring reviews. Numbers: PCI DSS 4.0.1 (7.2.4
 * review every six months, 8.3.9 rotation 90 days, 10.5.1 logs twelve months, 11.3.1 quarterly scans), HIPAA 164.316(b)
 * (documentation six years), the usual ITGC practice for SOX (quarterly review, seven years of audit evidence).
 */

import type {
  CredentialExpectation,
  HostExpectation,
  ReviewExpectation,
  UserExpectation,
} from '../expectation.ts';
import { levelAtLeast, type ComplianceRequirement, type HardeningRequest } from '../request.ts';

const ROTATION_DAYS: Readonly<Partial<Record<ComplianceRequirement, number>>> = { pci_dss: 90, sox: 90 };
const ACCESS_REVIEW_DAYS: Readonly<Partial<Record<ComplianceRequirement, number>>> = {
  pci_dss: 180,
  sox: 90,
  hipaa: 365,
  gdpr: 365,
};
const LOG_RETENTION_DAYS: Readonly<Partial<Record<ComplianceRequirement, number>>> = {
  pci_dss: 365,
  hipaa: 2190,
  sox: 2555,
};

export function credentialExpectation(request: HardeningRequest): CredentialExpectation {
  const byLevel = { basic: undefined, standard: undefined, hardened: 180, compliance: 90 }[request.level];
  return {
    bitsMin: levelAtLeast(request.level, 'standard') || request.frameworks.length > 0 ? 256 : 128,
    lengthMin: levelAtLeast(request.level, 'standard') || request.frameworks.length > 0 ? 32 : 16,
    rotationDays: strictest(request, ROTATION_DAYS, byLevel, Math.min),
  };
}

export function userExpectation(request: HardeningRequest): UserExpectation {
  const named = levelAtLeast(request.level, 'standard') || request.frameworks.length > 0;
  return { named, leastPrivilege: named };
}

export function hostExpectation(request: HardeningRequest): HostExpectation {
  const asked = request.frameworks.some((each) => each !== 'sox');
  return {
    firewall: request.exposure !== 'localhost' && levelAtLeast(request.level, 'standard'),
    encryptionAtRest: request.level === 'compliance' || asked,
    sandboxedUnit: levelAtLeast(request.level, 'hardened'),
  };
}

export function reviewExpectation(request: HardeningRequest): ReviewExpectation {
  const compliance = request.level === 'compliance';
  const hardened = request.level === 'hardened';
  return {
    accessReviewDays: strictest(
      request,
      ACCESS_REVIEW_DAYS,
      compliance ? 180 : hardened ? 365 : undefined,
      Math.min,
    ),
    logRetentionDays: strictest(
      request,
      LOG_RETENTION_DAYS,
      compliance ? 365 : hardened ? 90 : undefined,
      Math.max,
    ),
    vulnerabilityScanDays: compliance || request.frameworks.includes('pci_dss') ? 90 : undefined,
    documentedProcedures: compliance || request.frameworks.length > 0,
  };
}

function strictest(
  request: HardeningRequest,
  table: Readonly<Partial<Record<ComplianceRequirement, number>>>,
  byLevel: number | undefined,
  pick: (...values: number[]) => number,
): number | undefined {
  const asked = [...request.frameworks.map((each) => table[each]), byLevel].filter(
    (each) => each !== undefined,
  );
  return asked.length === 0 ? undefined : pick(...asked);
}
