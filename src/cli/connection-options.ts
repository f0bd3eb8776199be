/**
 * The letters of redis-cli, so that connecting feels the same. Because `-h` is the host, help is `--help`;
 * a bare `-h` prints help rather than an error. What the options mean together is in `connection-target.ts`.
 */

import type { Command } from 'commander';

/** The options as commander hands them over. */
export interface ConnectionFlags {
  readonly host?: string | true;
  readonly port?: string;
  readonly socket?: string;
  readonly uri?: string;
  readonly db?: string;
  readonly user?: string;
  readonly pass?: string;
  readonly askpass?: boolean;
  readonly passwordFile?: string;
  readonly passwordFd?: string;
  readonly authWarning?: boolean;
  readonly tls?: boolean;
  readonly sni?: string;
  readonly cacert?: string;
  readonly cacertdir?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
  readonly cluster?: boolean;
  readonly connectTimeout: string;
  readonly commandTimeout: string;
}

/** Add the connection options to a verb. */
export function addConnectionOptions(command: Command): Command {
  return command
    .optionsGroup('Connecting (as redis-cli):')
    .option('-h, --host [host]', 'server host name or address (default: 127.0.0.1)')
    .option('-p, --port <port>', 'server port (default: 6379)')
    .option('-s, --socket <path>', 'unix socket, instead of host and port')
    .option('-u, --uri <uri>', 'redis://, rediss://, valkey://, valkeys:// or unix:// URI')
    .option('-n, --db <number>', 'accepted for redis-cli habits; no database is ever selected')
    .option('--user <name>', 'ACL user; without it the password is sent as AUTH PASSWORD')
    .option('-a, --pass <password>', 'password; visible in the process list, so prefer --password-file')
    .option('--askpass', 'ask for the password without echo')
    .option('--password-file <path>', 'read the password from a file; - is standard input')
    .option('--password-fd <number>', 'read the password from an open file descriptor')
    .option('--no-auth-warning', 'do not warn of a password on the command line')
    .option('--tls', 'connect by TLS')
    .option('--sni <name>', 'server name for TLS, sent and verified')
    .option('--cacert <file>', 'CA certificates that the server must chain to (PEM)')
    .option('--cacertdir <dir>', 'folder of CA certificates (PEM)')
    .option('--cert <file>', 'client certificate (PEM)')
    .option('--key <file>', 'private key of the client certificate (PEM)')
    .option('--insecure', 'do not verify the server certificate')
    .option('-c, --cluster', 'accepted for redis-cli habits; each node is asked by itself')
    .option('--connect-timeout <seconds>', 'time to connect', '5')
    .option('--command-timeout <seconds>', 'time for a reply', '10');
}
