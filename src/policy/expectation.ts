/**
 * Expected values, once. The compiler writes them and the checks read them, so that the auditor cannot
 * disagree with the generator. Levels and frameworks only ever raise a value, never lower it.
 */

import type { HardeningRequest } from './request.ts';

/** Where a setting stands in the compiled conf. */
export type SettingSection = 'network' | 'tls' | 'limits' | 'surface' | 'records' | 'data' | 'cluster';

/** One server setting as it should be. */
export interface ExpectedSetting {
  readonly section: SettingSection;
  /** Canonical directive name, one that the requested version has. */
  readonly name: string;
  /** What the compiler writes. */
  readonly value: string;
  /** Whether a value found on a server, as CONFIG GET prints it, is good enough. */
  readonly accepts: (actual: string) => boolean;
  /** The acceptable values in words: `yes`, `at least 128`, `1 to 900 seconds`. */
  readonly accepted: string;
  readonly reason: string;
}

/** Everything expected of one server under one request. */
export interface Expectations {
  readonly request: HardeningRequest;
  /** By directive name. */
  readonly settings: ReadonlyMap<string, ExpectedSetting>;
  readonly tls: TlsExpectation;
  readonly credentials: CredentialExpectation;
  readonly users: UserExpectation;
  readonly host: HostExpectation;
  readonly review: ReviewExpectation;
}

export interface TlsExpectation {
  /** TLS on every client port, plaintext closed. */
  readonly required: boolean;
  readonly clientCertificates: 'yes' | 'optional' | 'no';
  readonly protocols: readonly ('TLSv1.2' | 'TLSv1.3')[];
  /** OpenSSL list for TLS 1.2. */
  readonly ciphers: string;
  /** OpenSSL list for TLS 1.3. */
  readonly ciphersuites: string;
  /** Days before expiry from which a certificate is a finding. */
  readonly expiryWarningDays: number;
  readonly lifetimeDaysMax: number;
}

export interface CredentialExpectation {
  /** Entropy of generated secrets. */
  readonly bitsMin: number;
  /** Length below which a clear password is weak. */
  readonly lengthMin: number;
  /** Days after which a credential is due; absent where nothing asks for it. */
  readonly rotationDays: number | undefined;
}

export interface UserExpectation {
  /** Named users by role, the default user off. */
  readonly named: boolean;
  /** Applications must not hold @dangerous or @admin commands, nor scripting without need. */
  readonly leastPrivilege: boolean;
}

export interface HostExpectation {
  readonly firewall: boolean;
  readonly encryptionAtRest: boolean;
  readonly sandboxedUnit: boolean;
}

export interface ReviewExpectation {
  readonly accessReviewDays: number | undefined;
  readonly logRetentionDays: number | undefined;
  readonly vulnerabilityScanDays: number | undefined;
  readonly documentedProcedures: boolean;
}

/** The expected values for a request. Pure; total over every level, framework, exposure, mode and version. */
export type ExpectationsFor = (request: HardeningRequest) => Expectations;
