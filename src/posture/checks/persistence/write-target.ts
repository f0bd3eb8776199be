/** DATA-005: dir and file names as an intruder leaves them after the CONFIG SET dir attack. */

import type { Check, Evidence } from '../../check.ts';
import { byHand, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const DIRS =
  /(?:^|\/)(?:\.ssh|cron\.d|cron(?:tabs)?|spool\/cron|init\.d|systemd\/system|profile\.d|www|htdocs|public_html|webapps|autostart|sudoers\.d|ld\.so\.conf\.d)(?:\/|$)/i;
const FILES =
  /^(?:authorized_keys2?|crontab|root|\.bashrc|\.profile|\.bash_profile|passwd|shadow|sudoers|ld\.so\.preload)$|\.(?:so|php\d?|jsp|jspx|aspx?|sh|py|pl|service|desktop)$/i;
const NAMES = ['dbfilename', 'appendfilename'] as const;

export const writeTarget: Check = {
  id: 'DATA-005',
  area: 'persistence',
  title: 'The server writes its data where programs or logins are read from: a sign of intrusion',
  goal: 'Data files have plain names in a directory of the server’s own',
  severity: 'critical',
  rationale:
    'The oldest attack on an open server sets dir and dbfilename to a crontab, authorized_keys, a web root or a module file and runs SAVE. Names like these are seldom anything else. From 7.0 enable-protected-configs no refuses the change; before, everybody who may run CONFIG SET can make it.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['dir', ...NAMES], (seen) => {
      const found: Evidence[] = [];
      if (DIRS.test(seen.dir.value)) found.push(evidence(`dir ${seen.dir.value}`, seen.dir.from));
      for (const name of NAMES)
        if (FILES.test(seen[name].value))
          found.push(evidence(`${name} ${seen[name].value}`, seen[name].from));
      if (found.length === 0)
        return pass(`dir ${seen.dir.value}, dbfilename ${seen.dbfilename.value}`, seen.dir.from);
      return fail(
        found,
        [
          byHand(
            'Treat the host as compromised: isolate it, keep the evidence, find out who changed dir and dbfilename, and rebuild it.',
          ),
        ],
        'Somebody may already run code on this host.',
      );
    }),
  remedy:
    'Handle it as an incident first. Then rebuild the server from its policy, on a version from 7.0 with enable-protected-configs no.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-01', 'AP-02', 'AP-06'],
  examples: {
    bad: { server: 'redis-6.2', conf: 'dir /root/.ssh\ndbfilename authorized_keys\n' },
    good: { server: 'redis-6.2', conf: 'dir /var/lib/redis\ndbfilename dump.rdb\n' },
  },
};
