/** Users with keys of their own beside others: patterns that reach into a neighbour's keys. */
import { globMatch } from '../../decision/glob.ts';
import type { LintHit, LintRule, LintSeverity, LintSubject, LintUser } from '../rule.ts';
import { inWords, listSome } from '../hit.ts';
import { isApplication } from '../user-kind.ts';
import { readGlob } from './glob-item.ts';
import { historiesOf } from './history.ts';
import type { Step } from './history.ts';
import { hitAt, isConfined, isSovereign, judgedUsers, replaceFix } from './holder.ts';
import { findMeetings, literalStart } from './overlap.ts';
import type { Meeting, Owned } from './overlap.ts';
import { findCommandFor } from './witness.ts';
import { allowed, denied, prove, proveFile, SECRET, SINCE_6_0, SINCE_6_2, SINCE_7_0 } from './proof.ts';

const overlap: LintRule = {
  id: 'tenant-overlap',
  title: 'A key pattern reaches into another user’s keys',
  severity: 'high',
  rationale:
    'A pattern such as ~app_a* has no separator at its end: it matches the keys of every user whose name begins the same, app_ab:… included. Patterns of two users that share keys only in part are rarely meant.',
  fix: 'End the prefix with a separator that no name contains: ~app_a:*.',
  proof: [
    prove(SINCE_6_0, '~app_a* +get', allowed('GET', 'app_ab:secret')),
    prove(SINCE_6_0, '~app_a:* +get', denied('GET', 'app_ab:secret'), allowed('GET', 'app_a:1')),
    proveFile(SINCE_7_0, `user a on ${SECRET} ~app_a* +get\nuser ab on ${SECRET} ~app_ab:* +get`, {
      kind: 'allowed',
      user: 'a',
      argv: ['GET', 'app_ab:1'],
    }),
  ],
  examples: {
    bad: { text: `user app_a on ${SECRET} ~app_a* +get\nuser app_ab on ${SECRET} ~app_ab:* +get` },
    good: { text: `user app_a on ${SECRET} ~app_a:* +get\nuser app_ab on ${SECRET} ~app_ab:* +get` },
  },
  judge: (subject) => {
    const meetings = findMeetings(ownedPatterns(subject, 'keys'));
    const hits = groupByWide(meetings).map((group) => describeMeeting(group, 'key'));
    const told = new Set(meetings.map(({ wide }) => `${wide.owner.name} ${wide.pattern}`));
    return [...hits, ...openPrefixes(subject, told)];
  },
};

const channelOverlap: LintRule = {
  id: 'tenant-channel-overlap',
  title: 'A channel pattern reaches into another user’s channels',
  severity: 'high',
  rationale:
    'A channel pattern without a separator at its end, such as &app_a*, also matches the channels of every user whose name begins the same.',
  fix: 'End the prefix with a separator that no name contains: &app_a.*.',
  proof: [
    prove(SINCE_6_2, 'resetchannels &app_a* +publish', allowed('PUBLISH', 'app_ab.news', 'x')),
    prove(SINCE_6_2, 'resetchannels &app_a.* +publish', denied('PUBLISH', 'app_ab.news', 'x')),
  ],
  examples: {
    bad: {
      text: `user app_a on ${SECRET} ~app_a:* &app_a* +publish\nuser app_ab on ${SECRET} ~app_ab:* &app_ab.* +subscribe`,
    },
    good: {
      text: `user app_a on ${SECRET} ~app_a:* &app_a.* +publish\nuser app_ab on ${SECRET} ~app_ab:* &app_ab.* +subscribe`,
    },
  },
  judge: (subject) =>
    groupByWide(findMeetings(ownedPatterns(subject, 'channels'))).map((group) =>
      describeMeeting(group, 'channel'),
    ),
};

