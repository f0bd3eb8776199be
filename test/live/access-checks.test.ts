/** Access checks on real servers: what only a running one shows, and that no reply makes a check throw. */

import { describe, expect, it } from 'vitest';
import { parseTarget, snapshotLive, type Target } from '../../src/fleet/index.ts';
import { expectationsFor } from '../../src/policy/index.ts';
import type { Check, Verdict } from '../../src/posture/index.ts';
import { NO_FLEET } from '../../src/posture/fleet-view.ts';
import { authenticationChecks } from '../../src/posture/checks/authentication/list.ts';
import { commandsChecks } from '../../src/posture/checks/commands/list.ts';
import { filesChecks } from '../../src/posture/checks/files/list.ts';
import { networkChecks } from '../../src/posture/checks/network/list.ts';
import { scriptingChecks } from '../../src/posture/checks/scripting/list.ts';
import { usersChecks } from '../../src/posture/checks/users/list.ts';
import { forEachServer, openConnection, SERVER_IDS, startServer, talk } from '../servers/index.ts';

const CHECKS: readonly Check[] = [
  networkChecks,
  authenticationChecks,
  usersChecks,
  commandsChecks,
  scriptingChecks,
  filesChecks,
].flat();

const SECRET = '4be2f0a96c1d7735e8b04f12a9c3d6e75f80b1c24d93ea06f7158c2b9d40e3a1';

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (parsed.target === undefined) throw new Error(parsed.problems[0].message);
  return parsed.target;
}

async function audit(url: string): Promise<ReadonlyMap<string, Verdict>> {
  const snapshot = await snapshotLive(target(url));
  if (!snapshot.product.known) throw new Error('no version');
  const { product, version } = snapshot.product.value;
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: { product, version },
    mode: 'standalone',
  });
  const context = { expected, now: new Date(), fleet: NO_FLEET };
  return new Map(
    CHECKS.map((check) => {
      const applies = check.appliesWhen?.(snapshot, context) ?? true;
      return [check.id, applies === true ? check.evaluate(snapshot, context) : notApplicable(applies)];
    }),
  );
}

function notApplicable(why: string): Verdict {
  return { status: 'not-applicable', why };
}

function failing(verdicts: ReadonlyMap<string, Verdict>): readonly string[] {
  return [...verdicts].flatMap(([id, { status }]) => (status === 'fail' ? [id] : []));
}

describe('access checks', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('find a stock server open', async () => {
      const { port, stop } = await startServer({ server, conf: '' });
      const verdicts = await audit(`redis://127.0.0.1:${port}`);
      await stop();
      expect(failing(verdicts)).toEqual(
        expect.arrayContaining(['AUTH-001', 'NET-008', 'CMD-001', 'CMD-003', 'CMD-006', 'CMD-007']),
      );
      // dir and dbfilename are protected from 7.0 on.
      expect(failing(verdicts).includes('CMD-024')).toBe(server.id === 'redis-6.0');
    });

    it('find requirepass dead beside an ACL file without a default line', async () => {
      const { port, stop } = await startServer({
        server,
        conf: `requirepass ${SECRET}\n`,
        aclfile: `user app on >${SECRET} ~app:* +get\n`,
      });
      const verdicts = await audit(`redis://127.0.0.1:${port}`);
      await stop();
      expect(failing(verdicts)).toEqual(
        expect.arrayContaining(['AUTH-001', 'AUTH-004', 'AUTH-005', 'NET-008']),
      );
      expect(JSON.stringify([...verdicts])).not.toContain(SECRET);
    });

    it('find sessions of users that were switched off, failed logins and changes that were not saved', async () => {
      const { port, stop } = await startServer({
        server,
        conf: 'maxclients 100\n',
        aclfile: `user default on nopass ~* +@all\nuser admin on >${SECRET} ~* +@all\nuser temp on >${SECRET}2 ~* +get\n`,
      });
      const old = await openConnection(port);
      await old.send(['GET', 'a']);
      const temp = await openConnection(port);
      await temp.send(['AUTH', 'temp', `${SECRET}2`]);
      await temp.send(['GET', 'a']);
      await talk(port, [
        ['AUTH', 'admin', SECRET],
        ['ACL', 'SETUSER', 'default', 'off', 'resetpass'],
        ['ACL', 'SETUSER', 'temp', 'off'],
        ['CONFIG', 'SET', 'maxclients', '90'],
      ]);
      for (let i = 0; i < 21; i += 1) await talk(port, [['AUTH', 'admin', 'wrong']]);
      const verdicts = await audit(`redis://admin:${SECRET}@127.0.0.1:${port}`);
      old.close();
      temp.close();
      await stop();
      expect(failing(verdicts)).toEqual(
        expect.arrayContaining(['AUTH-020', 'AUTH-021', 'AUTH-022', 'FILE-014', 'FILE-015']),
      );
      expect(failing(verdicts)).not.toContain('AUTH-001');
      expect(failing(verdicts)).not.toContain('NET-008');
    });

    it('find the users in force to be those of the file, and the settings those of the conf', async () => {
      const { port, stop } = await startServer({
        server,
        conf: 'maxclients 100\nmaxmemory 64mb\nsave 3600 1\n',
        aclfile: `user default off resetpass\nuser admin on >${SECRET} ~* +@all\nuser app on >${SECRET}3 ~app:* -@all +get +config|get\n`,
      });
      const verdicts = await audit(`redis://admin:${SECRET}@127.0.0.1:${port}`);
      await stop();
      expect(verdicts.get('FILE-014')).toMatchObject({ status: 'pass' });
      expect(verdicts.get('FILE-015')).toMatchObject({ status: 'pass' });
      expect(verdicts.get('AUTH-021')).toMatchObject({ status: 'pass' });
    });
  });
});
