/**
 * The same openings where the network is not the host's: an AWS security group, as JSON for the API and as a script,
 * and Kubernetes network policies (networking.k8s.io/v1), one for each kind of peer and a denial for the rest.
 */

import { productName, type Artefact, type Blueprint, type Opening } from '../blueprint.ts';
import { networksOf } from './firewall-host.ts';
import { printYaml, type YamlData } from './yaml-text.ts';

const METRICS_PORT = 9121;
const DNS_PORT = 53;

export function awsSecurityGroup(blueprint: Blueprint): readonly Artefact[] {
  const permissions = blueprint.openings
    .filter((opening) => opening.networks.length > 0)
    .map((opening) => ({
      IpProtocol: 'tcp',
      FromPort: opening.port,
      ToPort: opening.port,
      IpRanges: networksOf(opening, 4).map((CidrIp) => ({
        CidrIp: withPrefix(CidrIp),
        Description: `wardis ${opening.name}`,
      })),
      Ipv6Ranges: networksOf(opening, 6).map((CidrIpv6) => ({
        CidrIpv6: withPrefix(CidrIpv6),
        Description: `wardis ${opening.name}`,
      })),
    }));
  const script = `#!/bin/sh
# Usage: GROUP_ID=sg-0123456789abcdef0 ./aws-security-group.sh
# A security group allows only what it names; make sure no other group of the instance names these ports.
set -eu
cd "$(dirname "$0")"
${permissions.length === 0 ? '# No networks are declared, so there is nothing to allow.\n' : 'aws ec2 authorize-security-group-ingress --group-id "$GROUP_ID" --ip-permissions file://aws-security-group.json\n'}`;
  return [
    {
      path: 'firewall/aws-security-group.json',
      content: `${JSON.stringify(permissions, undefined, 2)}\n`,
      mode: 0o644,
      about: 'IpPermissions of an AWS security group',
    },
    {
      path: 'firewall/aws-security-group.sh',
      content: script,
      mode: 0o755,
      about: 'adds them with the AWS CLI',
    },
  ];
}

export function networkPolicy(blueprint: Blueprint): Artefact {
  const product = productName(blueprint);
  const pods = { matchLabels: { 'app.kubernetes.io/name': product } };
  const sameName = [{ podSelector: pods }];
  const clients = [
    { podSelector: { matchLabels: { [`${product}-client`]: 'true' } } },
    ...blocks(blueprint, 'clients'),
    ...blocks(blueprint, 'monitors'),
  ];
  const policies = [
    policy(`${product}-deny`, { podSelector: pods, policyTypes: ['Ingress', 'Egress'] }),
    ingress(`${product}-clients`, pods, clients, [blueprint.port]),
    ingress(`${product}-peers`, pods, [...sameName, ...blocks(blueprint, 'peers')], peerPorts(blueprint)),
    ingress(
      `${product}-metrics`,
      pods,
      [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
        ...blocks(blueprint, 'monitors'),
      ],
      [METRICS_PORT],
    ),
    policy(`${product}-egress`, {
      podSelector: pods,
      policyTypes: ['Egress'],
      egress: [
        { to: [...sameName, ...blocks(blueprint, 'peers')], ports: peerPorts(blueprint).map(tcp) },
        { to: [{ namespaceSelector: {} }], ports: [{ protocol: 'UDP', port: DNS_PORT }, tcp(DNS_PORT)] },
      ],
    }),
  ];
  const text = policies.map(printYaml).join('---\n');
  const note = `# Pods carry app.kubernetes.io/name: ${product}; their clients ${product}-client: "true". Written by wardis.\n`;
  return {
    path: 'kubernetes/network-policy.yaml',
    content: note + text,
    mode: 0o644,
    about: 'kubectl apply -f, where the network plugin enforces policies',
  };
}

function peerPorts(blueprint: Blueprint): readonly number[] {
  const sentinel = blueprint.openings.filter((each) => each.name === 'sentinels').map((each) => each.port);
  const bus = blueprint.busPort === undefined ? [] : [blueprint.busPort];
  return [...new Set([blueprint.port, ...bus, ...sentinel])];
}

function ingress(
  name: string,
  pods: YamlData,
  from: readonly YamlData[],
  ports: readonly number[],
): YamlData {
  return policy(name, {
    podSelector: pods,
    policyTypes: ['Ingress'],
    ingress: [{ from, ports: ports.map(tcp) }],
  });
}

function policy(name: string, spec: YamlData): YamlData {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}

function blocks(blueprint: Blueprint, name: Opening['name']): readonly YamlData[] {
  const networks = new Set(
    blueprint.openings.filter((each) => each.name === name).flatMap((each) => each.networks),
  );
  return [...networks].map((network) => ({ ipBlock: { cidr: withPrefix(network) } }));
}

function tcp(port: number): { readonly protocol: 'TCP'; readonly port: number } {
  return { protocol: 'TCP', port };
}

/** The cloud APIs want a prefix on single addresses too. */
function withPrefix(network: string): string {
  return network.includes('/') ? network : `${network}/${network.includes(':') ? 128 : 32}`;
}
