/** What only the whole configuration shows: lines that contradict each other, and addresses, users, TLS, Sentinel. */

import type { ConfProblem } from './conf-problem.ts';
import { problemAt } from './diagnose-line.ts';
import {
  readSetting,
  type EffectiveSetting,
  type EffectiveSettings,
  type PlacedDirective,
} from './effective.ts';
import { lowerCase } from './lower-case.ts';
import { versionAtLeast, type Product } from './product-version.ts';

/** Problems between lines. */
export function diagnoseWhole(effective: EffectiveSettings): readonly ConfProblem[] {
  return [
    ...duplicates(effective),
    ...users(effective),
    ...renames(effective),
    ...addresses(effective),
    ...tls(effective),
    ...cluster(effective),
    ...sentinels(effective),
  ];
}

function duplicates(effective: EffectiveSettings): readonly ConfProblem[] {
  const problems: ConfProblem[] = [];
  for (const setting of effective.settings.values()) {
    if (setting.name === 'save' || setting.name === 'client-output-buffer-limit') continue;
    for (const placed of setting.lines.slice(0, -1)) {
      problems.push(
        problemAt(placed, {
          code: 'duplicate-directive',
          severity: 'info',
          stopsServer: 'no',
          message: `${setting.name} is set again at ${setting.path}:${setting.line}; the last one wins`,
        }),
      );
    }
  }
  return problems;
}

function deciding(setting: EffectiveSetting | undefined): PlacedDirective | undefined {
  return setting?.lines.at(-1);
}

function users(effective: EffectiveSettings): readonly ConfProblem[] {
  const problems: ConfProblem[] = [];
  const aclfile = effective.settings.get('aclfile');
  const named = aclfile !== undefined && aclfile.text !== '';
  const first = effective.users[0];
  if (named && first !== undefined) {
    problems.push(
      problemAt(first, {
        code: 'users-and-aclfile',
        severity: 'error',
        stopsServer: 'yes',
        message: `${usersAndFile(effective.server.product)} (${aclfile.path}:${aclfile.line})`,
        help: 'move the user lines to the ACL file',
      }),
    );
  }
  const requirepass = deciding(effective.settings.get('requirepass'));
  if (named && requirepass !== undefined) {
    problems.push(
      problemAt(requirepass, {
        code: 'requirepass-with-aclfile',
        severity: 'warning',
        stopsServer: 'no',
        message:
          'with an ACL file, requirepass has no effect: without a `user default` line in that file the server is open to everybody',
        help: 'give the default user a line in the ACL file, and remove requirepass',
      }),
    );
  }
  const strict = versionAtLeast(effective.server, '7.0');
  const seen = new Set<string>();
  for (const placed of effective.users) {
    const name = placed.line.args[0] ?? '';
    if (seen.has(name) && placed.line.templates.length === 0) {
      problems.push(
        problemAt(placed, {
          code: 'duplicate-user',
          severity: strict ? 'error' : 'warning',
          stopsServer: strict ? 'yes' : 'no',
          message: strict
            ? `Error in user declaration '${name}': Duplicate user found. A user can only be defined once in config files`
            : `user ${name} is declared twice; before 7.0 the last line wins`,
        }),
      );
    }
    seen.add(name);
  }
  return problems;
}

/** The server's words. */
function usersAndFile(product: Product): string {
  const name = product === 'redis' ? 'Redis' : 'Valkey';
  return `Configuring ${name} with users defined in ${product}.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your ${product}.conf, but not both.`;
}

function renames(effective: EffectiveSettings): readonly ConfProblem[] {
  const problems: ConfProblem[] = [];
  const gone = new Set<string>();
  for (const placed of effective.renamedCommands) {
    const [from = '', to = ''] = placed.line.args.map(lowerCase);
    if (placed.line.args.length !== 2 || placed.line.templates.length > 0) continue;
    if (gone.has(from)) {
      problems.push(
        problemAt(placed, {
          code: 'rename-command-unknown',
          severity: 'error',
          stopsServer: 'yes',
          message: `No such command in rename-command: ${from} was renamed above`,
        }),
      );
      continue;
    }
    gone.add(from);
    gone.delete(to);
    problems.push(
      problemAt(placed, {
        code: 'rename-command',
        severity: 'info',
        stopsServer: 'no',
        message:
          to === ''
            ? `${from} is switched off for everybody, replicas and tools included`
            : `${from} has a new name, which everybody who reads this file knows`,
        help: `users say it better: \`-${from}\`; ACL rules name a command by its original name, even when it is renamed`,
      }),
    );
  }
  return problems;
}

