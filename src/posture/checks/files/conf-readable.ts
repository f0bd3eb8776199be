/** FILE-017: others on the host can read the conf file, and its passwords. */

import type { ConfFiles, Snapshot } from '../../../fleet/index.ts';
import type { Check, Verdict } from '../../check.ts';
import { readConfFiles } from '../../conf-reading.ts';
import { examplePaths } from '../../example.ts';
import { printMode } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass, unknownFrom } from '../../verdict.ts';

export const confReadable: Check = {
  id: 'FILE-017',
  area: 'files',
  title: 'Others on the host can read the conf file',
  goal: 'Only the server and its administrators read the conf file',
  severity: 'medium',
  rationale:
    'requirepass, masterauth and key passphrases stand in the conf file in clear, and its user lines hold unsalted hashes. ' +
    'CONFIG REWRITE keeps the mode of the file.',
  evaluate: (snapshot) =>
    readConfFiles(snapshot, (conf) => {
      const verdict = judgeModes(snapshot, conf);
      if (verdict.status !== 'fail' || !holdsSecrets(snapshot)) return verdict;
      return { ...verdict, severity: { value: 'high', because: 'it holds passwords' } };
    }),
  remedy: 'chmod 0640 (or 0600) and chown root:redis, so that the group of the server reads it.',
  references: [REFERENCES.security],
  attackPaths: ['AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'masterauth 4be2f0a96c1d7735e8b04f12a9c3d6e7\n',
      facts: examplePaths({ 'redis.conf': { mode: 0o644, owner: 'root' } }),
    },
    good: {
      server: 'redis-7.2',
      conf: 'masterauth 4be2f0a96c1d7735e8b04f12a9c3d6e7\n',
      facts: examplePaths({ 'redis.conf': { mode: 0o640, owner: 'root' } }),
    },
  },
};

function judgeModes(snapshot: Snapshot, conf: ConfFiles): Verdict {
  const files = conf.documents.map(({ path }) => ({ path, fact: snapshot.paths.get(path) }));
  const open = files.flatMap(({ path, fact }) =>
    fact?.known === true && (fact.value.mode & 0o004) !== 0
      ? [{ path, mode: fact.value.mode, from: fact.from }]
      : [],
  );
  if (open.length > 0)
    return fail(
      rows(open, ({ path, mode, from }) => evidence(`${path} has mode ${printMode(mode)}`, from)),
      open.slice(0, 20).map(({ path }) => ({ kind: 'file-mode', path, mode: '0640' })),
    );
  const unread = files.find(({ fact }) => fact?.known !== true);
  if (unread === undefined) return pass(`${files.length} conf files, closed to others`);
  return unread.fact?.known === false
    ? unknownFrom(unread.fact, `mode of ${unread.path}`)
    : {
        status: 'unknown',
        missing: `mode of ${unread.path}`,
        why: 'the file was not looked at',
        look: `run wardis audit on the server's own host, or read: ls -l ${unread.path}`,
      };
}

function holdsSecrets(snapshot: Snapshot): boolean {
  return [...snapshot.secrets.values()].some((fact) => fact.known && !fact.value.isEmpty());
}
