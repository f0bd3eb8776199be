/** The codes of failures that are ours, not the server's: wrong usage, files, policies. Each can be explained too. */

import type { ErrorCodePage } from './error-code.ts';

export const COMMAND_CODES: readonly ErrorCodePage[] = [
  page(
    'E_USAGE',
    'the command line cannot be carried out',
    'An option, an argument or a combination of them is wrong. Nothing was done.',
    ['wardis help VERB shows every option with examples.'],
  ),
  page(
    'E_TARGET',
    'a target cannot be read',
    'A target is none of redis://, rediss://, valkey://, valkeys://, unix://, host:port, or a socket path. The text is not repeated, because it may hold a password.',
    ['Quote a URL in the shell; write % as %25, @ as %40 and / as %2F in a password.'],
  ),
  page(
    'E_READ',
    'a file or standard input cannot be read',
    'It is missing, not readable for you, a folder, or larger than Wardis reads.',
    ['ls -l FILE, and the message, which names the cause.'],
  ),
  page(
    'E_WRITE',
    'a file cannot be written',
    'The folder is missing or not writable, or the disk is full. Files are written whole or not at all: what was there before is unchanged.',
    ['Check the folder, its permissions and the free space, and run the command again.'],
  ),
  page(
    'E_EXISTS',
    'a file is already there',
    'Nothing is overwritten without --force. Secrets are kept even then.',
    ['Choose another place, or pass --force.'],
  ),
  page(
    'E_POLICY',
    'the policy document has problems',
    'All of them are printed at once, each with file, line, column and what to do. Nothing was done.',
    ['Mend the lines named; the schema in schemas/policy.schema.json gives editors completion.'],
  ),
  page('E_REQUEST', 'the bare request has problems', 'The JSON of --input does not fit its schema.', [
    'schemas/harden-input.schema.json has every key and value.',
  ]),
  page(
    'E_UNSUPPORTED',
    'the policy asks for what this version cannot do',
    'For example key permissions before 7.0 or databases before Valkey 9.1. Nothing was written, because a weaker rule would be a silent gap.',
    ['Change the users named, or compile for a newer server with --server.'],
  ),
  page(
    'E_SECRET',
    'a secret of the policy is not there',
    'The file, the variable or the program that the policy names gives no secret.',
    ['Provide it, or remove password from the user: wardis then makes one.'],
  ),
  page(
    'E_PASSWORD_FILE',
    'the password file cannot be used',
    'It is missing, not readable, or too large to be a password.',
    ['printf %s PASSWORD > FILE; chmod 0600 FILE'],
  ),
  page('E_BASELINE', 'the baseline cannot be read', 'It is not a JSON report of wardis audit.', [
    'Make one: wardis audit TARGET -o json=baseline.json',
  ]),
  page(
    'E_INIT',
    'the server does not fit a policy document',
    'Something that the live server holds cannot be written in a policy. Nothing was written.',
    ['Run wardis init without --from and add the users by hand.'],
  ),
  page(
    'E_DEMO_SERVER',
    'the server of the demo cannot be used',
    'What --server names is not a redis-server or valkey-server that runs on this machine.',
    ['Name another one, or leave the option out.'],
  ),
  page('E_DEMO_START', 'the server of the demo did not start', 'The message shows the end of its log.', [
    'Try another server with --server PATH.',
  ]),
  page('E_INTERRUPTED', 'interrupted', 'Ctrl-C, or the end of input at a question. Nothing was done.', [
    'Run the command again.',
  ]),
  page('E_BUG', 'a fault of Wardis', 'Something happened that Wardis does not expect.', [
    'Run again with --debug and report it; the text holds no secret.',
  ]),
  page(
    'E_TABLE',
    'the command table cannot be read',
    'The file of --table is not what a server answers to COMMAND.',
    ['Capture it: redis-cli --json COMMAND > table.json'],
  ),
  page(
    'E_RULES',
    'the server refuses the rules',
    "A rule is none of the named server version. The message is the server's own, with the place.",
    [
      'wardis acl lint FILE shows every problem at once, each with its fix.',
      'Name the right version with --server.',
    ],
  ),
  page(
    'E_USERS',
    'the users cannot be read, or there is no such user',
    'The server did not show its users to us, or --as names somebody that it does not have.',
    ['wardis help permissions shows the user that may read them.', 'Leave out --as to see all users.'],
  ),
  page(
    'E_EXPECTATIONS',
    'the expectations cannot be read',
    'The YAML file of wardis acl test is broken, or a key or a value in it is not known.',
    ['Mend the lines that the message names; schemas/acl-test.schema.json has every key.'],
  ),
  page(
    'E_NOTHING_SEEN',
    'no command was seen',
    'The file has no command, or the server was idle, or none was of the client or user that was asked for.',
    ['Watch longer, or leave out --client and --of.'],
  ),
  page(
    'E_STATE',
    'the state folder is not used',
    'Others may write to it, it is not a folder, or what is in it cannot be read. It holds what undoes changes, so it is not trusted.',
    ['chmod 700 the folder after looking who made it, or name another with --state.'],
  ),
  page(
    'E_CONFIRM',
    'a change was not agreed to',
    'Nobody is at the terminal to answer, or the change is severe and wants a name typed. Nothing was changed.',
    ['In a script: --yes, and --confirm NAME where sessions end or many users go.'],
  ),
  page('E_DECLINED', 'a change was declined', 'The answer was not the one asked for. Nothing was changed.', [
    'Run it again, and type what is asked for.',
  ]),
  page(
    'E_FLEET',
    'the fleet is not clear',
    'No server was named, the policy has several fleets and none was chosen, or it has none of that name.',
    ['Name a server, or a fleet of the policy with --fleet.'],
  ),
  page(
    'E_ROTATION',
    'a rotation was not begun, or cannot go on',
    'The nodes are not in a state in which the secret of this user can be replaced without locking somebody out, or there is no rotation to go on with. The message names each reason. Nothing was changed.',
    ['wardis user rotate NAME --status shows which node has which secret.'],
  ),
  page(
    'E_DELIVERY',
    'a new secret could not be put in its place',
    'The file, program, Kubernetes Secret or Vault named by --to did not take it. The old secret is still good on every node, and nothing was taken away.',
    ['Mend the place, then wardis user rotate NAME --resume; or --undo to take the rotation back.'],
  ),
  page(
    'E_REVOKE',
    'a revocation was not begun',
    'It would lock somebody out or cut servers off from one another, nobody has that name, or there is nothing to finish. No server was touched.',
    [
      'The message names what speaks against it and what to do first.',
      '--force insists where that is possible; the receipt keeps what was overridden.',
    ],
  ),
  page(
    'E_RECEIPT',
    'the receipt or its key cannot be used',
    'There is no public key to check it with, the file is no key, or the receipt is not one.',
    ['Name the public key with --key; it is receipt.pub in the state folder of whoever revoked.'],
  ),
  page(
    'E_PLAN',
    'the plan file cannot be used',
    'It is not a plan as wardis plan --out writes it. Nothing was changed.',
    ['Make one: wardis plan --out plan.json'],
  ),
  page(
    'E_MOVED',
    'the fleet moved since the plan was made',
    'A node of the plan was changed, restarted, got another role, or cannot be read now; or the policy was changed. The message names each node and what. Nothing was changed.',
    ['See who changed it, then look at the difference as it is now: wardis plan.'],
  ),
  page(
    'E_REFUSED',
    'the plan refuses itself',
    'Applying it would lock somebody out or deny what clients run. Each reason is printed with what to do. Nothing was changed.',
    ['Mend what each reason names.', 'Where it says so, insist with --allow CODE.'],
  ),
  page(
    'E_LOCKED',
    'another run holds the state folder',
    'Two runs at a time could undo each other. The message says who holds it since when; a run that was killed on this machine is taken over by itself.',
    [
      'Wait for it to end.',
      'If it ran on another machine and is surely gone, remove the file lock of the state folder.',
    ],
  ),
  page(
    'E_RUN',
    'there is no such run',
    'No run with that id is in the state folder, or it is over, or it belongs to another operation.',
    ['wardis apply --runs lists the runs; --state DIR names another folder.'],
  ),
  page(
    'E_MIGRATE',
    'the next phase of the migration cannot be done',
    'The message names each node and why: a version that changes its ports only at a restart, a user without a secret, a login that nobody has. Nothing was changed.',
    ['Mend what is named, then: wardis migrate --next', 'wardis migrate alone shows where the fleet stands.'],
  ),
  page(
    'E_LEAF',
    'the certificates of the nodes are not rotated',
    'A key that belongs to another certificate, an authority that nodes or clients do not trust, a date, a name or a usage that does not fit, a torn file, a file that cannot be reached: all reasons are printed at once. Or the authority of the state folder cannot issue. Nothing was changed.',
    [
      'Mend what each reason names; wardis tls rotate leaf --plan asks again without changing anything.',
      'Rotate only the nodes that nothing stands against: --node ID',
    ],
  ),
  page(
    'E_RECONNECT',
    'a reconnection was not begun',
    'Nobody in particular was named, a handshake of our own failed, or we may not read or set what ends resumption. Nothing was changed.',
    ['wardis tls reconnect … --dry-run shows whose connections would be ended, and where.'],
  ),
  page(
    'E_AUTHORITY',
    'the authority cannot be used',
    'There is none in the state folder, its key is not there or is under a passphrase that was not given, a key belongs to another certificate, or the authority has ended. Nothing was issued.',
    [
      'wardis tls ca show says what there is, until when, and where the keys are.',
      'Make one: wardis tls ca init; or issue from one of your own: wardis tls ca adopt --cert FILE --key FILE',
    ],
  ),
  page(
    'E_CERTIFICATE',
    'a certificate cannot be made, read or found as asked',
    'A name that cannot go into a certificate, a request whose signature is wrong or that asks for names you did not give, a key that belongs to another certificate, or a name that none or several certificates answer to. Nothing was changed.',
    ['Mend what the message names.', 'wardis tls list --all shows every certificate with its serial number.'],
  ),
  page(
    'E_ROTATE_CA',
    'a change of authority cannot go on as asked',
    'A node cannot be reached or read, what it trusts cannot be changed from here, a new certificate would not do, or somebody still needs what would be taken away. Nothing was changed.',
    ['wardis tls rotate ca --status says how far the fleet is, and what stands before the next phase.'],
  ),
  page(
    'E_TRUST',
    'there is no authority to hand out, or it is another one',
    'The file, the state folder or the server has no certificate of an authority, or its fingerprint is not the one that was named. Nothing was written.',
    [
      'Name the PEM file of the authority: wardis tls bundle --ca FILE',
      'Ask whoever runs the authority for its SHA-256 fingerprint, by another way.',
    ],
  ),
];

function page(code: string, title: string, meaning: string, steps: readonly string[]): ErrorCodePage {
  return { code, name: code.slice(2), title, says: [], meaning, steps };
}
