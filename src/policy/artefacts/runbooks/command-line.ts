/**
 * How the runbooks of a policy name its nodes and connect to them: the policy's own fleets, administrator and TLS files.
 */

import { namesByRole, productName, type Blueprint } from '../../blueprint.ts';

/** The client's command line without a secret: `--askpass` asks for it. */
export function connect(blueprint: Blueprint): string {
  const admin = namesByRole(blueprint, 'admin')[0] ?? 'ADMIN';
  const tls = blueprint.expected.tls;
  const files = !tls.required
    ? ''
    : tls.clientCertificates === 'yes'
      ? ` --tls --cacert ca.crt --cert ${admin}.crt --key ${admin}.key`
      : ' --tls --cacert ca.crt';
  return `${productName(blueprint)}-cli -h NODE -p ${blueprint.port}${files} --user ${admin} --askpass`;
}

/** `every node of prod and staging` */
export function everyNode(blueprint: Blueprint): string {
  const names = blueprint.fleets.map((fleet) => fleet.name);
  return names.length === 0 ? 'every node' : `every node of ${names.join(' and ')}`;
}
