/** The words after a revocation claim no more than was seen. */
import { expect, it } from 'vitest';
import { boundsLines, nodeLines } from '../../src/cli/change/receipt-words.ts';
import type { RevokeRequest } from '../../src/cli/change/user-revoke-request.ts';
import { resultLines, waitHint } from '../../src/cli/change/user-revoke-words.ts';
import type { RevokeResult } from '../../src/cli/change/user-revoke.ts';
import type { NodeEvidence, Receipt } from '../../src/change/receipt/receipt.ts';
import { GOOD, nodeWith, receiptOf } from '../change/receipt-samples.ts';

const READ: NodeEvidence = { ...GOOD, persistence: { ...GOOD.persistence, file: 'matches' } };
const UNTRIED: NodeEvidence = { ...READ, oldSecret: { login: 'not-tried', hash: 'gone' } };
const USERLESS: NodeEvidence = {
  ...GOOD,
  cutAt: null,
  oldSecret: { login: 'not-tried', hash: 'no-users' },
  persistence: { by: 'nothing', state: 'no-file', file: 'not-read', detail: '' },
};

function fleetOf(...evidence: readonly NodeEvidence[]): Receipt {
  return receiptOf(evidence.map((each, at) => nodeWith(each, `10.0.0.${at + 1}:6379`)));
}

function words(receipt: Receipt): string {
  const request = { commandLine: 'wardis user revoke ops-temp' } as RevokeRequest;
  const report = { receipt, cutMs: 10, quietMs: 20, totalMs: 30, outcome: 'done' } as const;
  const key = { id: '9f3c41d27a0be586', made: false } as unknown as RevokeResult['key'];
  return resultLines(request, { report, path: '/r/receipt.json', key, stateFolder: '/r' }).join('\n');
}

it('say saved only where the file was read back', () => {
  expect(words(fleetOf(READ, READ))).toMatch(/^deleted +2\/2, saved 2\/2$/m);
  expect(words(fleetOf(GOOD, GOOD))).toMatch(
    /^deleted +2\/2, the server answered OK to saving 2\/2 \(file not read back\)$/m,
  );
  expect(words(fleetOf(READ, GOOD))).toMatch(
    /^deleted +2\/2, saved 1\/2, the server answered OK to saving 1\/2 \(file not read back\)$/m,
  );
});

it('of a receipt say so too, for each node and of what it proves', () => {
  const mixed = fleetOf(READ, GOOD);
  const [read = '', unread = ''] = nodeLines(mixed);
  expect(read).toContain('· saved (acl-save) ·');
  expect(unread).toContain('· the server answered OK (acl-save) ·');
  expect(unread).not.toContain('saved');
  expect(boundsLines(mixed).join('\n')).toContain(
    "on 1 of them is the server's word: it answered OK to saving",
  );
  expect(boundsLines(fleetOf(READ)).join('\n')).not.toContain('answered OK');
});

it('do not say of a server without users that a hash is gone or a user deleted', () => {
  const receipt = fleetOf(UNTRIED, USERLESS);
  expect(receipt.revoked).toBe(true);
  expect(words(receipt)).toMatch(/^deleted +1\/2, 1 has no users, saved 1\/2$/m);
  expect(words(receipt)).toMatch(/its hash is gone 1\/2, 1 has no users ·/);
  expect(nodeLines(receipt)[1]).toContain('· has no users ·');
  const never = fleetOf({ ...UNTRIED, oldSecret: { login: 'not-tried', hash: 'none-known' } });
  expect(words(never)).toContain('its hash is gone 0/1, 1 had none');
});

it('spell names that look like the one that was revoked, so that they can be typed', () => {
  const alsoKnown = ['Ops-temp', 'ops-temp\u00a0', "o'ps"].map((user) => ({
    kind: 'look-alike' as const,
    user,
    nodes: ['10.0.0.1:6379'],
  }));
  const text = words({ ...fleetOf(READ), alsoKnown });
  expect(text).toContain('user Ops-temp stays: the name looks like this one → wardis user revoke Ops-temp\n');
  expect(text).toContain("→ wardis user revoke $'ops-temp\\xc2\\xa0'");
  expect(text).toContain("→ wardis user revoke $'o\\'ps'");
});

it('name what ends a script that is waited for', () => {
  expect(waitHint('10.0.0.1:6379 is busy: ACL LIST: BUSY Redis is busy running a script.')).toContain(
    'SCRIPT KILL',
  );
  expect(waitHint('10.0.0.1:6379 is busy: ACL LIST: LOADING Redis is loading the dataset in memory')).toBe(
    '',
  );
});
