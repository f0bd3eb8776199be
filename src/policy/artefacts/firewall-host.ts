/**
 * The host's firewall, three ways: nftables, iptables with ip6tables, ufw. Each has a place of its own (a table, a
 * chain, rules with our comment), so that applying it again changes nothing else. What is not named is dropped.
 */

import { isIPv6 } from 'node:net';
import { describeRequest, type Artefact, type Blueprint, type Opening } from '../blueprint.ts';

export function hostFirewall(blueprint: Blueprint): readonly Artefact[] {
  return [
    {
      path: 'firewall/nftables.nft',
      content: nftables(blueprint),
      mode: 0o644,
      about: 'nft -f firewall/nftables.nft',
    },
    {
      path: 'firewall/iptables.rules',
      content: iptables(blueprint, 4),
      mode: 0o644,
      about: 'IPv4 chain for iptables-restore --noflush',
    },
    {
      path: 'firewall/ip6tables.rules',
      content: iptables(blueprint, 6),
      mode: 0o644,
      about: 'IPv6 chain for ip6tables-restore --noflush',
    },
    {
      path: 'firewall/iptables.sh',
      content: iptablesScript(blueprint),
      mode: 0o755,
      about: 'loads both chains and hooks them into INPUT',
    },
    { path: 'firewall/ufw.sh', content: ufw(blueprint), mode: 0o755, about: 'the same as ufw rules' },
  ];
}

/** Every port that is guarded, each once. */
export function guardedPorts(blueprint: Blueprint): readonly number[] {
  return [...new Set(blueprint.openings.map((opening) => opening.port))].sort((a, b) => a - b);
}

/** Networks of one family. */
export function networksOf(opening: Opening, family: 4 | 6): readonly string[] {
  return opening.networks.filter((network) => isIPv6(network.split('/')[0] ?? '') === (family === 6));
}

function head(blueprint: Blueprint): string {
  return `# Written by wardis for ${describeRequest(blueprint.request)}.\n`;
}

function nftables(blueprint: Blueprint): string {
  const lines: string[] = [];
  const sets: string[] = [];
  for (const opening of blueprint.openings) {
    for (const family of [4, 6] as const) {
      const networks = networksOf(opening, family);
      if (networks.length === 0) continue;
      const set = `${opening.name}${family}`;
      sets.push(
        `  set ${set} {\n    type ipv${family}_addr\n    flags interval\n    auto-merge\n    elements = { ${networks.join(', ')} }\n  }\n`,
      );
      lines.push(`    ${family === 4 ? 'ip' : 'ip6'} saddr @${set} tcp dport ${opening.port} accept`);
    }
  }
  const ports = guardedPorts(blueprint).join(', ');
  return `#!/usr/sbin/nft -f
${head(blueprint)}# Declared and deleted first, so that loading it again replaces it in one transaction.
table inet wardis
delete table inet wardis

table inet wardis {
${sets.join('\n')}
  chain input {
    type filter hook input priority -5; policy accept;
    iifname "lo" accept
    ct state established,related accept
${lines.join('\n')}
    tcp dport { ${ports} } counter drop
  }
}
`.replaceAll(/\n{3,}/g, '\n\n');
}

/** The chain only: the jump is made by iptables.sh, which looks whether it is there. */
function iptables(blueprint: Blueprint, family: 4 | 6): string {
  const rules = blueprint.openings.flatMap((opening) =>
    networksOf(opening, family).map(
      (network) =>
        `-A WARDIS -s ${network} -p tcp -m tcp --dport ${opening.port} -m comment --comment "wardis ${opening.name}" -j ACCEPT`,
    ),
  );
  const drops = guardedPorts(blueprint).map((port) => `-A WARDIS -p tcp -m tcp --dport ${port} -j DROP`);
  return `${head(blueprint)}# Load with --noflush, or every other rule of the host is lost.
*filter
:WARDIS - [0:0]
-A WARDIS -i lo -j RETURN
-A WARDIS -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
${[...rules, ...drops].join('\n')}
COMMIT
`;
}

function iptablesScript(blueprint: Blueprint): string {
  const ports = guardedPorts(blueprint).join(',');
  return `#!/bin/sh
${head(blueprint)}set -eu
cd "$(dirname "$0")"
iptables-restore --noflush < iptables.rules
ip6tables-restore --noflush < ip6tables.rules
for tables in iptables ip6tables; do
  "$tables" -C INPUT -p tcp -m multiport --dports ${ports} -j WARDIS 2>/dev/null ||
    "$tables" -I INPUT 1 -p tcp -m multiport --dports ${ports} -j WARDIS
done
`;
}

/**
 * ufw obeys the first rule that fits, and `ufw allow 6379` may be there already: so all of ours go before the others,
 * the refusal first, what is allowed then before it.
 */
function ufw(blueprint: Blueprint): string {
  const allowed = blueprint.openings.flatMap((opening) =>
    opening.networks.map(
      (network) =>
        `ufw prepend allow proto tcp from ${network} to any port ${opening.port} comment 'wardis ${opening.name}'`,
    ),
  );
  const denied = guardedPorts(blueprint).map(
    (port) => `ufw prepend deny proto tcp to any port ${port} comment 'wardis'`,
  );
  return `#!/bin/sh\n${head(blueprint)}# ufw 0.36 or later. Open connections go on.\nset -eu\n${[...denied, ...allowed].join('\n')}\n`;
}
