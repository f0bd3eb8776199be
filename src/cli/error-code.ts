/** The published error codes of connecting and being denied: what servers say, what it means, what to do. */

export interface ErrorCodePage {
  readonly code: string;
  readonly name: string;
  readonly title: string;
  /** The words of servers and clients, by version where they differ. */
  readonly says: readonly string[];
  readonly meaning: string;
  readonly steps: readonly string[];
}

export const ERROR_CODES: readonly ErrorCodePage[] = [
  {
    code: 'E601',
    name: 'NOAUTH',
    title: 'the server wants credentials first',
    says: [
      'NOAUTH Authentication required.',
      'NOAUTH HELLO must be called with the client already authenticated, … (on HELLO)',
    ],
    meaning:
      'The default user is off or has a password, and this connection has not sent AUTH. Only AUTH, HELLO with AUTH, QUIT and (from 7.0) RESET work before. AUTH in one call of redis-cli does not carry over to the next call. NOAUTH refusals are not in ACL LOG.',
    steps: [
      'Give the user and the password: --user NAME --password-file FILE, or REDISCLI_AUTH in the environment.',
      'In a URL write redis://USER:PASSWORD@HOST; without a user the password is for the user default.',
      '"ERR AUTH <password> called without any password configured for the default user" comes next when default is off and keeps nopass: only named users get in, so give --user.',
      'redis://NAME@HOST is read as a password, not as a user: write redis://NAME:PASSWORD@HOST.',
    ],
  },
  {
    code: 'E602',
    name: 'NOPERM',
    title: 'the user may not do this',
    says: [
      "NOPERM User app has no permissions to run the 'config|set' command   (7.2 and later, Valkey)",
      "NOPERM this user has no permissions to run the 'config|set' command   (7.0; 6.x adds: or its subcommand)",
      'NOPERM No permissions to access a key   (7.2 and later; older: one of the keys used as arguments)',
      'NOPERM No permissions to access a channel',
      'NOPERM No permissions to access database   (Valkey 9.1)',
    ],
    meaning:
      'The ACL rules of the user leave out the command, one of its keys, a channel or the database. The text does not name the key. On a managed service the command may be withheld from everybody, whatever the rules say.',
    steps: [
      'Ask which: wardis doctor TARGET --user NAME --password-file FILE -- COMMAND ARGUMENTS',
      'As an administrator: ACL DRYRUN NAME COMMAND ARGUMENTS (7.0 and later), ACL GETUSER NAME, and ACL LOG, which names the key or channel.',
      'Grant the single command or subcommand (+config|get), never the whole command or @admin for one need.',
      'Key denied: compare the key with the ~ patterns; they are case-sensitive and match the whole key.',
    ],
  },
  {
    code: 'E603',
    name: 'WRONGPASS',
    title: 'the user or the password is wrong, or the user is off',
    says: ['WRONGPASS invalid username-password pair or user is disabled.   (6.0 without the last words)'],
    meaning:
      'The server does not say which. A user without a password and without nopass can never log in. An empty user name, as in redis://:password@host, is sent by some clients as a user of that name. On six of ten versions a failed AUTH in a pipeline sends no reply at all, so the next reply is taken for it.',
    steps: [
      'Check the user name: they are case-sensitive, and AUTH with one argument means the user default.',
      'Check for a line break at the end of the password file, and for percent signs in URLs.',
      'As an administrator: ACL GETUSER NAME must show on and a password.',
    ],
  },
  {
    code: 'E604',
    name: 'TLS_HANDSHAKE',
    title: 'the TLS handshake failed',
    says: [
      'Error: Server closed the connection, or: Connection reset by peer   (redis-cli, our certificate refused)',
      'Could not connect to Redis at …: SSL_connect failed: certificate verify failed   (redis-cli, the server refused)',
      'ECONNRESET, or ERR_SSL_…_ALERT_CERTIFICATE_EXPIRED   (ioredis: whichever comes first)',
      'SSLEOFError: EOF occurred in violation of protocol   (Python, our certificate refused)',
      'Error accepting a client connection: … certificate verify failed   (server log: unknown CA, expired and not yet valid alike)',
      '… ALERT_CERTIFICATE_REQUIRED, UNKNOWN_CA, CERTIFICATE_EXPIRED   (a client that reads the alert)',
      '… ALERT_BAD_CERTIFICATE   (the same, and the certificate is not valid yet by the server clock)',
    ],
    meaning:
      'One side refused the other. With TLS 1.3 the connection seems to work first and the refusal comes with the first read. "Server closed the connection" of redis-cli tells nothing: the server did send the reason, as an alert, and redis-cli threw it away, or a reset overtook it because a command had been sent already. The server log cannot tell an unknown CA from an expired certificate either; the alert can, and the doctor waits for it before it says a word.',
    steps: [
      'wardis doctor rediss://HOST:PORT --cacert CA --cert CERT --key KEY names the fault.',
      'Where it says "most likely": give it the clock of the server (--server-clock), or its log (--server-log FILE).',
      'No client certificate: tls-auth-clients is yes by default, so every client needs --cert and --key.',
      'Expired or not yet valid: compare the dates with the clock of the server (TIME), not only with yours.',
      'Name mismatch: the certificate needs the name or the address that you dial, in its SAN. redis-cli checks no names.',
      'Between nodes, as a replica that does not come back: wardis tls doctor.',
    ],
  },
  {
    code: 'E605',
    name: 'PROTECTED',
    title: 'protected mode refuses remote clients',
    says: [
      '-DENIED Redis is running in protected mode because protected mode is enabled …   (Redis, Valkey 7.2)',
      '-DENIED Running in protected mode because …   (Valkey 8.0 and later)',
    ],
    meaning:
      'The default user has the nopass flag and the client is not on loopback. The flag alone counts: `default off nopass` refuses everybody, users with a right password too. On 6.x protected mode does nothing once any bind is written.',
    steps: [
      'Make named users and write `user default off resetpass`; do not switch protected mode off.',
      'For a single password: requirepass, or ACL SETUSER default >PASSWORD.',
      'CONFIG SET bind does not help, except on 6.2, where it switches protected mode off for everybody.',
    ],
  },
  {
    code: 'E606',
    name: 'PLAINTEXT_TO_TLS',
    title: 'the port speaks TLS and we spoke plaintext',
    says: ['Connection reset by peer', 'wrong version number   (server log)'],
    meaning: 'The port is a tls-port. The server drops what is not a TLS handshake.',
    steps: ['Use --tls or rediss://, with --cacert, and --cert and --key if the server wants them.'],
  },
  {
    code: 'E607',
    name: 'TLS_TO_PLAINTEXT',
    title: 'the port speaks plaintext and we spoke TLS',
    says: ['no answer at all: the client hangs until it gives up'],
    meaning: 'The server waits for the end of a line that never comes.',
    steps: [
      'Find the TLS port: CONFIG GET tls-port; 0 means that TLS is off.',
      'Leave out --tls only if the network in between is yours.',
    ],
  },
  {
    code: 'E611',
    name: 'REFUSED',
    title: 'nothing listens there',
    says: ['Connection refused', 'No such file or directory   (unix socket)'],
    meaning: 'The host answers, and no process listens on the port; or a firewall answers in its name.',
    steps: [
      'On the host: ss -ltnp shows what listens. A server with `bind 127.0.0.1` is refused from outside.',
      'Port 0 in the configuration closes the plaintext port; look for tls-port.',
    ],
  },
  {
    code: 'E612',
    name: 'TIMEOUT',
    title: 'no answer in time',
    says: ['Connection timed out'],
    meaning:
      'A firewall drops, the address is wrong, the server hangs in a slow command, or TLS was spoken to a plaintext port.',
    steps: [
      'From the same network: does the port answer? Then it is a firewall.',
      'Raise --connect-timeout or --command-timeout for slow links.',
    ],
  },
  {
    code: 'E613',
    name: 'CUT',
    title: 'the connection was cut',
    says: ['Connection reset by peer', 'Server closed the connection'],
    meaning:
      'The server ended it: plaintext on a TLS port, CLIENT KILL, DELUSER, an output buffer limit, a proxy with an idle limit, or a restart. A reset is tried again twice, after 1 and 2 seconds.',
    steps: ['Look in the server log at that minute.', 'Run the doctor: it tries plaintext and TLS by turns.'],
  },
  {
    code: 'E614',
    name: 'DNS',
    title: 'the name does not resolve',
    says: ['getaddrinfo ENOTFOUND'],
    meaning: 'No address is known for the host name here.',
    steps: ['Try the address instead of the name.', 'In Kubernetes: the full name is SERVICE.NAMESPACE.svc.'],
  },
  {
    code: 'E615',
    name: 'UNREACHABLE',
    title: 'no way to the address',
    says: ['No route to host', 'Network is unreachable', 'Permission denied   (unix socket)'],
    meaning: 'The network has no route, or the file permissions of the unix socket keep us out.',
    steps: [
      'Check the route and the address family.',
      'For a socket: the group of unixsocketgroup, and 0770 at most.',
    ],
  },
  {
    code: 'E616',
    name: 'MAXCLIENTS',
    title: 'the server has no room for another client',
    says: ['ERR max number of clients reached'],
    meaning: 'maxclients is used up, or the open-files limit of the process lowered it.',
    steps: [
      'INFO clients on a connection that is open; CLIENT LIST shows who holds the connections.',
      'Set `timeout` so that forgotten connections end.',
    ],
  },
  {
    code: 'E617',
    name: 'LOCAL_MATERIAL',
    title: 'our own certificate, key or CA file cannot be used',
    says: ['key values mismatch', 'no start line', 'bad decrypt'],
    meaning:
      'The files given by --cacert, --cert and --key are missing, not PEM, do not belong together, or need a passphrase.',
    steps: [
      'openssl x509 -noout -subject -dates -in CERT',
      'openssl pkey -in KEY -pubout and openssl x509 -pubkey -noout -in CERT must print the same key.',
    ],
  },
  {
    code: 'E618',
    name: 'PROTOCOL',
    title: 'what answers does not speak the Redis protocol',
    says: ['HTTP/1.1 400 Bad Request, or anything else'],
    meaning: 'Another service, a proxy or a load balancer listens there.',
    steps: ['Check host and port.', 'Sentinel answers on 26379 and is a server of its own kind.'],
  },
  {
    code: 'E619',
    name: 'TOO_LARGE',
    title: 'a reply is larger than Wardis reads',
    says: ['a bulk string of hundreds of megabytes'],
    meaning: 'A hostile or broken peer; no reply that an audit asks for is that large.',
    steps: ['Check that the address is the server you mean.'],
  },
  {
    code: 'E620',
    name: 'LOADING',
    title: 'the server is loading its data',
    says: ['LOADING Redis is loading the dataset in memory'],
    meaning:
      'It starts or takes over a data set. Commands are refused until it is done; HELLO and AUTH are answered meanwhile.',
    steps: ['Wait; INFO persistence shows loading_eta_seconds.'],
  },
  {
    code: 'E621',
    name: 'MASTERDOWN',
    title: 'the replica has lost its primary',
    says: ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."],
    meaning:
      'The replication link is down and the replica may not answer with old data. From 7.0 on PING is refused too; 6.0 answers it. A write gets READONLY instead.',
    steps: [
      'INFO replication: master_link_status, and the log of both sides. The replica tries again each second by itself.',
      'Never use REPLICAOF NO ONE as a repair: it promotes the replica.',
    ],
  },
  {
    code: 'E622',
    name: 'BUSY',
    title: 'the server runs a script that does not end',
    says: [
      'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.   (Valkey 8.0 and later: Valkey is busy)',
    ],
    meaning: 'A script has run longer than busy-reply-threshold (lua-time-limit before 7.0; 5 s by default).',
    steps: ['SCRIPT KILL ends it, unless it has written already: then only SHUTDOWN NOSAVE does.'],
  },
  {
    code: 'E623',
    name: 'UNKNOWN_COMMAND',
    title: 'the server does not know the command, or not with these arguments',
    says: ["ERR unknown command 'JSON.GET'", "ERR wrong number of arguments for 'get' command"],
    meaning:
      'The command is newer than the server, belongs to a module that is not loaded, was renamed by rename-command, or is taken away by a managed service. This is looked at before any right, so no ACL rule helps.',
    steps: [
      'COMMAND INFO NAME answers nil for a command that is not there; MODULE LIST shows the modules.',
      'ACL rules always use the original name of a renamed command.',
    ],
  },
  {
    code: 'E699',
    name: 'UNDETERMINED',
    title: 'the cause could not be named',
    says: ['anything else'],
    meaning: 'Something stands in the way that none of the tries of the doctor explains.',
    steps: [
      'Read the server log of that minute, at loglevel verbose.',
      'Run the doctor on the host of the server.',
    ],
  },
];
