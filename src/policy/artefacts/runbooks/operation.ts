/**
 * Runbooks about the servers themselves: certificate rotation, incident response, restore, encryption at rest. What they
 * say of the server was seen on real ones: new TLS files are loaded by setting one option to its own path.
 */

import { versionAtLeast } from '../../../conf/index.ts';
import { namesByRole, productName, type Blueprint } from '../../blueprint.ts';
import { administrators, everyNode, shellFunction } from './command-line.ts';

export function certificateRunbook(blueprint: Blueprint): string {
  const { tls } = blueprint.expected;
  if (!tls.required)
    return `# Certificate rotation\n\nThis policy asks for no TLS, so there are no certificates to rotate.\n`;
  const { paths } = blueprint;
  const sentinels = blueprint.request.mode === 'replica' || blueprint.request.mode === 'sentinel';
  return `# Certificate rotation

Begin ${tls.expiryWarningDays} days before a certificate ends. Live connections survive all of this; only new handshakes change. The
server takes an expired certificate without a word, so check before loading, not after.

${shellFunction(blueprint)}
1. Make the new pair (tls/PLAN.md) and check it:

       openssl verify -CAfile ca.crt server.crt
       openssl x509 -in server.crt -noout -enddate -ext subjectAltName,extendedKeyUsage
       diff <(openssl x509 -in server.crt -noout -pubkey) <(openssl pkey -in server.key -pubout)

2. On ${everyNode(blueprint)}, one at a time: copy both files beside the old ones and rename them over
   ${paths.tls}/server.crt and server.key, owner ${productName(blueprint)}, key mode 0600.
3. Load them. One option reloads certificate, key and CA together; signals do nothing:

       on NODE CONFIG SET tls-cert-file ${paths.tls}/server.crt

   An error means that the old ones are still in use: read the log, mend the files, send it again.
4. Look from outside:

       openssl s_client -connect NODE:${blueprint.port} -CAfile ca.crt </dev/null | openssl x509 -noout -enddate
${sentinels ? '\n   Sentinels read their files at start only: restart them one at a time, never a majority at once.\n' : ''}
## A new CA

1. Put old and new CA into one ca.crt on every node and client; load as above.
2. Issue every certificate anew from the new CA and load them.
3. When no client shows the old CA any more, leave only the new CA in ca.crt and load again.
`;
}

export function incidentRunbook(blueprint: Blueprint): string {
  const { request } = blueprint;
  const denied = versionAtLeast(request.server, { redis: '7.2', valkey: '7.2' })
    ? 'acl_access_denied_* in INFO stats'
    : 'errorstat_NOPERM and errorstat_WRONGPASS in INFO errorstats (6.2 and later)';
  const clocks = [
    ...(request.frameworks.includes('gdpr')
      ? ['GDPR 33(1): the authority within 72 hours of knowing; 34(1): the people, if the risk is high.']
      : []),
    ...(request.frameworks.includes('hipaa') ? ['HIPAA 164.404: the people affected within 60 days.'] : []),
    ...(request.frameworks.includes('pci_dss')
      ? ['PCI DSS 12.10: the acquirer and the brands, at once, as their rules say.']
      : []),
    ...(request.frameworks.includes('sox')
      ? ['SOX: tell those who certify the controls; a material event has a filing deadline.']
      : []),
  ];
  return `# Incident response

Administrators: ${administrators(blueprint)}. Write down each step with its time.

${shellFunction(blueprint)}
## First hour

1. Keep what vanishes. ACL LOG is in memory and short; a restart or ACL LOG RESET destroys it:

       on NODE ACL LOG 4096 > acl-log.txt
       on NODE CLIENT LIST > clients.txt
       on NODE ACL LIST > users.txt        # holds hashes: treat it as a secret
       on NODE INFO everything > info.txt
       on NODE SLOWLOG GET 128 > slow.txt

2. Copy the logs under ${blueprint.paths.log} and, before any restart, the files under ${blueprint.paths.data}.
3. Close it: end the user (revocation.md); if nobody knows which, load firewall/ without the client networks.
4. Do not run FLUSHALL, DEBUG or SHUTDOWN; do not send REPLICAOF NO ONE to a replica that has only lost its link.

## What to look for

- Denials: ${denied}, and ACL LOG by username and client-info.
- Users that the policy lacks, passwords on \`default\`, a second hash on a user.
- \`CONFIG GET dir\`, \`dbfilename\`, \`replicaof\`, \`MODULE LIST\`, \`FUNCTION LIST\`: the usual ways to stay.
- Peers in \`CLIENT LIST TYPE replica\` that are no nodes of ours: they have a copy of everything.
- Crontabs, authorized_keys and shared objects written since; whoever runs commands as the server's user.

## Afterwards

1. Treat every secret that the server knew as known: all users, masterauth, TLS keys. Rotate them.
2. Restore from a backup made before it began, on a clean host (restore.md).
3. Compile the policy again, load it, \`wardis audit\`: no finding may be left unexplained.
${clocks.length === 0 ? '' : `\n## Deadlines\n\n${clocks.map((each) => `- ${each}`).join('\n')}\n`}`;
}

