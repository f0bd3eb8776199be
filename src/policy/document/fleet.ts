/**
 * The fleets of a policy document: what the schema cannot say of them (networks and ports that do not exist, secrets in
 * seeds, keys that go with another one), and a fleet as the other rooms take it.
 */

import { isIP } from 'node:net';
import type { FleetAccess, FleetPolicy } from '../policy-document.ts';
import type { PolicyProblem } from '../problem.ts';
import { secretSourceOf } from './meaning.ts';
import { problemAt, type Path, type Source } from './place.ts';
import type { PolicyInput } from './schema.ts';

type FleetInput = PolicyInput['fleet'][string];
type AccessInput = Pick<FleetInput, 'seeds' | 'auth' | 'tls'>;

const PORT_MAX = 65_535;

export function fleetProblems(source: Source, name: string, fleet: FleetInput): readonly PolicyProblem[] {
  const at = ['fleet', name];
  return [
    ...networkProblems(source, fleet, at),
    ...accessProblems(source, fleet, at),
    ...(fleet.sentinel === undefined ? [] : accessProblems(source, fleet.sentinel, [...at, 'sentinel'])),
    ...addressProblems(source, fleet.addresses, [...at, 'addresses']),
    ...fileProblems(source, fleet.files, [...at, 'files']),
  ];
}

export function fleetOf(name: string, fleet: FleetInput): FleetPolicy {
  const { sentinel, files } = fleet;
  return {
    ...fleet,
    ...accessOf(fleet),
    name,
    sentinel: sentinel === undefined ? undefined : accessOf(sentinel),
    files:
      files === undefined
        ? undefined
        : {
            via: files.via,
            user: files.user,
            port: files.port,
            identity: files.identity,
            conf: files.conf,
            acl: files.acl,
            tls: files.tls,
            restartSentinel: files.restart_sentinel,
          },
  };
}

function accessOf({ seeds, auth, tls }: AccessInput): FleetAccess {
  return {
    seeds,
    auth:
      auth === undefined
        ? undefined
        : {
            user: auth.user,
            password: auth.password === undefined ? undefined : secretSourceOf(auth.password),
          },
    tls: tls === undefined ? undefined : { ca: tls.ca, cert: tls.cert, key: tls.key },
  };
}

function networkProblems(source: Source, fleet: FleetInput, at: Path): readonly PolicyProblem[] {
  const help = 'as 10.0.1.0/24, 10.0.0.5 or fd00::/8';
  return (['clients', 'peers', 'monitors'] as const).flatMap((list) =>
    fleet[list].flatMap((network, index) => {
      if (isNetwork(network)) return [];
      const message = `${JSON.stringify(network)} is not a network`;
      return [problemAt(source, [...at, list, index], { code: 'policy-value', message, help })];
    }),
  );
}

function accessProblems(source: Source, access: AccessInput, at: Path): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const [index, seed] of access.seeds.entries()) {
    if (!/\/\/[^/]*@/.test(seed)) continue;
    const message = 'a seed holds a user or a password';
    const help = 'put them under auth, with the password in a file, a variable or a program';
    problems.push(problemAt(source, [...at, 'seeds', index], { code: 'policy-value', message, help }));
  }
  if (access.auth?.password !== undefined && secretSourceOf(access.auth.password) === undefined) {
    const message = 'password takes exactly one of file, env and exec';
    problems.push(problemAt(source, [...at, 'auth', 'password'], { code: 'policy-value', message }, 'key'));
  }
  return problems;
}

/** Ports that no server has. */
function addressProblems(
  source: Source,
  addresses: FleetInput['addresses'],
  at: Path,
): readonly PolicyProblem[] {
  return Object.entries(addresses).flatMap(([announced, reached]) =>
    [
      { text: announced, where: 'key' as const },
      { text: reached, where: 'value' as const },
    ].flatMap(({ text, where }) => {
      if (portOf(text) <= PORT_MAX) return [];
      const message = `${JSON.stringify(text)} has a port over ${PORT_MAX}`;
      return [problemAt(source, [...at, announced], { code: 'policy-value', message }, where)];
    }),
  );
}

function fileProblems(source: Source, files: FleetInput['files'], at: Path): readonly PolicyProblem[] {
  if (files === undefined || files.via === 'ssh') return [];
  return (['port', 'identity'] as const).flatMap((key) =>
    files[key] === undefined
      ? []
      : [
          problemAt(
            source,
            [...at, key],
            {
              code: 'policy-value',
              message: `${key} is of ssh, but the files are reached via ${files.via}`,
              help: 'via: ssh',
            },
            'key',
          ),
        ],
  );
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
