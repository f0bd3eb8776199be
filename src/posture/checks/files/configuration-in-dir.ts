/** FILE-016: the conf or ACL file lies in the directory to which the server writes its data. */

import type { Provenance } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { readConfFiles } from '../../conf-reading.ts';
import { byHand, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const configurationInDir: Check = {
  id: 'FILE-016',
  area: 'files',
  title: 'Configuration lies in the data directory',
  goal: 'Configuration and data lie in different directories',
  severity: 'low',
  rationale:
    'Whatever makes the server write a file writes it into dir: a snapshot called users.acl, or a file that a primary ' +
    'sends, replaces the users. Backups of dir then also hold the password hashes.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['dir', 'aclfile'], ({ dir, aclfile }) =>
      readConfFiles(snapshot, (conf) => {
        const files: readonly (readonly [string, Provenance])[] = [
          ...(aclfile.value === '' ? [] : [[aclfile.value, aclfile.from] as const]),
          ...conf.documents.map(({ path }) => [path, { kind: 'file', path } as const] as const),
        ];
        const inside = files.filter(([path]) => isInside(path, dir.value));
        if (inside.length === 0) return pass(`dir ${dir.value} holds neither conf nor ACL file`, dir.from);
        return fail(
          [evidence(`dir ${dir.value}`, dir.from), ...rows(inside, ([path, from]) => evidence(path, from))],
          [
            byHand(
              `Move ${inside.map(([path]) => path).join(' and ')} to a directory that the server need not write`,
            ),
          ],
        );
      }),
    ),
  remedy:
    'Keep conf and ACL file under /etc, data under /var/lib. (For ACL SAVE and CONFIG REWRITE the folder of the file must be writable to the server: it writes a new file and renames it.)',
  references: [REFERENCES.acl, REFERENCES.persistence],
  attackPaths: ['AP-01', 'AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'dir /var/lib/redis\naclfile /var/lib/redis/users.acl\n',
      acl: 'user default off resetpass\n',
    },
    good: {
      server: 'redis-7.2',
      conf: 'dir /var/lib/redis\naclfile /etc/redis/users.acl\n',
      acl: 'user default off resetpass\n',
    },
  },
};

/** Both absolute: what is relative counts from a directory that the files do not show. */
function isInside(path: string, dir: string): boolean {
  return (
    path.startsWith('/') &&
    dir.startsWith('/') &&
    dir !== '/' &&
    path.startsWith(`${dir.replace(/\/+$/, '')}/`)
  );
}
