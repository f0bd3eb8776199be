/**
 * A drop-in for the distribution's unit: what the server may touch, and nothing else. MODULE LOAD and a written shared
 * object need executable files in the data directory; NoExecPaths refuses both.
 */

import { isIP } from 'node:net';
import { productName, type Artefact, type Blueprint } from '../blueprint.ts';

/** Descriptors beside those of clients: files, listeners, peers. */
const FILES_RESERVE = 1024;

export function systemdUnit(blueprint: Blueprint): Artefact {
  const { paths } = blueprint;
  const unit = `${productName(blueprint)}-${blueprint.request.mode === 'sentinel' ? 'sentinel' : 'server'}`;
  const files = (blueprint.choices.maxclients ?? 10_000) + FILES_RESERVE;
  const networks = [...new Set(blueprint.openings.flatMap((each) => each.networks))];
  // A client on this host that dials the host's own address is not "localhost" to the kernel.
  const own = blueprint.choices.bind.map((each) => each.replace(/^-/, '')).filter((each) => isIP(each) !== 0);
  const allowed = [...new Set([...own.filter((each) => !isPlain(each)), ...networks])];
  const filter =
    networks.length === 0
      ? ''
      : `\n# The kernel drops every other packet of this unit, in both directions.\nIPAddressDeny=any\nIPAddressAllow=localhost ${allowed.join(' ')}\n`;
  const content = `# Written by wardis. Install as /etc/systemd/system/${unit}.service.d/wardis.conf,
# then: systemctl daemon-reload && systemctl restart ${unit}
# Check with: systemd-analyze security ${unit}
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
    path: `systemd/${unit}.service.d/wardis.conf`,
    content,
    mode: 0o644,
    about: 'sandbox for the service',
  };
}

/** Every address, or one that "localhost" holds already. */
function isPlain(address: string): boolean {
  return /^(?:[0:.]+|127\..+|::1)$/.test(address);
}
