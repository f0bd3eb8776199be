import { generateKeyPairSync, sign } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/change/receipt/canonical.ts';
import { receiptJsonSchema, type NodeEvidence, type Receipt } from '../../src/change/receipt/receipt.ts';
import { checkReceipt, printReceipt, signReceipt } from '../../src/change/receipt/signature.ts';
import {
  keyId,
  openSigningKey,
  readVerifyingKey,
  type SigningKey,
  type VerifyingKey,
} from '../../src/change/receipt/signing-key.ts';
import { judgeNode, openReasons } from '../../src/change/receipt/verdict.ts';
import { GOOD, nodeWith, receiptOf } from './receipt-samples.ts';

let folder: string;
let key: SigningKey;
let pub: VerifyingKey;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-receipt-'));
  key = openSigningKey(folder);
  pub = readVerifyingKey(join(folder, 'receipt.pub'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Signs whatever it is given, as somebody with the key and another program could. */
function forge(receipt: unknown): string {
  const bytes = Buffer.from(`wardis-receipt-v1\n${canonicalJson(receipt)}`);
  const value = sign(null, bytes, key.privateKey).toString('base64');
  return JSON.stringify({ receipt, signature: { algorithm: 'ed25519', keyId: key.id, value } });
}

describe('canonical JSON', () => {
  it('orders members by UTF-16 code units and writes no white space', () => {
    // The example of RFC 8785, section 3.2.3, with its names.
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, 1: 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
    expect(canonicalJson(names)).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    );
    expect(canonicalJson({ b: [true, null, -1], a: { d: '\u000f\n"\\/', c: {} } })).toBe(
      '{"a":{"c":{},"d":"\\u000f\\n\\"\\\\/"},"b":[true,null,-1]}',
    );
  });

  it('refuses what two programs could write differently', () => {
    for (const value of [
      1.5,
      -0,
      NaN,
      Infinity,
      2 ** 53,
      '\ud800',
      { '\udc00': 1 },
      undefined,
      [undefined],
      1n,
    ]) {
      expect(canonicalJson(value)).toBeUndefined();
    }
  });

  it('is the same text after any number of readings', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }),
        fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (each) => {
        const text = canonicalJson(each);
        expect(text).toBeDefined();
        expect(canonicalJson(JSON.parse(text ?? ''))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the key pair', () => {
  it('is made once, closed to others, and known by the first digits of its hash', () => {
    expect(key.made).toBe(true);
    expect(openSigningKey(folder)).toMatchObject({ made: false, id: key.id });
    expect(statSync(join(folder, 'receipt.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'receipt.pub'), 'utf8')).toContain('BEGIN PUBLIC KEY');
    expect(key.id).toMatch(/^[0-9a-f]{16}$/);
    expect(pub.id).toBe(key.id);
    expect(keyId(pub.publicKey)).toBe(key.id);
  });

  it('brings back a public half that is missing', () => {
    rmSync(join(folder, 'receipt.pub'));
    openSigningKey(folder);
    expect(readVerifyingKey(join(folder, 'receipt.pub')).id).toBe(key.id);
  });

  it('keeps the public half of an earlier key, which checks earlier receipts', () => {
    const other = mkdtempSync(join(tmpdir(), 'wardis-receipt-'));
    const first = openSigningKey(other);
    rmSync(join(other, 'receipt.key'));
    const second = openSigningKey(other);
    expect(second.id).not.toBe(first.id);
    expect(readVerifyingKey(join(other, 'receipt.pub')).id).toBe(second.id);
    expect(readVerifyingKey(join(other, `receipt-${first.id}.pub`)).id).toBe(first.id);
    rmSync(other, { recursive: true });
  });

  it('is not used when others can read it', () => {
    const other = mkdtempSync(join(tmpdir(), 'wardis-receipt-'));
    openSigningKey(other);
    chmodSync(join(other, 'receipt.key'), 0o644);
    expect(() => openSigningKey(other)).toThrow(/others than you/);
    rmSync(other, { recursive: true });
  });

  it('is refused when it is of another kind, or the private half is offered as the public one', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const path = join(folder, 'ec.pub');
    writeFileSync(path, publicKey.export({ type: 'spki', format: 'pem' }));
    expect(() => readVerifyingKey(path)).toThrow(/not an Ed25519 key/);
    expect(() => readVerifyingKey(join(folder, 'receipt.key'))).toThrow(/not a public key/);
  });
});

describe('a receipt', () => {
  const receipt = receiptOf([nodeWith(GOOD), nodeWith(GOOD, '10.0.0.6:6379')]);

  it('is valid as written, and in another layout of the same JSON', () => {
    const text = printReceipt(signReceipt(receipt, key));
    expect(checkReceipt(text, pub)).toMatchObject({ state: 'valid', keyId: key.id });
    expect(checkReceipt(JSON.stringify(JSON.parse(text)), pub)).toMatchObject({ state: 'valid' });
  });

  it('is invalid with any one value changed', () => {
    const signed = signReceipt(receipt, key);
    const leaves = leavesOf(signed);
    expect(leaves.length).toBeGreaterThan(50);
    for (const path of leaves) {
      const changed = structuredClone(signed);
      change(changed, path);
      expect(checkReceipt(JSON.stringify(changed), pub), path.join('.')).toMatchObject({ state: 'invalid' });
    }
  });

  it('is invalid with any member added, taken away or named twice', () => {
    const text = JSON.stringify(signReceipt(receipt, key));
    expect(checkReceipt(text.replace('"user":', '"extra":1,"user":'), pub)).toMatchObject({
      problem: 'form',
    });
    expect(checkReceipt(text.replace('"fleet":"prod",', ''), pub)).toMatchObject({ problem: 'form' });
    expect(checkReceipt(text.replace('"revoked":true', '"revoked":false,"revoked":true'), pub)).toMatchObject(
      {
        problem: 'form',
      },
    );
    expect(checkReceipt('', pub)).toMatchObject({ problem: 'form' });
    expect(checkReceipt('[]', pub)).toMatchObject({ problem: 'form' });
  });

  it('is invalid when its signature is written in another way', () => {
    const signed = signReceipt(receipt, key);
    const value = signed.signature.value.replace(/.==$/, (end) => `${end === 'A==' ? 'B' : 'h'}==`);
    expect(Buffer.from(value, 'base64').toString('base64')).not.toBe(value);
    expect(
      checkReceipt(JSON.stringify({ receipt, signature: { ...signed.signature, value } }), pub),
    ).toMatchObject({
      state: 'invalid',
    });
  });

  it('is not valid by another key', () => {
    const other = mkdtempSync(join(tmpdir(), 'wardis-receipt-'));
    openSigningKey(other);
    const text = printReceipt(signReceipt(receipt, key));
    expect(checkReceipt(text, readVerifyingKey(join(other, 'receipt.pub')))).toMatchObject({
      problem: 'other-key',
    });
    rmSync(other, { recursive: true });
  });

  it('is never signed when it contradicts itself', () => {
    const on: NodeEvidence = { ...GOOD, account: { state: 'on', passwords: 1, nopass: false } };
    const lie = receiptOf([{ ...nodeWith(on), outcome: 'revoked', open: [] }], {
      revoked: true,
      verdict: 'revoked',
    });
    expect(() => signReceipt(lie, key)).toThrow(/its evidence says not-revoked \(account-on\)/);
  });

  it.each<readonly [string, Receipt]>([
    ['a claim over a pending node', receiptOf([nodeWith(null)], { revoked: true, verdict: 'revoked' })],
    ['a claim over a fleet that was not seen whole', { ...receipt, notSeen: ['a node without an address'] }],
    ['a node counted twice', receiptOf([nodeWith(GOOD), nodeWith(GOOD)])],
    ['an end before the start', { ...receipt, issuedAt: '2026-11-21T22:57:00.000Z' }],
    [
      'evidence from before the cut',
      receiptOf([{ ...nodeWith(GOOD), evidence: { ...GOOD, readAt: '2026-11-21T22:58:00.050Z' } }]),
    ],
    [
      'an account that was to be deleted and is off',
      receiptOf([nodeWith({ ...GOOD, account: { state: 'off', passwords: 0, nopass: false } })]),
    ],
    [
      'a session left',
      receiptOf([{ ...nodeWith(GOOD), evidence: { ...GOOD, sessions: { seen: [], ended: 0, left: 1 } } }]),
    ],
    ['no reason for an open node', receiptOf([{ ...nodeWith(null), open: [] }])],
  ])('that is signed with %s is refused', (_name, lie) => {
    expect(checkReceipt(forge(lie), pub)).toMatchObject({ state: 'invalid', problem: 'contradiction' });
  });

  it('says pending while a node is not reached, and not revoked while somebody can get in', () => {
    expect(receiptOf([nodeWith(GOOD), nodeWith(null, 'b')])).toMatchObject({
      revoked: false,
      verdict: 'pending',
    });
    const left = nodeWith({ ...GOOD, sessions: { seen: [], ended: 0, left: 1 } }, 'b');
    expect(receiptOf([nodeWith(null), left])).toMatchObject({ revoked: false, verdict: 'not-revoked' });
    expect(judgeNode(null, 'refused').outcome).toBe('not-revoked');
  });

  it('fits the published schema', () => {
    const ajv = new Ajv2020({ strict: true });
    formats.default(ajv);
    const validate = ajv.compile(receiptJsonSchema());
    expect(validate(signReceipt(receipt, key)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...signReceipt(receipt, key), more: 1 })).toBe(false);
    const published = new URL('../../schemas/receipt.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(structuredClone(receiptJsonSchema()));
  });
});

describe('the evidence of a node', () => {
  it.each<readonly [string, Partial<NodeEvidence>, readonly string[]]>([
    ['everything in order', {}, []],
    ['an account that is on', { account: { state: 'on', passwords: 0, nopass: false } }, ['account-on']],
    [
      'off, but with a password',
      { account: { state: 'off', passwords: 1, nopass: false } },
      ['account-has-password'],
    ],
    ['off, but nopass', { account: { state: 'off', passwords: 0, nopass: true } }, ['account-has-password']],
    ['off without a password', { account: { state: 'off', passwords: 0, nopass: false } }, []],
    ['a session', { sessions: { seen: [], ended: 0, left: 1 } }, ['session-left']],
    ['an old secret that works', { oldSecret: { login: 'accepted', hash: 'gone' } }, ['secret-accepted']],
    [
      'an old secret whose test failed',
      { oldSecret: { login: 'unclear', hash: 'gone' } },
      ['secret-unclear'],
    ],
    ['an old secret that nobody knows', { oldSecret: { login: 'not-tried', hash: 'gone' } }, []],
    ['a hash that is still there', { oldSecret: { login: 'refused', hash: 'present' } }, ['hash-present']],
    ['a failed save', { persistence: { ...GOOD.persistence, state: 'failed' } }, ['not-saved']],
    ['no save', { persistence: { ...GOOD.persistence, state: 'not-asked' } }, ['not-saved']],
    ['nowhere to save', { persistence: { ...GOOD.persistence, by: 'nothing', state: 'no-file' } }, []],
    ['a file with the user', { persistence: { ...GOOD.persistence, file: 'differs' } }, ['file-differs']],
    ['a replica without a link', { replication: { before: 'down', after: 'down' } }, []],
  ])('with %s', (_name, change, reasons) => {
    expect(openReasons({ ...GOOD, ...change })).toEqual(reasons);
  });
});

type Path = readonly (string | number)[];

function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, each]) =>
    leavesOf(each, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

function change(root: object, path: Path): void {
  const holder = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>(
      (at, name) => at[name] as Record<string, unknown>,
      root as Record<string, unknown>,
    );
  const name = String(path.at(-1));
  const old = holder[name];
  if (typeof old === 'string') holder[name] = flip(old);
  else if (typeof old === 'number') holder[name] = old + 1;
  else if (typeof old === 'boolean') holder[name] = !old;
  else holder[name] = 'x';
}

/** The first letter or digit becomes another one of its kind. */
function flip(text: string): string {
  return text === ''
    ? 'x'
    : text.replace(/[a-z0-9]/i, (each) =>
        /[0-8a-yA-Y]/.test(each) ? String.fromCharCode(each.charCodeAt(0) + 1) : '0',
      );
}
