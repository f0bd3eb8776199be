/**
 * Trying again: only when the connection was reset, at most twice, waiting one second and then two. A refused
 * credential is never sent a second time, since servers and their guards count failures.
 */

import { FleetError } from './fleet-error.ts';

export const RETRIES_MAX = 2;
export const RETRY_DELAY_MS = 1000;

/** Runs an attempt, and again after a reset. `sleep` is a parameter so that tests need not wait. */
export async function retryOnReset<T>(
  attempt: () => Promise<T>,
  sleep: (ms: number) => Promise<void> = wait,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const again = error instanceof FleetError && error.code === 'reset' && tries < RETRIES_MAX;
      if (!again) throw error;
      await sleep(RETRY_DELAY_MS * 2 ** tries);
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
