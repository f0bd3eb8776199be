import { describe, expect, it } from 'vitest';

import { findOwnLines, readServerLog, zoneUncertaintyMs } from '../../src/tls/index.ts';
import type { ServerLogLine } from '../../src/tls/index.ts';

const HEAD = '18565:M 22 Nov 2026 09:41:17.499 # ';

function read(text: string): Partial<ServerLogLine> | undefined {
  return readServerLog(text).lines[0];
}

describe('a line of a server log', () => {
  // Each as a server wrote it: Redis 6.0.16, 7.0.15 and 8.0.2, Valkey 8.0.1, 8.1.1 and 9.1.2.
  it.each([
    [
      'error:1417C0C7:SSL routines:tls_process_client_certificate:peer did not return a certificate',
      'no-client-certificate',
    ],
    ['error:0A0000C7:SSL routines::peer did not return a certificate', 'no-client-certificate'],
    [
      'error:1417C086:SSL routines:tls_process_client_certificate:certificate verify failed',
      'certificate-refused',
    ],
    ['error:0A000086:SSL routines::certificate verify failed', 'certificate-refused'],
    ['error:0D0C5006:asn1 encoding routines:ASN1_item_verify:EVP lib', 'signature-wrong'],
    ['error:06880006:asn1 encoding routines::EVP lib', 'signature-wrong'],
    ['error:030000EA:digital envelope routines::provider signature failure', 'signature-wrong'],
    [
      'error:14209102:SSL routines:tls_early_post_process_client_hello:unsupported protocol',
      'no-shared-protocol',
    ],
    ['error:0A000102:SSL routines::unsupported protocol (conn: fd=8)', 'no-shared-protocol'],
    ['error:0A0000C1:SSL routines::no shared cipher', 'no-shared-cipher'],
    ['error:1408F10B:SSL routines:ssl3_get_record:wrong version number (conn: fd=8)', 'not-tls'],
    ['error:0A00010B:SSL routines::wrong version number', 'not-tls'],
    ['error:0A000126:SSL routines::unexpected eof while reading', 'hung-up'],
    ['(null)', 'hung-up'],
    ['error:0A000115:SSL routines::session id context uninitialized', 'resumption-refused'],
  ])('with "%s" is %s', (words, kind) => {
    expect(read(`${HEAD}Error accepting a client connection: ${words}`)).toMatchObject({
      kind,
      role: 'accepting',
    });
  });

  it.each([
    ['error:0A000415:SSL routines::sslv3 alert certificate expired', 'certificate expired'],
    [
      'error:0A000415:SSL routines::ssl/tls alert certificate expired (addr=10.0.0.7:5 laddr=10.0.0.5:6)',
      'certificate expired',
    ],
    ['error:0A000418:SSL routines::tlsv1 alert unknown ca', 'unknown ca'],
  ])('with "%s" is an alert of the other end', (words, alert) => {
    const line = read(`${HEAD}Error accepting a client connection: ${words}`);
    expect(line).toMatchObject({ kind: 'alert-received', alert });
  });

  it('of a replica says which way it went', () => {
    const refused =
      'Error condition on socket for SYNC: error:0A000086:SSL routines::certificate verify failed';
    expect(read(`9:S 22 Nov 2026 09:41:17.499 # ${refused}`)).toMatchObject({
      kind: 'certificate-refused',
      role: 'dialling',
    });
    const told =
      'Failed to read response from the server: error:0A000415:SSL routines::sslv3 alert certificate expired';
    expect(read(`9:S 22 Nov 2026 09:41:17.499 # ${told}`)).toMatchObject({
      kind: 'alert-received',
      role: 'dialling',
    });
    const old = "Error reply to PING from master: '-Reading from master: Success'";
    expect(read(`9:S 22 Nov 2026 09:41:17.499 # ${old}`)).toMatchObject({
      kind: 'hung-up',
      role: 'dialling',
    });
    for (const cut of [
      'Failed to read response from the server: Success',
      'Failed to read response from the server: Connection reset by peer',
      'Sending command to primary in replication handshake: -Writing to master: Connection reset by peer',
      "Error reply to PING from master: '-Reading from master: Connection reset by peer'",
    ]) {
      const line = read(`9:S 22 Nov 2026 09:41:17.499 # ${cut}`);
      expect(line).toMatchObject({ kind: 'hung-up', role: 'dialling' });
    }
    const silent = 'PRIMARY timeout: no data nor PING received...';
    expect(read(`9:S 22 Nov 2026 09:41:17.499 # ${silent}`)).toMatchObject({ kind: 'link-timeout' });
  });

  it('of a reload says that the files were not taken', () => {
    const line =
      'Failed to load certificate: /nonexistent.crt: error:80000002:system library::No such file or directory';
    expect(read(`${HEAD}${line}`)).toMatchObject({ kind: 'material-refused', role: 'settings' });
  });

  it('about anything else is passed over', () => {
    const text = [
      `${HEAD}Ready to accept connections tls`,
      `${HEAD}DB saved on disk`,
      '',
      'garbage \u0000',
    ].join('\n');
    expect(readServerLog(text)).toEqual({ lines: [], linesRead: 3 });
  });

  it('has its time in each of the formats, and a zone where it says one', () => {
    const words =
      'Error accepting a client connection: error:0A000086:SSL routines::certificate verify failed';
    const legacy = read(`${HEAD}${words}`) as ServerLogLine;
    expect(legacy.at?.toISOString()).toBe('2026-11-22T09:41:17.499Z');
    expect(zoneUncertaintyMs(legacy)).toBe(14 * 3_600_000);
    const iso = read(
      `pid=9 role=master timestamp="2026-11-22T10:41:17.499+01:00" level=warning message="${words}"`,
    ) as ServerLogLine;
    expect(iso.at?.toISOString()).toBe('2026-11-22T09:41:17.499Z');
    expect(zoneUncertaintyMs(iso)).toBe(1000);
  });

  it('keeps no control character and no endless text', () => {
    const line = read(
      `${HEAD}Error accepting a client connection: \u001b[31mcertificate verify failed ${'x'.repeat(9000)}`,
    );
    expect(line?.text).not.toContain('\u001b');
    expect(line?.text?.length).toBe(400);
  });
});

