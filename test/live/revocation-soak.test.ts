/** A small seeded sample of `npm run soak -- revoke`. */
import { expect, it } from 'vitest';
import { soakRevocations } from '../../soak/revoke/soak.ts';
import { forEachServer } from '../servers/index.ts';

const RUNS = 12;
/** On a slow machine there are fewer runs, never none. */
const TIME_MS = 12_000;

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('never calls a user revoked who can get in, with nodes down, slow and cut off', async () => {
    const outcome = await soakRevocations(server, 20_261_122, RUNS, Date.now() + TIME_MS);
    expect(outcome.failures).toEqual([]);
    expect(outcome.runs).toBeGreaterThan(0);
    expect(outcome.verdicts['revoked'], JSON.stringify(outcome.verdicts)).toBeGreaterThan(0);
  }, 40_000);
});
