/**
 * A myth: a statement about Redis security that articles repeat, and what servers really do. Each was tried on
 * real servers: Redis 6.0.16, 6.2.16, 7.0.15, 7.2.6, 7.4.1, 8.0.6 and Valkey 7.2.7, 8.0.1, 8.1.1, 9.1.2.
 */

export interface Myth {
  /** `A` access control, `B` audit and logging, `C` TLS, `D` network, commands and configuration. */
  readonly id: string;
  readonly claim: string;
  readonly verdict: 'false' | 'partly true' | 'harmful' | 'redundant';
  /** What really happens, by version where versions differ. */
  readonly truth: string;
  /** How it was shown, so that anybody can repeat it. */
  readonly shown: string;
}
