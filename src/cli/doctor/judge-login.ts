/** NOAUTH, WRONGPASS and their cousins; then what stops a client that is logged in. */

import type { Diagnosis, NextStep } from './diagnosis.ts';
import { find } from './finding.ts';
import type { LoginObservation, Observations } from './observation.ts';
import { explainHint } from './password-hint.ts';

/** The server wants a login, or refuses ours. */
export function judgeLogin(seen: Observations): Diagnosis | undefined {
  const { login, stranger, subject } = seen;
  if (login === undefined) {
    return stranger?.kind === 'closed' ? judgeMissing(seen, stranger.text) : undefined;
  }
  switch (login.kind) {
    case 'ok':
      return undefined;
    case 'not-wanted':
      return stranger?.kind === 'closed' ? judgeAlone(seen, login) : undefined;
    case 'wrong':
      return judgeWrong(seen, login);
    case 'other':
      return find('E603', {
        fault: 'auth-unknown',
        certainty: 'likely',
        title: 'the server does not take AUTH as we sent it',
        cause:
          'AUTH was refused for another reason than a wrong password: a proxy, a service with a login of its own, or a server before 6.0, which knows no users.',
        proof: [`AUTH alone: ${login.text}`],
        next: [
          {
            words: 'Before 6.0 there is only one password: leave --user out',
            command: `wardis doctor ${subject.words} --password-file FILE`,
          },
        ],
      });
    case 'failed':
      return find('E613', {
        fault: 'cut-at-login',
        certainty: 'likely',
        cause: 'The connection ended while AUTH waited for its answer.',
        proof: [`AUTH alone: ${login.text}`],
        next: [{ words: 'The log of the server, or of the proxy in between, at this minute' }],
      });
  }
}

/** Logged in, and still nothing runs. */
export function judgePing({ session, subject }: Observations): Diagnosis | undefined {
  if (session === undefined || session.ping.kind === 'answered') return undefined;
  const { ping } = session;
  const text = ping.kind === 'refused' ? ping.text : ping.message;
  const proof = [`PING as ${session.user}: ${text}`];
  const word = /^[A-Z]+/.exec(text)?.[0] ?? '';
  if (ping.kind === 'failed') {
    return find(ping.code === 'timeout' ? 'E612' : 'E613', {
      fault: ping.code === 'timeout' ? 'silent' : 'cut',
      certainty: 'likely',
      cause: 'The login worked, and the next command was not answered.',
      proof,
      next: [{ words: 'The log of the server at this minute, and SLOWLOG GET 10' }],
    });
  }
  switch (word) {
    case 'LOADING':
      return find('E620', {
        fault: 'loading',
        cause: `${subject.node} is reading its data from disk, or a data set from its primary, and runs no command until it is done. Connection and login are fine.`,
        proof,
        next: [
          { words: 'How long it will take', command: 'INFO persistence' },
          { words: 'Then again', command: `wardis doctor ${subject.loginWords}` },
        ],
      });
    case 'MASTERDOWN':
      return find('E621', {
        fault: 'master-down',
        cause: `${subject.node} is a replica that has lost its primary and may not answer with old data (replica-serve-stale-data no).`,
        proof,
        next: [
          { words: 'Since when, and to which primary', command: 'INFO replication' },
          {
            words: 'Then examine the way from the replica to that primary',
            command: 'wardis doctor redis://PRIMARY:6379',
          },
        ],
        notes: [
          'It tries again each second by itself. REPLICAOF NO ONE is no repair: it makes a second primary.',
        ],
      });
    case 'BUSY':
      return find('E622', {
        fault: 'busy',
        cause: `${subject.node} runs a script that does not end, and answers nothing else meanwhile.`,
        proof,
        next: [{ words: 'End it, if it has written nothing yet', command: 'SCRIPT KILL' }],
      });
    default:
      return undefined;
  }
}

function judgeMissing({ subject, managed }: Observations, text: string): Diagnosis {
  const named = subject.user === undefined ? [] : [`--user ${subject.user} was given without a password`];
  return find('E601', {
    fault: 'login-missing',
    cause: 'The server answers, and wants a login before anything else; none was given.',
    proof: [
      `HELLO without a login is answered ${text.split(' ')[0] ?? 'NOAUTH'}`,
      'AUTH was not tried: there is no password',
      ...named,
    ],
    next: [
      {
        words: 'Log in (the password is asked for, and not shown)',
        command: `wardis doctor ${subject.words} --user ${subject.user ?? 'NAME'} --askpass`,
      },
      {
        words: 'The one password of requirepass: leave --user out',
        command: `wardis doctor ${subject.words} --askpass`,
      },
      ...(managed === undefined ? [] : [{ words: `Users and passwords of the service: ${managed.look}` }]),
    ],
    notes: [
      ...(subject.certFile === undefined
        ? []
        : [
            'Our certificate logged nobody in. Where tls-auth-clients-user is set (Valkey 9, Redis 8.6), the user that it names is missing or off, and ACL LOG has a line (tls-cert).',
          ]),
      'In redis-cli, AUTH in one call does not carry over to the next: use --user and --askpass in each.',
    ],
  });
}

