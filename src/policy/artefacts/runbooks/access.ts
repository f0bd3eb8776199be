/**
 * Runbooks about who may do what: access, credential rotation, revocation. Each step is one that was seen to work on
 * real servers of every version: `off` keeps open sessions, SETUSER only adds, ACL SAVE makes it last.
 */

import { versionAtLeast } from '../../../conf/index.ts';
import { namesByRole, type Blueprint } from '../../blueprint.ts';
import { administrators, everyNode, shellFunction, shellWord } from './command-line.ts';

export function accessRunbook(blueprint: Blueprint): string {
  const { review } = blueprint.expected;
  const rows = blueprint.users.map(({ user }) => {
    const keys =
      user.keys.map((key) => `\`${key.pattern}\``).join(' ') || (user.role === 'admin' ? 'all' : 'none');
    return `| ${user.name} | ${user.role} | ${keys} | ${user.expires ?? '–'} |`;
  });
  const every =
    review.accessReviewDays === undefined
      ? 'at every change of staff'
      : `every ${review.accessReviewDays} days`;
  return `# Access

| user | role | keys | until |
| --- | --- | --- | --- |
${rows.join('\n')}

The user \`default\` is closed; nobody works as it. Administrators: ${administrators(blueprint)}.

${shellFunction(blueprint)}
## Granting

1. Somebody other than the receiver approves it in writing: who, why, until when.
2. Add the user to the policy with the narrowest role and key pattern, and with \`expires\` for people.
3. \`wardis harden --policy wardis.yaml --out DIR\`, review the difference of users.acl, hand the secret over once.
4. On ${everyNode(blueprint)}: put users.acl in place, then

       on NODE ACL LOAD

${loadCaution(blueprint)}
## Reviewing, ${every}

1. \`on NODE ACL LIST\` on ${everyNode(blueprint)}: the same users everywhere, and none that the policy lacks.
2. Strike users whose owner has left or who have not logged in since the last review.
3. Write down date, reviewer and what changed. Keep it with the policy.

## In an emergency

${emergency(blueprint)}
`;
}

export function rotationRunbook(blueprint: Blueprint): string {
  const days = blueprint.expected.credentials.rotationDays;
  const example =
    blueprint.users.find((each) => each.user.role === 'readwrite')?.user.name ??
    blueprint.users[0]?.user.name ??
    'app';
  const replication = blueprint.replication?.user;
  return `# Credential rotation

${days === undefined ? 'On suspicion, and when somebody who knew a secret leaves.' : `Every ${days} days, on suspicion, and when somebody who knew a secret leaves.`} A user may hold two passwords, so nobody is cut off.

${shellFunction(blueprint)}
1. Make a new secret of 256 bits; it goes to the secret store, never to a shell's history. Hash it where it was made:

       printf %s "$NEW" | sha256sum

2. Add it on ${everyNode(blueprint)}. The old one goes on working:

       on NODE ACL SETUSER ${shellWord(example)} '#NEW_HASH'
       on NODE ACL SAVE

3. Give the new secret to every client and restart or reload them.
4. Wait until nobody needs the old one: open sessions tell nothing about it, so look for failed logins after step 5.
5. Remove the old one, on ${everyNode(blueprint)}:

       on NODE ACL SETUSER ${shellWord(example)} '!OLD_HASH'
       on NODE ACL SAVE

6. \`on NODE ACL LOG 128\`: reason auth and username ${example} means that a client was forgotten.
7. Write the date down: the server does not keep the age of a password.

Do not use CONFIG SET requirepass: it replaces the default user's passwords until the next ACL LOAD.
${
  replication === undefined
    ? ''
    : `
For ${replication}: after step 2, \`CONFIG SET masterauth\` on every replica and the new value in secrets.conf; the link that
is up stays up. A Sentinel needs \`SENTINEL SET ${blueprint.choices.sentinel.name} auth-pass\` and \`SENTINEL FLUSHCONFIG\`.
`
}`;
}

export function revocationRunbook(blueprint: Blueprint): string {
  const tls = blueprint.expected.tls.required;
  return `# Revocation

${shellFunction(blueprint)}
\`off\` and a removed password stop new logins only: open sessions go on until they are closed. So, for user NAME on
${everyNode(blueprint)}, replicas and Sentinels included:

1. \`on NODE ACL SETUSER NAME off resetpass -@all\`: even open sessions can do nothing more.
2. \`on NODE CLIENT KILL USER NAME\`: the answer is how many were closed.
3. \`on NODE ACL DELUSER NAME\`, then \`ACL SAVE\`; take the user out of the policy.
4. Proof: \`ACL GETUSER NAME\` is empty and \`CLIENT LIST\` shows no \`user=NAME\`, on every node.
5. Look for the same password elsewhere: equal hashes in \`ACL LIST\` are equal passwords. Rotate those users.
6. Look at what the user could have left behind: \`ACL LIST\` for users it made, FUNCTION LIST, CONFIG GET dir.
${
  tls
    ? `
A client certificate cannot be revoked: no version checks CRL or OCSP. Ending the user ends what it may do. If the key
is lost, issue new certificates from a new CA and take the old CA out (certificate-rotation.md). Reload TLS afterwards,
or a client that resumes its session is not checked again:

    on NODE CONFIG SET tls-cert-file ${blueprint.paths.tls}/server.crt
`
    : ''
}`;
}

function emergency(blueprint: Blueprint): string {
  const [first] = namesByRole(blueprint, 'admin');
  return first === undefined
    ? 'Nobody can break the glass: the policy has no user of role admin. Add one, and seal its secret.'
    : `Take the sealed secret of ${first}, say so in the incident channel, and rotate it the same day.`;
}

function loadCaution(blueprint: Blueprint): string {
  return versionAtLeast(blueprint.request.server, { redis: '7.4', valkey: '8.0' })
    ? ''
    : `   On this version ACL LOAD ends every session but the default user's. To avoid that, send the new user's rules with
   ACL SETUSER and then ACL SAVE.
`;
}