export function restoreRunbook(blueprint: Blueprint): string {
  const backup = namesByRole(blueprint, 'backup')[0];
  const product = productName(blueprint);
  const { paths } = blueprint;
  return `# Backup and restore

## Taking a backup

${
  backup === undefined
    ? `No user of role backup is declared${namesByRole(blueprint, 'admin').length > 0 ? '; take copies of the data directory after BGSAVE as an administrator' : ', nor one of role admin who could run BGSAVE: add one'}.`
    : `${backup} may copy everything and therefore is as precious as the data.

${shellFunction(blueprint, backup)}
    on NODE --rdb dump-$(date +%F).rdb`
}

Encrypt the copy before it leaves the host, keep its checksum apart from it, and keep one copy where no administrator
of these servers can delete it.

## Restoring, tried at least once a year on another host

1. Check the checksum, then the file: \`${product}-check-rdb dump.rdb\`.
2. With the server stopped, move ${paths.data} aside and make it anew, owner ${product}, mode 0700.
3. Put the file there as dump.rdb. If the conf says \`appendonly yes\`, the server reads its append-only file instead: start
   once with \`--appendonly no\`, then \`CONFIG SET appendonly yes\` and wait for the rewrite to end.
4. Start with the compiled conf and users.acl; a dump holds no users.
5. \`DBSIZE\`, some known keys, then let clients in.
6. Write down the date, the age of the data and how long it took.
`;
}

export function atRestRunbook(blueprint: Blueprint): string {
  const { paths } = blueprint;
  const required = blueprint.expected.host.encryptionAtRest;
  return `# Encryption at rest

${required ? 'This policy asks for it.' : 'This policy does not ask for it; here is how it is done.'} The server writes its data in clear: dump.rdb, the append-only
files, nodes.conf, and a core dump if one is made. Keys and values are also in backups and in swap.

1. Put ${paths.data}, ${paths.log} and the place of the backups on an encrypted volume, before the first start:

       cryptsetup luksFormat --type luks2 /dev/DEVICE
       cryptsetup open /dev/DEVICE data
       mkfs.ext4 /dev/mapper/data && mount -o nodev,nosuid,noexec /dev/mapper/data ${paths.data}

   In a cloud, a volume encrypted with a key of your own in its key service.
2. The key is not on the same disk and not in the image. Write down who holds it, and test the recovery key.
3. Swap: off, or encrypted. Core dumps: off (the systemd drop-in sets LimitCORE=0).
4. Proof: \`lsblk -o NAME,TYPE,MOUNTPOINT\` shows type crypt above ${paths.data}.

A volume protects a stolen disk, not a running server: whoever may read the keys reads the values. Encrypt card numbers
and health data in the application as well${blueprint.request.frameworks.includes('pci_dss') ? ' (PCI DSS 3.5.1.2 does not accept the volume alone)' : ''}.
`;
}
