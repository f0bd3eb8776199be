/** FILE-020: conf or ACL file belong to an account that is neither root nor the server. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { readConfFiles } from '../../conf-reading.ts';
import { examplePaths } from '../../example.ts';
import { readPath } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Accounts that the packages and images create. */
const USUAL = ['root', '0', 'redis', 'valkey', 'sentinel'];

export const foreignOwner: Check = {
  id: 'FILE-020',
  area: 'files',
  title: 'The conf or ACL file belongs to another account',
  goal: 'Conf and ACL file belong to root or to the server',
  severity: 'medium',
  rationale:
    'The owner of a file may always change it, whatever its mode: a deployment account, or a person who left, then owns ' +
    'the server at the next start. With the wrong owner ACL SAVE and CONFIG REWRITE fail as well.',
  evaluate: (snapshot) =>
    readConfFiles(snapshot, (conf) => {
      const files = [
        ...conf.documents.map(({ path }) => path),
        ...(snapshot.aclFile.known ? [snapshot.aclFile.value.path] : []),
      ];
      const accepted = new Set([...USUAL, ...serverAccounts(snapshot)]);
      const foreign = files.flatMap((path) => {
        const fact = snapshot.paths.get(path);
        return fact?.known === true && !accepted.has(fact.value.owner) ? [{ path, ...fact }] : [];
      });
      if (foreign.length > 0)
        return fail(
          rows(foreign, ({ path, value, from }) => evidence(`${path} belongs to ${value.owner}`, from)),
          foreign
            .slice(0, 20)
            .map(({ path }) => ({ kind: 'file-mode', path, mode: '0640', owner: 'root:redis' })),
        );
      const unread = files.find((path) => snapshot.paths.get(path)?.known !== true);
      return unread === undefined
        ? pass(`${files.length} files belong to root or to the server`)
        : readPath(snapshot, unread, () => pass());
    }),
  remedy: 'chown root:redis for the conf file, redis:redis for an ACL file that ACL SAVE writes.',
  references: [REFERENCES.security],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: examplePaths({ 'redis.conf': { owner: 'deploy' } }) },
    good: { server: 'redis-7.2', conf: '', facts: examplePaths({ 'redis.conf': { owner: 'root' } }) },
  },
};

function serverAccounts(snapshot: Snapshot): readonly string[] {
  return [
    ...(snapshot.process.known ? [snapshot.process.value.user] : []),
    ...(snapshot.unit.known ? [snapshot.unit.value.service.get('User') ?? 'root'] : []),
  ];
}