function addresses(effective: EffectiveSettings): readonly ConfProblem[] {
  const bind = deciding(effective.settings.get('bind'));
  if (bind === undefined || bind.line.templates.length > 0) return [];
  const problems: ConfProblem[] = [];
  const tolerates = versionAtLeast(effective.server, '6.2');
  const comment = bind.line.args.findIndex((word) => word.startsWith('#'));
  bind.line.args.slice(0, comment === -1 ? undefined : comment).forEach((address, index) => {
    const columns = bind.line.argRanges[index];
    if (address.startsWith('-') && !tolerates) {
      problems.push(
        problemAt(
          bind,
          {
            code: 'bind-ipv6-optional',
            severity: 'error',
            stopsServer: 'yes',
            message: `Could not create server TCP listening socket ${address}: Name or service not known`,
            help: 'the `-` for "if it is there" needs 6.2: write the address without it, or leave it out',
          },
          columns,
        ),
      );
    } else if (isSpecific(address) && tolerates) {
      problems.push(
        problemAt(
          bind,
          {
            code: 'bind-address-specific',
            severity: 'info',
            stopsServer: 'depends',
            message: `the server refuses to start while ${address} is not an address of the machine`,
            help: `\`-${address}\` tolerates that`,
          },
          columns,
        ),
      );
    }
  });
  return problems;
}

function isSpecific(address: string): boolean {
  return !/^(?:-.*|\*|0\.0\.0\.0|::|::1|::\*|127\..*|localhost|)$/.test(address);
}

function tls(effective: EffectiveSettings): readonly ConfProblem[] {
  const set = (name: string): string => readSetting(effective, name)?.text ?? '';
  const reasons = ['tls-port', 'tls-replication', 'tls-cluster'].flatMap((name) => {
    const setting = effective.settings.get(name);
    return setting === undefined || setting.templated || ['0', 'no'].includes(setting.text) ? [] : [setting];
  });
  const placed = deciding(reasons[0]);
  if (placed === undefined) return [];
  if (set('tls-cert-file') === '' || set('tls-key-file') === '') {
    const missing = set('tls-cert-file') === '' ? 'tls-cert-file' : 'tls-key-file';
    return [
      problemAt(placed, {
        code: 'tls-without-certificate',
        severity: 'error',
        stopsServer: 'yes',
        message: `No ${missing} configured!`,
        help: 'TLS needs tls-cert-file and tls-key-file, for outgoing connections too',
      }),
    ];
  }
  const both = set('tls-ca-cert-file') + set('tls-ca-cert-dir');
  const checks =
    set('tls-auth-clients') !== 'no' || set('tls-replication') === 'yes' || set('tls-cluster') === 'yes';
  if (both !== '' || !checks) return [];
  return [
    problemAt(placed, {
      code: 'tls-without-ca',
      severity: 'error',
      stopsServer: 'yes',
      message:
        'Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!',
      help: 'tls-auth-clients is on unless it is switched off: name the authority of the clients, or write `tls-auth-clients no`',
    }),
  ];
}

function cluster(effective: EffectiveSettings): readonly ConfProblem[] {
  const replicaof = effective.settings.get('replicaof');
  const placed = deciding(replicaof);
  if (
    placed === undefined ||
    replicaof?.text === '' ||
    readSetting(effective, 'cluster-enabled')?.text !== 'yes'
  ) {
    return [];
  }
  return [
    problemAt(placed, {
      code: 'replicaof-in-cluster',
      severity: 'error',
      stopsServer: 'yes',
      message: 'replicaof directive not allowed in cluster mode',
    }),
  ];
}

function sentinels(effective: EffectiveSettings): readonly ConfProblem[] {
  const first = effective.sentinel[0];
  if (first === undefined) return [];
  return [
    problemAt(first, {
      code: 'sentinel-only',
      severity: 'info',
      stopsServer: 'depends',
      message: 'a file for Sentinel; any other server says: sentinel directive while not in sentinel mode',
    }),
    ...sentinelHosts(effective),
  ];
}

function sentinelHosts(effective: EffectiveSettings): readonly ConfProblem[] {
  // Before 6.2 Sentinel resolved a name once, at its start.
  if (!versionAtLeast(effective.server, '6.2')) return [];
  // The line may stand anywhere: Sentinel reads it before the monitor lines.
  const resolves = effective.sentinel.some(
    ({ line: { args } }) =>
      lowerCase(args[0] ?? '') === 'resolve-hostnames' && lowerCase(args[1] ?? '') === 'yes',
  );
  if (resolves) return [];
  const problems: ConfProblem[] = [];
  for (const placed of effective.sentinel) {
    const [word = '', , host = ''] = placed.line.args;
    if (lowerCase(word) !== 'monitor' || placed.line.templates.length > 0) continue;
    if (host === '' || /^[0-9.]+$|:/.test(host)) continue;
    problems.push(
      problemAt(
        placed,
        {
          code: 'sentinel-host-name',
          severity: 'error',
          stopsServer: 'yes',
          message: `Can't resolve instance hostname: ${host}`,
          help: 'add the line `sentinel resolve-hostnames yes`, or write the address',
        },
        placed.line.argRanges[2],
      ),
    );
  }
  return problems;
}
