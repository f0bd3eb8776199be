/**
 * How the runbooks of a policy name its nodes and connect to them: the policy's own fleets, administrator and TLS files.
 */

import { namesByRole, productName, type Blueprint } from '../../blueprint.ts';

/** What runbooks call the client by, once `shellFunction` has defined it. */
export const CLIENT = 'on';

/** Defines `on NODE COMMAND…`: the client with the policy's own port, TLS files and administrator. */
export function shellFunction(
  blueprint: Blueprint,
  named: string | undefined = namesByRole(blueprint, 'admin')[0],
): string {
  const user = named ?? 'ADMIN';
  const { tls } = blueprint.expected;
  const files =
    tls.clientCertificates === 'yes'
      ? ` --tls --cacert ca.crt --cert ${shellWord(`${user}.crt`)} --key ${shellWord(`${user}.key`)}`
      : ' --tls --cacert ca.crt';
  const command = `${productName(blueprint)}-cli -h "$node" -p ${blueprint.port}${tls.required ? files : ''} --user ${shellWord(user)}`;
  const lacking =
    named === undefined
      ? 'The policy declares no user of role admin, so nobody could run what follows: add one before the first start. ADMIN\nstands for it.\n\n'
      : '';
  return `${lacking}Commands below use this shell function; REDISCLI_AUTH holds the secret of ${user}, read without showing it.

    read -rs REDISCLI_AUTH && export REDISCLI_AUTH
    ${CLIENT}() { node=$1; shift; ${command} "$@"; }
`;
}

/** The administrators by name, or what their absence means. */
export function administrators(blueprint: Blueprint): string {
  const names = namesByRole(blueprint, 'admin');
  return names.length > 0 ? names.join(', ') : 'none, so nobody can change users or configuration';
}

/** A user name as one word of a shell: names may hold `;`, `$` and backticks, but neither quotes nor blanks. */
export function shellWord(name: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(name) ? name : `'${name}'`;
}

/** `every node of prod and staging` */
export function everyNode(blueprint: Blueprint): string {
  const names = blueprint.fleets.map((fleet) => fleet.name);
  return names.length === 0 ? 'every node' : `every node of ${names.join(' and ')}`;
}
