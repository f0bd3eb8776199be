import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyReader, decodeReply, encodeCommand, type Reply } from '../../src/fleet/resp.ts';

function decode(
  bytes: Buffer,
  cuts: readonly number[] = [],
): { replies: Reply[]; failure: string | undefined } {
  const replies: Reply[] = [];
  const decoder = createReplyReader((bytes) => replies.push(decodeReply(bytes)));
  let failure: string | undefined;
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  for (const [i, end] of [...places, bytes.length].entries()) {
    failure = decoder.write(bytes.subarray(i === 0 ? 0 : places[i - 1], end)) ?? failure;
  }
  return { replies, failure };
}

function encode(reply: Reply): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n');
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`);
  if (typeof reply === 'string') return Buffer.from(`$${Buffer.byteLength(reply)}\r\n${reply}\r\n`);
  if (Array.isArray(reply)) return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encode)]);
  return Buffer.from(`-${(reply as { error: string }).error}\r\n`);
}

const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\uFFFD'));
const { reply: anyReply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.constant(null),
    fc.stringMatching(/^[A-Z]{2,8} [a-z ]{0,20}$/).map((error) => ({ error })),
    fc.array(tie('reply'), { maxLength: 5 }),
  ),
}));

describe('decoding replies', () => {
  it('gives back what was sent, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyReply, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (sent, cuts) => {
          expect(decode(Buffer.concat(sent.map(encode)), cuts)).toEqual({
            replies: sent,
            failure: undefined,
          });
        },
      ),
    );
  });

  it('takes any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat()), (bytes, cuts) => {
        const { failure } = decode(Buffer.from(bytes), cuts);
        expect([undefined, 'protocol', 'too-large']).toContain(failure);
      }),
    );
  });

  it('keeps bytes that are not UTF-8', () => {
    const { replies } = decode(
      Buffer.concat([Buffer.from('$3\r\n'), Buffer.from([0x61, 0xff, 0x62]), Buffer.from('\r\n')]),
    );
    expect(replies).toEqual(['a\udcffb']);
  });

  it('takes a large reply in small pieces in linear time', () => {
    const reply = Buffer.concat([
      Buffer.from('$8000000\r\n'),
      Buffer.alloc(8_000_000, 0x61),
      Buffer.from('\r\n'),
    ]);
    const cuts = Array.from({ length: 8000 }, (_, i) => i * 1000);
    expect(decode(reply, cuts).replies).toHaveLength(1);
  });

  it('takes a large list in small pieces in linear time', () => {
    const item = Buffer.from('$70\r\n' + 'x'.repeat(70) + '\r\n');
    const reply = Buffer.concat([Buffer.from('*100000\r\n'), ...Array.from({ length: 100_000 }, () => item)]);
    const cuts = Array.from({ length: reply.length / 1000 }, (_, i) => i * 1000);
    const { replies } = decode(reply, cuts);
    expect(Array.isArray(replies[0]) && replies[0].length).toBe(100_000);
  });

  it('stops at a limit of bytes for one reply, not for all', () => {
    const replies: Reply[] = [];
    const decoder = createReplyReader((bytes) => replies.push(decodeReply(bytes)), 100);
    for (let i = 0; i < 50; i += 1) expect(decoder.write(Buffer.from('$5\r\nhello\r\n'))).toBeUndefined();
    expect(replies).toHaveLength(50);
    expect(decoder.write(Buffer.from(`*20\r\n${'$5\r\nhello\r\n'.repeat(20)}`))).toBe('too-large');
  });
});

describe('encoding commands', () => {
  it('counts bytes, not characters', () => {
    expect(encodeCommand(['SET', 'ä'])).toBe('*2\r\n$3\r\nSET\r\n$2\r\nä\r\n');
  });
});
