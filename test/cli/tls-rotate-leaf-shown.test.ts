// How plans and reports name a certificate: by what tells it from the next one of the same authority.
import { expect, it } from 'vitest';
import { shortOf } from '../../src/cli/tls/rotate-leaf-show.ts';

const leaf = (serial: string, fingerprintSha256: string) =>
  shortOf({ serial, fingerprintSha256, names: [], notAfter: '2026-12-22T09:00:00.000Z' });

it('names certificates with serial numbers that follow one another by their fingerprints', () => {
  expect(leaf('12DFD47D0000A1', '57413073ff')).toBe('fingerprint 57413073 until 2026-12-22');
  expect(leaf('12DFD47D0000A2', '65da513eff')).toBe('fingerprint 65da513e until 2026-12-22');
});

it('says that it is a new one before it is issued, and that nothing is known where nothing is', () => {
  expect(shortOf({ names: [], notAfter: '2027-02-20T09:00:00.000Z' })).toBe('a new one until 2027-02-20');
  expect(shortOf(undefined)).toBe('unknown');
});
