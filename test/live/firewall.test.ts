/** The compiled firewall rules, judged by the programs that would load them; nothing is loaded. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import {
  compilePolicy,
  NETWORK_EXPOSURES,
  SECURITY_LEVELS,
  type Compilation,
} from '../../src/policy/index.ts';

const MODES = ['standalone', 'replica', 'cluster'] as const;

function compiled(level: string, exposure: string, mode: string): Compilation {
  const parsed = parsePolicy(`version: 1
security_level: ${level}
network_exposure: ${exposure}
server: { version: "7.2", mode: ${mode} }
fleet: { prod: { clients: [10.0.1.0/24, 10.0.1.7, "fd00:1::/64", "2001:db8::1"], peers: [10.0.0.0/28], monitors: [10.9.0.7] } }
`);
  if (!parsed.ok) throw new Error('refused');
  return compilePolicy(parsed.policy);
}

function fileOf(compilation: Compilation, path: string): string {
  return compilation.artefacts.find((each) => each.path === path)?.content ?? '';
}

/** Runs a checker on text; undefined when this machine has no such program or may not run it. */
function check(
  program: string,
  args: readonly string[],
  input: string,
): { readonly status: number | null; readonly said: string } | undefined {
  const ran = spawnSync(program, args, { input, encoding: 'utf8', timeout: 20_000 });
  return ran.error === undefined ? { status: ran.status, said: `${ran.stdout}${ran.stderr}` } : undefined;
}

/** In a network namespace of its own, where one may be made, so that the check needs no rights on the host. */
function checker(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  const own = spawnSync('unshare', ['-rn', 'true'], { timeout: 5_000 }).status === 0;
  return own ? ['unshare', ['-rn', program, ...args]] : [program, args];
}

const TOOLS = [
  {
    program: 'nft',
    args: ['-c', '-f', '-'],
    path: 'firewall/nftables.nft',
    probe: 'table inet wardis_probe\n',
    wrong: 'table inet { nonsense',
  },
  {
    program: 'iptables-restore',
    args: ['--test', '--noflush'],
    path: 'firewall/iptables.rules',
    probe: '*filter\nCOMMIT\n',
    wrong: '*filter\n-A INPUT -p tcp --nonsense 1 -j DROP\nCOMMIT\n',
  },
  {
    program: 'ip6tables-restore',
    args: ['--test', '--noflush'],
    path: 'firewall/ip6tables.rules',
    probe: '*filter\nCOMMIT\n',
    wrong: '*filter\n-A INPUT -p tcp --nonsense 1 -j DROP\nCOMMIT\n',
  },
] as const;

describe.each(TOOLS)('$program', ({ program, args, path, probe, wrong }) => {
  const [run, words] = checker(program, args);
  const answer = check(run, words, probe);
  const reason =
    answer === undefined || answer.status !== 0
      ? `${program} cannot run here: ${answer?.said.trim() ?? 'not installed'}`
      : undefined;

  it.skipIf(reason !== undefined)(
    `takes ${path} of every level, exposure and mode${reason === undefined ? '' : ` (${reason})`}`,
    () => {
      expect(check(run, words, wrong)?.status, 'the checker refuses nonsense').not.toBe(0);
      for (const level of SECURITY_LEVELS)
        for (const exposure of NETWORK_EXPOSURES)
          for (const mode of MODES) {
            const result = check(run, words, fileOf(compiled(level, exposure, mode), path));
            expect(result, `${level} ${exposure} ${mode}`).toEqual({ status: 0, said: '' });
          }
    },
  );
});

describe('the shell scripts', () => {
  it('are read by sh without a complaint', () => {
    const compilation = compiled('hardened', 'private_network', 'cluster');
    for (const { path, content } of compilation.artefacts.filter((each) => each.path.endsWith('.sh'))) {
      expect(check('sh', ['-n'], content), path).toEqual({ status: 0, said: '' });
    }
  });
});