describe('the line of an attempt', () => {
  const refused = (time: string, more = ''): string =>
    `1:M 22 Nov 2026 ${time} # Error accepting a client connection: error:0A000086:SSL routines::certificate verify failed${more}`;
  const attempt = { at: new Date('2026-11-22T09:00:00.000Z'), elapsedMs: 20, localPort: 40_001 };

  it('is found by our port, where the server writes it', () => {
    const log = readServerLog(
      [
        refused('10:00:00.010', ' (addr=10.0.0.9:40002 laddr=10.0.0.5:6380)'),
        refused('23:11:00.010', ' (addr=10.0.0.9:40001 laddr=10.0.0.5:6380)'),
      ].join('\n'),
    );
    expect(findOwnLines(log, attempt)).toMatchObject({ how: 'address', lines: [{ peer: '10.0.0.9:40001' }] });
  });

  it('is found by its time elsewhere, in any zone, and not by a time that fits none', () => {
    for (const time of ['09:00:00.015', '10:00:00.015', '14:30:00.900', '03:15:00.015']) {
      expect(findOwnLines(readServerLog(refused(time)), attempt)?.how).toBe('time');
    }
    expect(findOwnLines(readServerLog(refused('10:07:30.000')), attempt)).toBeUndefined();
  });

  it('is not guessed where lines of that moment disagree', () => {
    const other = refused('10:00:00.014').replace('certificate verify failed', 'no shared cipher');
    expect(findOwnLines(readServerLog([refused('10:00:00.012'), other].join('\n')), attempt)).toBeUndefined();
  });
});
