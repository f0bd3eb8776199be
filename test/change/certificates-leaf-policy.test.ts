// How Sentinels are restarted is a word list of the policy: a program and its arguments, never a line for a shell.
import { expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import { printPolicyProblem } from '../../src/policy/index.ts';

function policyWith(restart: string) {
  const lines = [
    'version: 1',
    'security_level: standard',
    'network_exposure: private_network',
    'fleet:',
    '  prod:',
    '    seeds: [rediss://10.0.0.5:6380]',
    '    files:',
    '      via: ssh',
    `      restart_sentinel: ${restart}`,
    '',
  ];
  return parsePolicy(lines.join('\n'));
}

it('takes a program and its arguments', () => {
  const parsed = policyWith('[sudo, -n, systemctl, restart, "redis-sentinel@{port}"]');
  expect(parsed.problems).toEqual([]);
  expect(parsed.ok ? parsed.policy.fleets[0]?.files?.restartSentinel : undefined).toEqual([
    'sudo',
    '-n',
    'systemctl',
    'restart',
    'redis-sentinel@{port}',
  ]);
});

it.each(['systemctl restart redis-sentinel', '[]', '[""]', '[1]'])('refuses %s', (restart) => {
  const { ok, problems } = policyWith(restart);
  expect(ok).toBe(false);
  expect(problems.map(printPolicyProblem).join('\n')).toContain('wardis.yaml:9');
});