const globMeta: LintRule = {
  id: 'tenant-glob-meta',
  title: 'A name with glob characters matches other names',
  severity: 'high',
  rationale:
    'Brackets, question marks, stars and backslashes in the name of a tenant are glob characters in its pattern: ~acme[1]:* matches acme1:…, another tenant, and not acme[1]:…, its own.',
  fix: 'Escape them with a backslash, or keep them out of names.',
  proof: [
    prove(SINCE_6_0, '~acme[1]:* +get', allowed('GET', 'acme1:k'), denied('GET', 'acme[1]:k')),
    prove(SINCE_6_0, "'~acme\\[1\\]:*' +get", allowed('GET', 'acme[1]:k'), denied('GET', 'acme1:k')),
  ],
  examples: {
    bad: { text: `user acme[1] on ${SECRET} ~acme[1]:* +get` },
    good: { text: `user acme[1] on ${SECRET} ~acme\\[1\\]:* +get` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) =>
      keySteps(user).flatMap(({ step, pattern }) => {
        const named =
          /[[\]?*\\]/.test(user.name) &&
          pattern.includes(user.name) &&
          !globMatch(pattern, pattern.replace(/\*$/, 'x'));
        const lone = readGlob(pattern).find(
          (item) =>
            item.kind === 'class' &&
            item.closed &&
            !item.negated &&
            item.ranges.length === 0 &&
            item.singles.length === 1,
        );
        if (!named && lone === undefined) return [];
        const meta = named ? user.name : (lone?.text ?? '');
        const escaped = step.rule.replace(meta, () => meta.replace(/[[\]?*\\]/g, '\\$&'));
        return [
          hitAt(user, step, {
            message: `${step.rule} does not match keys with ${meta} in their names, but those of another name: brackets, ? and * are glob characters.`,
            fix: replaceFix(step, escaped, `Write ${escaped}.`),
          }),
        ];
      }),
    ),
};

const letterCase: LintRule = {
  id: 'case-sensitive-keys',
  title: 'Patterns differ in letter case only',
  severity: 'low',
  rationale:
    'Command names know no letter case, keys and channels do: ~App:* does not match app:1. Two patterns that are the same but for their case point to one that matches nothing.',
  fix: 'Write patterns as the application writes its keys.',
  proof: [prove(SINCE_6_0, '~App:* +GET', denied('GET', 'app:1'), allowed('get', 'App:1'))],
  examples: {
    bad: { text: `user app on ${SECRET} ~App:* +get\nuser worker on ${SECRET} ~app:* +set` },
    good: { text: `user app on ${SECRET} ~app:* +get\nuser worker on ${SECRET} ~app:* +set` },
  },
  judge: (subject) => {
    const seen = new Map<string, string>();
    return judgedUsers(subject).flatMap((user) =>
      keySteps(user).flatMap(({ step, pattern }) => {
        const folded = pattern.toLowerCase();
        const first = seen.get(folded);
        seen.set(folded, first ?? pattern);
        if (first === undefined || first === pattern) return [];
        return [
          hitAt(user, step, {
            message: `${step.rule} of user ${user.name} and ~${first} differ in letter case only: they match different keys.`,
            fix: inWords('Write both as the application writes its keys.'),
          }),
        ];
      }),
    );
  },
};

export const TENANT_RULES: readonly LintRule[] = [overlap, channelOverlap, globMeta, letterCase];

interface PatternStep {
  readonly step: Step;
  readonly pattern: string;
}

/** Key rules that count at the end, inside selectors too. */
function keySteps(user: LintUser): readonly PatternStep[] {
  return patternSteps(
    user,
    /^(?:~|%[rw]*~)(.+)$/is,
    (pattern, at) => user.user.selectors[at]?.keys.some((key) => key.pattern === pattern) === true,
  );
}

function channelSteps(user: LintUser): readonly PatternStep[] {
  return patternSteps(
    user,
    /^&(.+)$/s,
    (pattern, at) => user.user.selectors[at]?.channels.includes(pattern) === true,
  );
}

function patternSteps(
  user: LintUser,
  rule: RegExp,
  counts: (pattern: string, selector: number) => boolean,
): readonly PatternStep[] {
  return historiesOf(user).flatMap(({ selector, steps }) =>
    steps.flatMap((step) => {
      const pattern = rule.exec(step.rule)?.[1];
      return pattern !== undefined && counts(pattern, selector) ? [{ step, pattern }] : [];
    }),
  );
}

