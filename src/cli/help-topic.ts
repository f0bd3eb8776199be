/** Help on subjects that belong to no single verb. */

import { parseServerName, type ServerVersion } from '../conf/index.ts';
import { auditPermissions, discoveryPermissions } from '../fleet/index.ts';
import { EXIT_MEANINGS } from './exit-code.ts';
import { CommandFailure } from './failure.ts';

export interface HelpTopic {
  readonly name: string;
  readonly summary: string;
  readonly print: (server: string) => string;
}

export const HELP_TOPICS: readonly HelpTopic[] = [
  { name: 'exit-codes', summary: 'what each exit code means', print: printExitCodes },
  { name: 'environment', summary: 'environment variables', print: printEnvironment },
  { name: 'output', summary: 'output formats and streams', print: printOutput },
  {
    name: 'permissions',
    summary: 'the ACL user that an audit needs, and what other verbs need',
    print: printPermissions,
  },
];

function printExitCodes(): string {
  const rows = EXIT_MEANINGS.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes\n${rows.join('\n')}\n\nWhen several hold: 4 before 1 before 3. --allow-unknown gives 0 for checks that could not be answered.\n`;
}

function printEnvironment(): string {
  const rows: readonly (readonly [string, string])[] = [
    ['VALKEYCLI_AUTH, REDISCLI_AUTH', 'password, when no option gives one; the first wins'],
    ['NO_COLOR', 'no colour'],
    ['FORCE_COLOR, CLICOLOR_FORCE', 'colour also into a pipe'],
    ['COLUMNS', 'width of tables; a pipe is never cut without it'],
    ['WARDIS_ASCII', 'no Unicode symbols'],
  ];
  return `Environment\n${rows.map(([name, meaning]) => `  ${name.padEnd(30)} ${meaning}`).join('\n')}\n`;
}

function printOutput(): string {
  return `Output
  Results go to standard output; progress, warnings and errors to standard error.
  -o FORMAT writes to standard output, -o FORMAT=FILE to a file; several may be given:
      wardis audit -o table -o sarif=audit.sarif -o html=report.html
  Formats of audit: table, json, ndjson, sarif, junit, csv, markdown, html, oscal. --json is -o json.
  Files are written whole or not at all. JSON carries schemaVersion; its schema is schemas/assessment.schema.json.
  Secrets appear in no output.
`;
}

function printPermissions(name: string): string {
  const server = parseServerName(name);
  if (server === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `${JSON.stringify(name)} is not a server version`,
      next: 'write redis-7.2 or valkey-8.1',
    });
  }
  const rules = auditPermissions(server)
    .filter((rule) => rule !== 'on')
    .join(' ');
  return `An audit needs this user and no more (${name}). It reads, changes nothing, and leaves ACL LOG empty.

  ACL SETUSER wardis reset on >PASSWORD ${rules}

In an ACL file, with the SHA-256 of the password instead of the password:

  user wardis on #SHA256 ${rules}

What is refused to the user is reported as unknown, never as passed.

More is needed, besides, by

  acl check --verify     +acl|dryrun (from 7.0 on)
  acl learn --monitor    +monitor +client|list
  plan, user list        on a data node   ${extraRules(server, 'standalone')}
                         in a Cluster     ${extraRules(server, 'cluster')}
                         on a Sentinel    ${extraRules(server, 'sentinel')}
  apply, user rotate,    an administrator on every node, Sentinels included: ~* &* +@all. Whoever may
  user revoke, migrate   run ACL SETUSER can give itself the rest, so less would only look like less.
`;
}

/** What a user of an audit lacks for it; a Sentinel has users of its own. */
function extraRules(server: ServerVersion, mode: 'standalone' | 'cluster' | 'sentinel'): string {
  const have = mode === 'sentinel' ? [] : auditPermissions(server);
  const skipped = new Set(['on', 'resetkeys', 'resetchannels', '-@all', ...have]);
  return discoveryPermissions(server, mode)
    .filter((rule) => !skipped.has(rule))
    .join(' ');
}
