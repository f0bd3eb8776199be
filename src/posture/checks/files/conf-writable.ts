/** FILE-019: others on the host can change the conf or ACL file. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { readConfFiles } from '../../conf-reading.ts';
import { examplePaths } from '../../example.ts';
import { printMode } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass, unknownFrom } from '../../verdict.ts';

export const confWritable: Check = {
  id: 'FILE-019',
  area: 'files',
  title: 'Others on the host can change the conf or ACL file',
  goal: 'Only the server and its administrators change conf and ACL file',
  severity: 'high',
  rationale:
    'Who writes these files has the server at the next start or ACL LOAD: a user, a loadmodule line, another dir. A line ' +
    'with an unclosed parenthesis in the ACL file ends the process at ACL LOAD (7.0 to 8.0.6, Valkey to 9.1.2).',
  evaluate: (snapshot) =>
    readConfFiles(snapshot, () => {
      const files = configurationFiles(snapshot).map((path) => ({ path, fact: snapshot.paths.get(path) }));
      const open = files.flatMap(({ path, fact }) =>
        fact?.known === true && (fact.value.mode & 0o002) !== 0 ? [{ path, ...fact }] : [],
      );
      if (open.length > 0)
        return fail(
          rows(open, ({ path, value, from }) => evidence(`${path} has mode ${printMode(value.mode)}`, from)),
          open.slice(0, 20).map(({ path }) => ({ kind: 'file-mode', path, mode: '0640' })),
        );
      const unread = files.find(({ fact }) => fact?.known !== true);
      if (unread === undefined) return pass(`${files.length} files, closed to others`);
      return unread.fact?.known === false
        ? unknownFrom(unread.fact, `mode of ${unread.path}`)
        : {
            status: 'unknown',
            missing: `mode of ${unread.path}`,
            why: 'the file was not looked at',
            look: `run wardis audit on the server's own host, or read: ls -l ${unread.path}`,
          };
    }),
  remedy: 'chmod 0640, owned by root or by the account of the server.',
  references: [REFERENCES.security],
  attackPaths: ['AP-01', 'AP-02'],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: examplePaths({ 'redis.conf': { mode: 0o666 } }) },
    good: { server: 'redis-7.2', conf: '', facts: examplePaths({ 'redis.conf': { mode: 0o640 } }) },
  },
};

function configurationFiles(snapshot: Snapshot): readonly string[] {
  return [
    ...(snapshot.conf.known ? snapshot.conf.value.documents.map(({ path }) => path) : []),
    ...(snapshot.aclFile.known ? [snapshot.aclFile.value.path] : []),
  ];
}
