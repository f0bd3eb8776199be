/** `wardis receipt`: what people are told of a receipt, and the exit code that scripts go by. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSigningKey, printReceipt, signReceipt } from '../../src/change/index.ts';
import { GOOD, nodeWith, receiptOf } from '../change/receipt-samples.ts';
import { run } from './run.ts';

let state: string;
let good: string;
let pending: string;

beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'wardis-receipt-cli-'));
  const key = openSigningKey(state);
  good = join(state, 'good.json');
  pending = join(state, 'pending.json');
  const known = receiptOf([nodeWith(GOOD)], {
    alsoKnown: [{ kind: 'same-password', user: 'reports\u001b[2J', nodes: ['10.0.0.5:6379'] }],
  });
  writeFileSync(good, printReceipt(signReceipt(known, key)));
  writeFileSync(
    pending,
    printReceipt(signReceipt(receiptOf([nodeWith(GOOD), nodeWith(null, '10.0.0.6:6379')]), key)),
  );
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

describe('wardis receipt verify', () => {
  it('is 0 for a valid receipt of a user who is revoked, and says what it proves and what not', async () => {
    const answer = await run(['receipt', 'verify', good, '--state', state]);
    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out).toMatch(/^valid: signed by [0-9a-f]{16}/);
    expect(answer.out).toContain('user ops-temp: revoked on 1 of 1 nodes');
    expect(answer.out).toContain('proves:');
    expect(answer.out).toContain('does not:');
    // A name from a server must not act on the terminal.
    expect(answer.out).toContain('also knows: user reports\\x1b[2J has the same password hash');
  });

  it('is 1 for a valid receipt of a user who is not revoked everywhere yet', async () => {
    const answer = await run(['receipt', 'verify', pending, '--key', join(state, 'receipt.pub')]);
    expect(answer.exit).toBe(1);
    expect(answer.out).toContain('pending on 1 of 2 nodes');
    expect(answer.out).toMatch(/10\.0\.0\.6:6379 +pending .* not reached yet/);
  });

  it('is 2 for one that was changed', async () => {
    const changed = join(state, 'changed.json');
    writeFileSync(changed, readFileSync(good, 'utf8').replace('ops-temp', 'ops-temq'));
    const answer = await run(['receipt', 'verify', changed, '--state', state]);
    expect(answer.exit).toBe(2);
    expect(answer.out).toContain('NOT VALID: it was changed after it was signed');
    const json = await run(['receipt', 'verify', changed, '--state', state, '--json']);
    expect(json.exit).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({ schemaVersion: '1', valid: false, problem: 'signature' });
  });

  it('is 2 without a key, and says where the key is', async () => {
    const answer = await run(['receipt', 'verify', good, '--state', join(state, 'elsewhere')]);
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('E_RECEIPT');
    expect(answer.err).toContain('--key receipt.pub');
    const noKey = await run(['receipt', 'verify', good, '--key', good]);
    expect(noKey.exit).toBe(2);
    expect(noKey.err).toContain('it is not a public key');
  });

  it('answers in JSON with the verdict', async () => {
    const { exit, out } = await run(['receipt', 'verify', pending, '--state', state, '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: '1',
      valid: true,
      revoked: false,
      verdict: 'pending',
    });
  });
});

describe('wardis receipt show', () => {
  it('says that the signature was not checked where there is no key', async () => {
    const answer = await run(['receipt', 'show', good, '--state', join(state, 'elsewhere')]);
    expect(answer.exit).toBe(0);
    expect(answer.out).toMatch(/^SIGNATURE NOT CHECKED/);
    expect(answer.out).toContain('10.0.1.7:51234');
  });

  it('shows nothing of what is not valid', async () => {
    const changed = join(state, 'changed.json');
    writeFileSync(changed, readFileSync(good, 'utf8').replace('ops-temp', 'ops-temq'));
    const answer = await run(['receipt', 'show', changed, '--state', state]);
    expect(answer).toMatchObject({ exit: 2, out: '' });
  });
});
