/** TLS-005: does a client need a certificate? `optional` lets clients in without one. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check, CheckContext, Verdict } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings, set, setAndRestart, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const clientCertificates: Check = {
  id: 'TLS-005',
  area: 'tls',
  title: 'Clients get in without a certificate',
  goal: 'Clients must show a certificate of your own CA',
  severity: 'medium',
  rationale:
    'tls-auth-clients defaults to yes; the values are yes, no and optional. With optional a client without a certificate is let in and a bad certificate is refused; with no, certificates are not looked at. A required certificate stops strangers before AUTH, which the server never throttles.',
  evaluate: (snapshot, context) =>
    judgeSeen(snapshot, context) ??
    readSettings(
      snapshot,
      ['tls-port', 'tls-auth-clients'],
      ({ 'tls-port': port, 'tls-auth-clients': clients }) => {
        if (port.value === '0') return notApplicable('no TLS port is open');
        const wanted = context.expected.tls.clientCertificates;
        if (wanted !== 'yes')
          return notApplicable(
            `client certificates are not asked for here (tls-auth-clients ${clients.value})`,
          );
        if (clients.value === 'yes') return pass('tls-auth-clients yes', clients.from);
        return fail(
          [evidence(`tls-auth-clients ${clients.value}`, clients.from)],
          [set('tls-auth-clients', 'yes')],
          RISK,
        );
      },
    ),
  remedy: 'Give every client a certificate, then set tls-auth-clients yes.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-07', 'AP-13', 'AP-14'],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-auth-clients': 'optional' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};

/** A Sentinel tells no settings; its handshake does. What settings say of any other server is judged by them. */
function judgeSeen(snapshot: Snapshot, context: CheckContext): Verdict | undefined {
  const ports = snapshot.tlsLook?.ports.filter(
    ({ clientAuthentication }) => clientAuthentication !== 'unknown',
  );
  if (ports === undefined || ports.length === 0 || settingValue(snapshot, 'tls-auth-clients') !== undefined)
    return undefined;
  const open = ports.filter(({ clientAuthentication }) => clientAuthentication !== 'required');
  if (context.expected.tls.clientCertificates !== 'yes')
    return notApplicable('client certificates are not asked for here');
  if (open.length === 0) return pass('the handshake asks for a client certificate and insists on it');
  const sentinel = snapshot.mode.known && snapshot.mode.value === 'sentinel';
  return fail(
    open.map(({ address, clientAuthentication }) =>
      evidence(
        `${address}: a client certificate is ${clientAuthentication === 'off' ? 'not asked for' : 'optional'}`,
      ),
    ),
    [sentinel ? setAndRestart('tls-auth-clients', 'yes') : set('tls-auth-clients', 'yes')],
    RISK,
  );
}

const RISK = 'A stranger reaches AUTH, and whatever is open before it.';
