/** Users and the configuration file around them: aclfile, requirepass, rename-command. */
import { hitToken, inWords } from '../hit.ts';
import type { LintRule } from '../rule.ts';
import { allowed, prove, proveFile, SINCE_6_0 } from './proof.ts';
import { accepted } from './shown.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';

const WITH_LINES: LintRule = {
  id: 'aclfile-with-user-lines',
  title: 'User lines stand beside aclfile',
  severity: 'high',
  rationale:
    'Users come from the configuration file or from an ACL file, not from both: a server that finds user lines and aclfile refuses to start.',
  fix: 'Move the user lines into the ACL file, without quotes.',
  proof: [proveFile(SINCE_6_0, good, accepted)],
  examples: {
    bad: { kind: 'conf', text: 'aclfile users.acl\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n' },
    good: { kind: 'conf', text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n' },
  },
  judge: ({ options }) => {
    const { aclfile, userLine } = options.conf ?? {};
    if (aclfile === undefined || userLine === undefined) return [];
    return [
      {
        line: userLine,
        message: 'The file has user lines and an aclfile: the server refuses to start with both.',
        fix: inWords('Move the user lines into the ACL file, or drop aclfile.'),
      },
    ];
  },
};

const REQUIREPASS: LintRule = {
  id: 'requirepass-ignored',
  title: 'requirepass does nothing beside an ACL file',
  severity: 'critical',
  rationale:
    'requirepass sets the password of default, and an ACL file replaces all users when it is read. Without a line for default in it the server is open in spite of requirepass, and anybody reads that password by CONFIG GET; with one, requirepass says nothing.',
  fix: 'Declare default in the ACL file (user default off) and remove requirepass.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >s ~app:* +get\n', accepted, {
      kind: 'allowed',
      user: 'default',
      argv: ['CONFIG', 'GET', 'requirepass'],
    }),
  ],
  examples: {
    bad: { kind: 'conf', text: 'requirepass Hw3-tRn8y_Qd5\naclfile users.acl\n' },
    good: { kind: 'conf', text: 'aclfile users.acl\n' },
  },
  judge: ({ options, source, users }) => {
    const { aclfile, requirepass } = options.conf ?? {};
    if (aclfile === undefined || requirepass === undefined || source.kind !== 'conf') return [];
    const declared = options.conf?.aclfileDeclaresDefault;
    const severity =
      declared === true || users.some(({ name }) => name === 'default') ? 'medium' : 'critical';
    const then =
      declared === true
        ? 'the line for default in that file decides, and requirepass says nothing'
        : declared === false
          ? 'that file has no line for default, so that everybody is an administrator without a password'
          : 'unless that file has a line for default, everybody is an administrator without a password';
    return [
      {
        severity,
        ...(requirepass.line !== undefined && { line: requirepass.line }),
        message: `The users of ${aclfile.path} replace requirepass: ${then}.`,
        fix: inWords('Write "user default off" into the ACL file and remove requirepass.'),
      },
    ];
  },
};

const RENAMED: LintRule = {
  id: 'renamed-command',
  title: 'A rule speaks of a command that was renamed',
  severity: 'medium',
  rationale:
    'Rules use the original names: +config allows CONFIG under whatever name rename-command gave it, and the new name is unknown to the ACL. A command that was renamed to "" is gone, whatever the rules say.',
  fix: 'Use rules instead of rename-command, or mind that they mean the original name.',
  proof: [prove(SINCE_6_0, 'on nopass +config', allowed('CONFIG', 'GET', 'port'))],
  examples: {
    bad: {
      kind: 'conf',
      text: 'rename-command CONFIG c0nf-7x\nuser default off\nuser ops on >Vq7-mZp2x_Lk9 +config\n',
    },
    good: { kind: 'conf', text: 'user default off\nuser ops on >Vq7-mZp2x_Lk9 +config\n' },
  },
  judge: ({ options, users }) => {
    const renamed = options.conf?.renamed;
    if (renamed === undefined) return [];
    const originals = new Set(renamed.values());
    return users.flatMap((user) =>
      user.tokens
        .filter(({ text }) => originals.has((/^[+]([^@|]+)/.exec(text)?.[1] ?? '').toLowerCase()))
        .map((token) =>
          hitToken(user, token, {
            message: `${token.text} allows a command that rename-command gave another name: the user needs that name to run it.`,
            fix: inWords('Drop rename-command: rules say better who may run it.'),
          }),
        ),
    );
  },
};

export const CONF_FILE_RULES: readonly LintRule[] = [WITH_LINES, REQUIREPASS, RENAMED];