/** The default user keeps nopass and is off: then AUTH with a password alone is told that none is configured. */
function judgeAlone({ subject }: Observations, login: LoginObservation): Diagnosis {
  return find('E601', {
    fault: 'default-off-without-password',
    title: 'the server has named users, and the password came without a name',
    cause:
      'A password alone logs in as the user default. Here default is off and has no password, so only named users get in.',
    proof: ['HELLO without a login: NOAUTH', `AUTH alone: ${login.text}`],
    next: [{ words: 'Give the name', command: `wardis doctor ${subject.words} --user NAME --askpass` }],
    notes: ['redis://NAME@host is read as a password, as redis-cli does: write redis://NAME:PASSWORD@host.'],
  });
}

function judgeWrong({ subject, stranger }: Observations, login: LoginObservation): Diagnosis {
  const { account } = login;
  const user = subject.user ?? 'default';
  const alone = subject.form !== 'with-user';
  const proof = [`AUTH alone, its reply awaited: ${login.text}`];
  const hints = login.hints.map((hint) => `${explainHint(hint)}.`);
  const asAdmin: NextStep = {
    words: 'As an administrator: is the user there, on, and with a password?',
    command: `ACL GETUSER ${user}`,
  };
  const log: NextStep = { words: 'As an administrator: which name was really tried', command: 'ACL LOG 10' };
  const named: readonly NextStep[] = alone
    ? [
        {
          words: 'A password without a name is for the user default; for another',
          command: `wardis doctor ${subject.words} --user NAME --askpass`,
        },
      ]
    : [];
  const again: NextStep = {
    words: 'Type it by hand, past every file and variable',
    command: `wardis doctor ${subject.words}${alone ? '' : ` --user ${user}`} --askpass`,
  };
  const notes = [
    ...hints,
    ...(subject.nameAsPassword === true
      ? [
          'What stands before the @ without a colon is read as a password, as redis-cli does. For a user write redis://NAME:PASSWORD@HOST.',
        ]
      : []),
    ...(subject.unusedUser === undefined
      ? []
      : [`--user ${subject.unusedUser} was not used: the URL names the user ${user}.`]),
    ...(stranger?.kind === 'open' ? ['The server answers without any login too: wardis audit'] : []),
  ];
  if (account === undefined) {
    return find('E603', {
      fault: 'wrong-or-off',
      cause: `${user === 'default' ? 'The password of the user default is wrong, or this user is off or has none' : `There is no user ${user}, or the password is wrong, or the user is off`}: the server does not tell which.${alone ? ' The password came without a name, so it was tried for the user default.' : ''}`,
      proof,
      next: [...named, again, asAdmin, log],
      notes,
    });
  }
  const { fault, cause, next } = explainAccount(user, account);
  return find('E603', {
    fault,
    cause,
    proof: [...proof, 'ACL GETUSER was open to us and shows why'],
    next: [...named, ...next],
    notes,
  });
}

function explainAccount(
  user: string,
  account: NonNullable<LoginObservation['account']>,
): { readonly fault: string; readonly cause: string; readonly next: readonly NextStep[] } {
  if (account.kind === 'absent') {
    return {
      fault: 'no-such-user',
      cause: `The server has no user ${user}. Names are case-sensitive, and a user made by ACL SETUSER is gone after a restart unless it was saved.`,
      next: [{ words: 'Who there is', command: 'ACL USERS' }],
    };
  }
  if (account.state === 'off') {
    const right = account.ours === 'yes' ? ' The password is right.' : '';
    return {
      fault: 'user-off',
      cause: `The user ${user} is off.${right}`,
      next: [
        { words: 'As an administrator, if the user should be let in', command: `ACL SETUSER ${user} on` },
      ],
    };
  }
  if (account.passwords === 0 && account.nopass === 'no') {
    return {
      fault: 'no-password-set',
      cause: `The user ${user} is on and has no password, so nobody can log in as this user.`,
      next: [{ words: 'As an administrator', command: `ACL SETUSER ${user} >PASSWORD` }],
    };
  }
  return {
    fault: 'wrong-password',
    cause: `The user ${user} is on, and the password is not among its ${account.passwords}.`,
    next: [
      {
        words: 'As an administrator, a second password beside the old one',
        command: `ACL SETUSER ${user} >PASSWORD`,
      },
    ],
  };
}
