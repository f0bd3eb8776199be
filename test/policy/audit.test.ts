/** What is compiled passes its own audit: no check finds a defect in any compiled conf and ACL file. */
import { describe, expect, it } from 'vitest';
import { snapshotFromText } from '../../src/fleet/index.ts';
import { compilePolicy, expectationsFor, policyFor } from '../../src/policy/index.ts';
import { assess, CATALOGUE } from '../../src/posture/index.ts';
import { everyRequest, secretOf, SERVERS } from './requests.ts';

/** The release itself is no work of the compiler: old ones have advisories whatever their conf says. */
const CHECKS = CATALOGUE.filter((check) => check.area !== 'version');

describe('audit(compile(policy))', () => {
  it.each(SERVERS.map((server) => [`${server.product} ${server.version}`, server] as const))(
    'has no fail for %s at any level, framework and exposure',
    (_, server) => {
      const judged = new Set<string>();
      for (const request of everyRequest([server])) {
        // A Sentinel's files are judged live.
        if (request.mode === 'sentinel') continue;
        const { artefacts } = compilePolicy(policyFor(request), { secrets: secretOf });
        const file = (path: string): string => artefacts.find((each) => each.path === path)?.content ?? '';
        const conf = file(`${server.product}.conf`).replace(/^include .*$/m, () => file('secrets.conf'));
        // Requests that give the same files and the same expectations are judged once.
        const { settings, tls, credentials, users, host } = expectationsFor(request);
        const wanted = [...settings.values()].map((setting) => `${setting.name} ${setting.accepted}`);
        const { level, exposure, frameworks } = request;
        const regulated = frameworks.length > 0;
        const bare = conf.replace(/^#.*$/m, '');
        const key = JSON.stringify([bare, level, exposure, regulated, wanted, tls, credentials, users, host]);
        if (judged.has(key)) continue;
        judged.add(key);
        const assessment = assess(
          [
            {
              snapshot: snapshotFromText({ server, conf, acl: file('users.acl') }),
              expected: expectationsFor(request),
              gatheredInMs: 0,
            },
          ],
          {
            checks: CHECKS,
            now: new Date('2026-11-22T00:00:00Z'),
            toolVersion: '0.0.0',
            advisoriesAsOf: '2026-11-18',
            waivers: [],
            elapsedMs: () => 0,
            unreachable: [],
          },
        );
        const failed = assessment.targets
          .flatMap((target) => target.outcomes)
          .filter((outcome) => outcome.status === 'fail')
          .map((outcome) => `${outcome.checkId} ${outcome.title}`);
        expect(failed, JSON.stringify(request)).toEqual([]);
      }
    },
    120_000,
  );
});
