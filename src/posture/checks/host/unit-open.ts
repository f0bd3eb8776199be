/** HOST-002: what systemd would keep from a server that was taken over. */

import type { Check } from '../../check.ts';
import { exampleUnit } from '../../example.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const unitOpen: Check = {
  id: 'HOST-002',
  area: 'host',
  title: 'The service is not confined',
  goal: 'The service is confined to its own files',
  severity: 'medium',
  rationale:
    'ProtectSystem, NoNewPrivileges and PrivateTmp keep a server that was taken over from writing crontabs, gaining privileges and leaving files in /tmp. The usual attack (CONFIG SET dir, SAVE) then fails even where the server would allow it.',
  evaluate: (snapshot, context) =>
    context.expected.host.sandboxedUnit
      ? readFact(snapshot.unit, 'the systemd unit', ({ name, service }, from) => {
          const missing = WANTED.filter(
            ({ directive, accepts }) => !accepts.includes((service.get(directive) ?? '').toLowerCase()),
          );
          return missing.length === 0
            ? pass(
                `${name}: ${WANTED.map(({ directive }) => `${directive}=${service.get(directive) ?? ''}`).join(' ')}`,
                from,
              )
            : fail(
                missing.map(({ directive }) =>
                  evidence(`${name}: ${directive}=${service.get(directive) ?? '(not set)'}`, from),
                ),
                [{ kind: 'harden', options: '' }],
              );
        })
      : notApplicable('a confined service is not asked for at this level'),
  remedy:
    'Install the drop-in that wardis harden writes (hardened level), then systemctl daemon-reload and restart.',
  references: [REFERENCES.systemd],
  attackPaths: ['AP-01', 'AP-02', 'AP-04'],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: exampleUnit({ User: 'redis' }) },
    good: {
      server: 'redis-7.2',
      conf: '',
      facts: exampleUnit({
        User: 'redis',
        ProtectSystem: 'strict',
        NoNewPrivileges: 'yes',
        PrivateTmp: 'yes',
        ProtectHome: 'yes',
      }),
    },
  },
};

const YES = ['yes', 'true', 'on', '1'];
const WANTED: readonly { readonly directive: string; readonly accepts: readonly string[] }[] = [
  { directive: 'ProtectSystem', accepts: ['strict', 'full'] },
  { directive: 'NoNewPrivileges', accepts: YES },
  { directive: 'PrivateTmp', accepts: [...YES, 'disconnected'] },
  { directive: 'ProtectHome', accepts: [...YES, 'tmpfs', 'read-only'] },
];
