/**
 * A drop-in for the distribution's unit: what the server may touch, and nothing else. MODULE LOAD and a written shared
 * object need executable files in the data directory; NoExecPaths refuses both.
 */

import { productName, type Artefact, type Blueprint } from '../blueprint.ts';

/** Descriptors beside those of clients: files, listeners, peers. */
const FILES_RESERVE = 1024;

export function systemdUnit(blueprint: Blueprint): Artefact {
  const { paths } = blueprint;
  const product = productName(blueprint);
  const files = (blueprint.choices.maxclients ?? 10_000) + FILES_RESERVE;
  const networks = [...new Set(blueprint.openings.flatMap((each) => each.networks))];
  const filter =
    networks.length === 0
      ? ''
      : `\n# The kernel drops every other packet of this unit, in both directions.\nIPAddressDeny=any\nIPAddressAllow=localhost ${networks.join(' ')}\n`;
  const content = `# Written by wardis. Install as /etc/systemd/system/${product}-server.service.d/wardis.conf,
# then: systemctl daemon-reload && systemctl restart ${product}-server
# Check with: systemd-analyze security ${product}-server
[Service]
UMask=0077
LimitNOFILE=${files}
# A core dump holds the data and the secrets.
LimitCORE=0
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
# ${paths.conf} is writable for ACL SAVE and CONFIG REWRITE only; leave it out if the files come from elsewhere.
ReadWritePaths=${paths.data} ${paths.log} -${paths.run} -${paths.conf}
NoExecPaths=${paths.data} ${paths.log}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
${filter}`;
  return {
    path: `systemd/${product}-server.service.d/wardis.conf`,
    content,
    mode: 0o644,
    about: 'sandbox for the service',
  };
}
