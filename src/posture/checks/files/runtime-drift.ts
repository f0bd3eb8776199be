/** FILE-014: the running server differs from its conf file. */

import type { EffectiveSetting } from '../../../conf/index.ts';
import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { readConf } from '../../conf-judgement.ts';
import { exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Settings that the server shows in another form than they are written, or that arguments of the start decide. */
const SHOWN_OTHERWISE = new Set([
  'dir',
  'logfile',
  'pidfile',
  'daemonize',
  'supervised',
  'aclfile',
  'unixsocket',
  'include',
]);

export const runtimeDrift: Check = {
  id: 'FILE-014',
  area: 'files',
  title: 'The running server differs from its conf file',
  goal: 'The conf file says what runs',
  severity: 'medium',
  rationale:
    'CONFIG SET changes the running server only. What was set in haste is lost at the next restart, and what was corrected ' +
    'in the file is not in force until then. An attacker who switches protections off leaves the same trace.',
  appliesWhen: (snapshot) => snapshot.origin === 'live' || 'only a running server can differ from its file',
  evaluate: (snapshot) =>
    readConf(snapshot, ({ effective }) => {
      if (snapshot.settings.size === 0)
        return readFact(snapshot.product, 'CONFIG GET *', () => ({
          status: 'unknown',
          missing: 'CONFIG GET *',
          why: 'the server showed no settings',
          look: 'CONFIG GET *',
        }));
      const written = [...effective.settings.values()];
      const compared = written.filter((setting) => isComparable(setting, snapshot));
      const differing = compared.filter((setting) => !isSame(setting, snapshot));
      if (compared.length === 0 && written.length > 0)
        return {
          status: 'unknown',
          missing: 'CONFIG GET *',
          why: 'no written setting was shown',
          look: 'CONFIG GET *',
        };
      if (differing.length === 0) return pass(`${compared.length} settings are as written`);
      return fail(
        rows(differing, (setting) =>
          evidence(describe(setting, snapshot), { kind: 'file', path: setting.path, line: setting.line }),
        ),
        [
          byHand(
            'Decide which is right: CONFIG REWRITE writes what runs into the file, a restart takes what is written',
          ),
        ],
      );
    }),
  remedy: 'Correct the file or the server; CONFIG REWRITE writes the running values into the file.',
  references: [REFERENCES.admin],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'maxclients 10000\n',
      facts: { origin: 'live', settings: new Map([['maxclients', exampleFact('20000')]]) },
    },
    good: {
      server: 'redis-7.2',
      conf: 'maxclients 10000\n',
      facts: { origin: 'live', settings: new Map([['maxclients', exampleFact('10000')]]) },
    },
  },
};

function isComparable(setting: EffectiveSetting, snapshot: Snapshot): boolean {
  if (setting.templated || setting.refused !== undefined || SHOWN_OTHERWISE.has(setting.name)) return false;
  if (setting.secret !== undefined) return snapshot.secrets.get(setting.name)?.known === true;
  return snapshot.settings.get(setting.name)?.known === true;
}

function isSame(setting: EffectiveSetting, snapshot: Snapshot): boolean {
  if (setting.secret !== undefined) {
    const fact = snapshot.secrets.get(setting.name);
    return fact?.known !== true || fact.value.equals(setting.secret);
  }
  const fact = snapshot.settings.get(setting.name);
  return fact?.known !== true || plain(fact.value) === plain(setting.text);
}

function describe(setting: EffectiveSetting, snapshot: Snapshot): string {
  if (setting.secret !== undefined)
    return `${setting.name}: the running value is another one than in the file`;
  const fact = snapshot.settings.get(setting.name);
  return `${setting.name}: written ${setting.text || '""'}, running ${(fact?.known === true && fact.value) || '""'}`;
}

/** `slave` and `replica` name the same class of clients. */
function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/\bslave\b/g, 'replica')
    .replace(/\s+/g, ' ');
}
