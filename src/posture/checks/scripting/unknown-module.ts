/** SCR-007: a module is loaded that is not one of the known ones. */

import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Names that MODULE LIST shows for the modules of Redis and Valkey, of their vendors, and of Redis 8 itself. */
const KNOWN = new Set(
  (
    'rejson json search searchlight ft timeseries bf graph redisgears redisgears_2 redisai ai vectorset valkeysearch ' +
    'valkey-search valkey-bloom valkey-json valkey-ldap bloom ldap lua'
  ).split(' '),
);

export const unknownModule: Check = {
  id: 'SCR-007',
  area: 'scripting',
  title: 'An unknown module is loaded',
  goal: 'Only modules that were meant are loaded',
  severity: 'high',
  rationale:
    'A module is native code in the server. Worms load one that gives a shell (system.exec and the like) and leave it ' +
    'there. Names that are not of the known modules are for a person to explain; Lua as a module is part of Valkey 9.',
  evaluate: (snapshot) =>
    readFact(snapshot.modules, 'MODULE LIST', (modules, from) => {
      const strange = modules.filter(({ name }) => !KNOWN.has(name.toLowerCase()));
      if (strange.length === 0)
        return pass(`modules: ${modules.map(({ name }) => name).join(', ') || 'none'}`, from);
      return fail(
        rows(strange, ({ name, version, path }) =>
          evidence(`module ${name} version ${version}${path === '' ? '' : ` from ${path}`}`, from),
        ),
        strange
          .slice(0, 20)
          .map(({ name }) =>
            byHand(`Find out who loaded ${name}; if nobody did, treat the host as taken over`),
          ),
      );
    }),
  remedy:
    'MODULE UNLOAD name and remove the file, or waive the finding with the reason why the module is there.',
  references: [REFERENCES.security],
  attackPaths: ['AP-02', 'AP-06'],
  examples: {
    bad: {
      server: 'redis-6.2',
      conf: '',
      facts: { modules: exampleFact([{ name: 'system', version: '1', path: '/tmp/exp.so' }]) },
    },
    good: { server: 'redis-6.2', conf: '', facts: { modules: exampleFact([]) } },
  },
};
