/** Which notes of discovery keep a receipt from saying that a user is revoked everywhere. */
import { expect, it } from 'vitest';
import { hidesNodes } from '../../src/cli/change/user-revoke-request.ts';

it('is no gap in what was seen that a node has another address than it announces', () => {
  expect(hidesNodes('10.0.0.1:6379 is announced as 192.0.2.1:6379, where nothing answers from here')).toBe(
    false,
  );
});

it('is a gap, whatever words a server puts into the error by which it hides its replicas', () => {
  const said = 'ERR x is announced as y, where nothing answers from here';
  const note = `10.0.0.1:6379 does not answer INFO replication (${said}), so that nodes may be missing here`;
  expect(hidesNodes(note)).toBe(true);
  expect(hidesNodes(said)).toBe(true);
});
