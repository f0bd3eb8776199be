/**
 * Why a client that verifies hangs up on a server, though the server would have let it in: its chain, its dates, its uses,
 * its names. The codes are OpenSSL's as Node passes them on; what lies behind one code is told by the chain and our CA file.
 */
import { coversName, findWeakness } from '../certificate/check.ts';
import { judgeChain } from './diagnose-chain.ts';
import type { ChainJudgement } from './diagnose-chain.ts';
import type { Finding, HandshakeEvidence, HandshakeFault } from './diagnose.ts';

/** Every reason, the gravest first. */
export function findDistrust(evidence: HandshakeEvidence): readonly Finding[] {
  const { observation, serverName } = evidence;
  const [leaf] = observation.chain;
  const unnamed: Finding = {
    fault: 'name-mismatch',
    certainty: 'proved',
    ...(leaf !== undefined && leaf.dnsNames.length + leaf.ipAddresses.length === 0
      ? { reason: 'no-names' as const }
      : {}),
  };
  // The attempt ended before the certificate was judged.
  if (observation.authorizationError === undefined) return [];
  if (observation.authorizationError === 'ERR_TLS_CERT_ALTNAME_INVALID') return [unnamed];
  const covered = leaf === undefined || serverName === undefined || coversName(leaf, serverName);
  const main = findMain(evidence, observation.authorizationError);
  return covered ? [main] : [main, unnamed];
}

function findMain(evidence: HandshakeEvidence, code: string): Finding {
  const { observation, trust = [], at } = evidence;
  const { chain } = observation;
  const [leaf] = chain;
  const say = (fault: HandshakeFault, more: Partial<Finding> = {}): Finding => {
    return { ...more, fault, certainty: 'proved' };
  };
  switch (code) {
    case 'CERT_HAS_EXPIRED': {
      // The leaf may be good and a CA above it old.
      const over = chain.find(({ notAfter }) => Date.parse(notAfter) < at.getTime());
      const detail = over === undefined ? {} : { detail: `${over.subject} was valid until ${over.notAfter}` };
      return say('server-expired', {
        reason: over === undefined || over === leaf ? 'expired' : 'ca-expired',
        ...detail,
      });
    }
    case 'CERT_NOT_YET_VALID': {
      const early = chain.find(({ notBefore }) => Date.parse(notBefore) > at.getTime());
      const detail =
        early === undefined ? {} : { detail: `${early.subject} is valid from ${early.notBefore}` };
      const reason = early === undefined || early === leaf ? 'not-yet-valid' : 'ca-not-yet-valid';
      return say('server-not-yet-valid', { reason, ...detail });
    }
    case 'INVALID_PURPOSE': {
      const judged = judge(evidence);
      const told = judged?.ok === false && judged.alert === 'UNSUPPORTED_CERTIFICATE';
      if (!told) return say('server-unsuitable', { reason: 'wrong-usage' });
      return say('server-unsuitable', { reason: judged.fault, detail: judged.detail });
    }
    default: {
      const weak =
        leaf === undefined || !/UNSPECIFIED|WEAK|SMALL/.test(code) ? undefined : findWeakness(leaf);
      if (weak !== undefined) return say('server-unsuitable', { reason: weak });
      if (leaf === undefined || trust.length === 0) return say('server-untrusted');
      const judged = judge(evidence);
      if (judged?.ok !== false) return say('server-untrusted');
      const { fault, alert, detail } = judged;
      if (alert === 'CERTIFICATE_UNKNOWN' || alert === 'UNSUPPORTED_CERTIFICATE')
        return say('server-unsuitable', { reason: fault, detail });
      if (fault === 'weak-key' || fault === 'weak-signature')
        return say('server-unsuitable', { reason: fault, detail });
      if (alert !== 'UNKNOWN_CA' && alert !== 'DECRYPT_ERROR') return say('server-untrusted');
      return say('server-untrusted', { reason: fault, detail });
    }
  }
}

/** What was shown, by our own trust file where we have one. */
function judge(evidence: HandshakeEvidence): ChainJudgement | undefined {
  const { observation, trust = [], clientChain = [], at } = evidence;
  if (observation.chain.length === 0) return undefined;
  return judgeChain({
    presented: observation.chain,
    trusted: trust.length === 0 ? 'unknown' : trust,
    known: clientChain,
    at,
    usage: 'server',
  });
}
