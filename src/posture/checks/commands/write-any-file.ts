/** CMD-024: CONFIG SET dir with SAVE writes files as the account of the server. */

import type { User } from '../../../acl/index.ts';
import { versionAtLeast } from '../../../conf/index.ts';
import type { Check } from '../../check.ts';
import { SEVEN } from '../../conf-reading.ts';
import { holdingData, readFact, readServer, readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holding, mayRun, rows, runnable, withdraw } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import type { Snapshot } from '../../../fleet/index.ts';
import type { Verdict } from '../../check.ts';

export const writeAnyFile: Check = {
  id: 'CMD-024',
  area: 'commands',
  title: 'A client can write files as the account of the server',
  goal: 'dir and dbfilename cannot be changed at run time',
  severity: 'critical',
  rationale:
    'CONFIG SET dir /root/.ssh, CONFIG SET dbfilename authorized_keys, SAVE: the classic way from an open port to a shell, ' +
    'used by worms with cron tables and web roots as well. Up to 6.2 whoever holds CONFIG SET and SAVE or BGSAVE can do it; ' +
    'from 7.0 on both settings are protected unless enable-protected-configs allows it.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readServer(snapshot, (server) =>
        versionAtLeast(server, SEVEN)
          ? readSettings(snapshot, ['enable-protected-configs'], (settings) => {
              const gate = settings['enable-protected-configs'];
              const shown = `enable-protected-configs ${gate.value}`;
              return gate.value === 'no' ? pass(shown, gate.from) : judgeHolders(snapshot, shown);
            })
          : judgeHolders(snapshot, `${server.product} ${server.version} protects no setting`),
      ),
    ),
  remedy:
    'enable-protected-configs no, CONFIG SET for administrators only, and a server account that owns nothing else.',
  references: [REFERENCES.security, REFERENCES.acl],
  attackPaths: ['AP-01'],
  examples: {
    bad: { server: 'redis-6.2', conf: 'bind 127.0.0.1\n' },
    good: withUsers('redis-7.2', [`user admin on ${HASH} ~* &* +@all`]),
  },
};

function judgeHolders(snapshot: Snapshot, open: string): Verdict {
  return readFact(snapshot.users, 'the users and their rules', (users, from) => {
    const found = users.filter(({ user }) => isReachable(user) && writesFiles(user));
    if (found.length === 0) return pass('nobody but administrators may CONFIG SET and save', from);
    return fail(
      [
        evidence(open),
        ...rows(found, (fact) => holding(fact, runnable(fact.user, ['config|set', 'save', 'bgsave']))),
      ],
      [
        ...found.slice(0, 20).map(({ user }) => withdraw(user, ['config|set'])),
        setAndRestart('enable-protected-configs', 'no'),
      ].filter(
        (change) => snapshot.settings.has('enable-protected-configs') || change.kind !== 'set-directive',
      ),
      'Files of the account that runs the server can be written, and with them a shell.',
    );
  });
}

function writesFiles(user: User): boolean {
  return (
    mayRun(user, 'config|set') && runnable(user, ['save', 'bgsave', 'bgrewriteaof', 'replicaof']).length > 0
  );
}

/** Everybody but the administrators, who may as well be trusted with files of the server. */
function isReachable(user: User): boolean {
  const duty = dutyOf(user);
  return duty !== 'off' && duty !== 'administrator';
}
