/**
 * What the compiled files cannot give, said in time: what the server lacks and what stands in for it, what the request
 * itself contradicts, and what still needs the operator. One sentence each.
 */

import { versionAtLeast } from '../../conf/index.ts';
import type { Blueprint, CompiledUser } from '../blueprint.ts';
import { levelAtLeast } from '../request.ts';

export function warnings(blueprint: Blueprint): readonly string[] {
  return [
    ...requestWarnings(blueprint),
    ...missingWarnings(blueprint),
    ...serverWarnings(blueprint),
    ...versionWarnings(blueprint),
  ];
}

/** Said before everything else: such a server can be started and never changed again. */
export function administratorWarnings({ users }: Blueprint): readonly string[] {
  const able = users.filter((each) => each.enabled);
  if (able.some((each) => holds(each, ['+@all'], ['+acl', '+config']))) return [];
  const found = [
    'No user may administer this server: nobody could run ACL or CONFIG after the start; add a user of role admin.',
  ];
  if (!able.some((each) => holds(each, ['+acl|list', '+config|get']))) {
    found.push(
      'No user may audit this server either: add one of role admin, or the user that wardis help permissions prints.',
    );
  }
  return found;
}

/** The role gives it, or the rules of a custom user name it: one of the sets as a whole. */
function holds({ user, rules }: CompiledUser, ...sets: readonly (readonly string[])[]): boolean {
  return user.role === 'admin' || sets.some((set) => set.every((rule) => rules.includes(rule)));
}

function requestWarnings({ request, choices, expected }: Blueprint): readonly string[] {
  const found: string[] = [];
  const weak = !levelAtLeast(request.level, 'hardened');
  if (request.level === 'basic' && request.exposure !== 'localhost') {
    found.push(
      `Level basic listens on loopback only, whatever the exposure: take standard or more for ${request.exposure}.`,
    );
  }
  if (request.exposure === 'public' && weak) {
    found.push(
      'A server reachable from public networks needs level hardened: client certificates stop strangers before AUTH.',
    );
  }
  if (request.level !== 'basic' && request.exposure !== 'localhost' && !expected.tls.required) {
    found.push(
      `Level ${request.level} on ${request.exposure} has no TLS: credentials and data are readable to whoever sees the wire; ask for level hardened.`,
    );
  }
  if (request.frameworks.length > 0 && request.level !== 'compliance') {
    found.push(
      `${request.frameworks.join(', ')} is asked for at level ${request.level}: single values are raised, level compliance covers more.`,
    );
  }
  const bind = expected.settings.get('bind');
  if (choices.bind.length > 0 && bind !== undefined && !bind.accepts(choices.bind.join(' '))) {
    found.push(`bind ${choices.bind.join(' ')} is wider than ${request.exposure} allows (${bind.accepted}).`);
  }
  if (request.frameworks.includes('gdpr') && (expected.review.logRetentionDays ?? 0) > 365) {
    found.push(
      'Long log retention and GDPR 5(1)(e) pull apart: keep user names and keys out of long-lived logs, or justify it.',
    );
  }
  return found;
}

function missingWarnings({
  request,
  choices,
  expected,
  openings,
  users,
  replication,
}: Blueprint): readonly string[] {
  const found: string[] = [];
  const remote = request.level !== 'basic' && request.exposure !== 'localhost';
  if (remote && choices.bind.length === 0) {
    found.push(
      'settings.bind is not set: the server listens on loopback until the policy names its addresses.',
    );
  }
  if (remote && openings.every((opening) => opening.networks.length === 0)) {
    found.push(
      'No client networks are declared (fleet.NAME.clients): the firewall rules refuse every remote client.',
    );
  }
  const peers = openings.filter((opening) => opening.name === 'peers');
  if (remote && request.mode !== 'standalone' && peers.every((opening) => opening.networks.length === 0)) {
    found.push(
      'No networks of the other nodes are declared (fleet.NAME.peers): the firewall rules cut the nodes off from each other, and so does the systemd unit where it names networks.',
    );
  }
  if (expected.settings.has('maxmemory') && choices.maxmemory === undefined) {
    found.push(
      `settings.maxmemory is not set: ${expected.settings.get('maxmemory')?.value} is written; fit it to the host, about 3/4 of its memory.`,
    );
  }
  const closed = users
    .filter((each) => each.credential === undefined && each.enabled)
    .map((each) => each.user.name);
  if (closed.length > 0) {
    found.push(
      `No secret is given for ${closed.join(', ')}: nobody can log in as ${closed.length === 1 ? 'this user' : 'these users'} yet.`,
    );
  }
  if (request.mode !== 'standalone' && request.mode !== 'sentinel' && replication?.secret === undefined) {
    found.push(
      'Replication has no clear secret (masterauth): declare a user of role replication and give its secret, or replicas cannot log in.',
    );
  }
  return found;
}

function serverWarnings({ request, expected }: Blueprint): readonly string[] {
  const found: string[] = [];
  if (levelAtLeast(request.level, 'standard')) {
    found.push(
      'The server never locks an account and never slows a guesser down: use long random secrets, client certificates, a firewall, and watch ACL LOG.',
      'ACL LOG holds denials and failed logins only, in memory; allowed commands are recorded nowhere: put an audit proxy in front where that is required.',
      "Failed logins are never in the server's log file, so tools that read it cannot ban anybody.",
    );
  }
  if (expected.settings.has('timeout')) {
    found.push(
      "timeout counts for all ordinary users alike, pools included; the server has no idle limit per user: bound people's sessions at the bastion.",
    );
  }
  if (expected.credentials.rotationDays !== undefined) {
    found.push(
      'The server knows neither the age nor the history of a password: keep the dates with the policy.',
    );
  }
  if (expected.tls.clientCertificates === 'yes') {
    found.push(
      'No version checks CRL or OCSP: to revoke a client certificate, end its user, and replace the CA if the key is lost.',
      'A client that resumes its TLS session is not checked for expiry again: reload the TLS files after every revocation.',
    );
  }
  if (expected.host.encryptionAtRest) {
    found.push(
      'The server encrypts nothing on disk: use encrypted volumes, and encrypt card or health data in the application (PCI DSS 3.5.1.2 does not accept the volume alone).',
    );
  }
  return found;
}

function versionWarnings({ request }: Blueprint): readonly string[] {
  const { server } = request;
  const found: string[] = [];
  if (!versionAtLeast(server, { redis: '7.0', valkey: '7.2' })) {
    found.push(
      `${server.product} ${server.version} has no gates for DEBUG, MODULE and CONFIG SET dir: whoever holds CONFIG or MODULE owns the server's account. Upgrade to 7.2 or later.`,
      `On ${server.product} ${server.version} protected mode does nothing once bind is set: only bind, the firewall and the closed default user protect.`,
      `On ${server.product} ${server.version} new certificate paths cannot be loaded at run time: replace the files in place and set tls-cert-file to the same path.`,
    );
  }
  if (!versionAtLeast(server, { redis: '7.4', valkey: '8.0' })) {
    found.push(
      `${server.product} ${server.version} ends every session but the default user's at ACL LOAD: change users with ACL SETUSER and ACL SAVE.`,
    );
  }
  return found;
}