/** Patterns of applications: administrators, exporters and backups are meant to reach into others' keys. */
function ownedPatterns(subject: LintSubject, what: 'keys' | 'channels'): readonly Owned<LintUser>[] {
  return judgedUsers(subject)
    .filter((user) => isApplication(user) && (what === 'keys' ? isConfined(user) : !isSovereign(user)))
    .flatMap((user) =>
      (what === 'keys' ? keySteps(user) : channelSteps(user)).map(({ pattern }) => ({
        owner: user,
        pattern,
      })),
    );
}

function groupByWide(meetings: readonly Meeting<LintUser>[]): readonly (readonly Meeting<LintUser>[])[] {
  const groups = new Map<string, Meeting<LintUser>[]>();
  for (const meeting of meetings) {
    const key = `${meeting.wide.owner.name} ${meeting.wide.pattern} ${meeting.shape}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [meeting]);
    else group.push(meeting);
  }
  return [...groups.values()];
}

const SEVERITIES: Readonly<Record<Meeting<never>['shape'], LintSeverity>> = {
  'mid-word': 'high',
  crossing: 'medium',
  nested: 'info',
};

function describeMeeting(group: readonly Meeting<LintUser>[], what: 'key' | 'channel'): LintHit {
  const [first] = group;
  if (first === undefined) return { message: '' };
  const { wide, shape, witness } = first;
  const found = (what === 'key' ? keySteps(wide.owner) : channelSteps(wide.owner)).find(
    ({ pattern }) => pattern === wide.pattern,
  );
  const sign = found?.step.rule.slice(0, found.step.rule.length - wide.pattern.length) ?? '';
  const others = [
    ...new Set(
      group.map(({ narrow }) => `${narrow.owner.name} (${what === 'key' ? '~' : '&'}${narrow.pattern})`),
    ),
  ];
  const separator = separatorOf(group);
  const argv = what === 'key' ? findCommandFor(wide.owner, witness) : undefined;
  const text = `${sign}${literalStart(wide.pattern)}${separator}*`;
  return hitAt(wide.owner, found?.step, {
    severity: SEVERITIES[shape],
    message: `${sign}${wide.pattern} of user ${wide.owner.name} also matches ${what}s of ${listSome(others, 3)}.`,
    evidence: `both match ${witness}`,
    fix:
      shape === 'mid-word' && found !== undefined
        ? replaceFix(found.step, text, `Write ${text}.`)
        : inWords(
            shape === 'nested'
              ? 'If it is not meant, give each user a prefix of its own.'
              : 'Begin the patterns of each user with a prefix of its own.',
          ),
    ...(argv !== undefined && { proofCommand: argv }),
  });
}

/** What the neighbours put behind their names. */
function separatorOf(group: readonly Meeting<LintUser>[]): string {
  for (const { narrow } of group) {
    const separator = /[^\p{L}\p{N}](?=\*?$)/u.exec(literalStart(narrow.pattern))?.[0];
    if (separator !== undefined) return separator;
  }
  return ':';
}

/** A prefix that ends in a letter, with nobody in the way yet. */
function openPrefixes(subject: LintSubject, told: ReadonlySet<string>): readonly LintHit[] {
  return judgedUsers(subject)
    .filter((user) => isConfined(user) && isApplication(user))
    .flatMap((user) =>
      keySteps(user)
        .filter(
          ({ pattern }) =>
            /^[\p{L}\p{N}_-]*[\p{L}\p{N}]\*$/u.test(pattern) && !told.has(`${user.name} ${pattern}`),
        )
        .map(({ step }) => {
          const text = step.rule.replace(/\*$/, ':*');
          return hitAt(user, step, {
            severity: 'low',
            message: `${step.rule} of user ${user.name} has no separator at its end: it also matches the keys of any longer name.`,
            fix: inWords(`Write ${text} if keys are written so.`),
          });
        }),
    );
}
