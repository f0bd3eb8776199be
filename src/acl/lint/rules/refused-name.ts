/** Names that the server does not know: commands, categories and keywords, with the right one where there is one. */
import { hitToken, inWords, removeToken, replaceToken } from '../hit.ts';
import { moduleOf } from '../module-name.ts';
import { refusalsBy } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { LintFix, LintHit, LintRule } from '../rule.ts';
import { suggestCategory, suggestCommand, suggestWord } from '../suggestion.ts';
import type { Suggestion } from '../suggestion.ts';
import { prove, SINCE_6_0, SINCE_7_0 } from './proof.ts';
import { accepted, refused } from './shown.ts';

const UNKNOWN = 'Unknown command or category name in ACL';
const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const CATEGORY: LintRule = {
  id: 'unknown-category',
  title: 'There is no such category',
  severity: 'high',
  rationale:
    'The groups of the documentation are not the categories of the ACL: "sorted set" is @sortedset, "generic" is @keyspace, "server" is mostly @admin and @dangerous. The server refuses an unknown category, and with it the whole file.',
  fix: 'Use the name that ACL CAT lists.',
  proof: [
    prove(SINCE_6_0, 'on +@sorted_set', refused(UNKNOWN)),
    prove(SINCE_6_0, 'on +@generic', refused(UNKNOWN)),
    prove(SINCE_6_0, 'on +@server', refused(UNKNOWN)),
    prove(SINCE_6_0, 'on +@sortedset +@keyspace +@admin', accepted),
  ],
  examples: { bad: bad('+@read', '+@read +@sorted_set'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('unknown-category', subject).map((refusal) => {
      const { token } = refusal;
      const sign = token.text.charAt(0);
      const name = token.text.slice(2);
      const { table } = subject;
      // `@readwrite` is two of them.
      const both = /^(?:read[-_]?write|rw)$/i.test(name) ? `${sign}@read ${sign}@write` : undefined;
      const suggested = both === undefined ? suggestCategory(name, table) : undefined;
      const isCommand = suggested?.text === name.toLowerCase();
      const text = both ?? (suggested && `${sign}${isCommand ? '' : '@'}${suggested.text}`);
      return unknown(refusal, `${table.server} has no category ${token.text.slice(1)}`, text, suggested);
    }),
};

const COMMAND: LintRule = {
  id: 'unknown-command',
  title: 'There is no such command',
  severity: 'high',
  rationale:
    'A rule that names a command which the server does not have is refused, and with it the whole file. Commands that were renamed by rename-command keep their original name here.',
  fix: 'Correct the name, or remove the rule.',
  proof: [
    prove(SINCE_6_0, 'on +gett', refused(UNKNOWN)),
    prove(SINCE_7_0, 'on +client|setnam', refused(UNKNOWN)),
    prove(SINCE_6_0, 'on +GET', accepted),
  ],
  examples: { bad: bad('+ping', '+pnig'), good: bad('+ping', '+PING') },
  judge: (subject) =>
    refusalsBy('unknown-command', subject).map((refusal) => {
      const { token } = refusal;
      const { table, options } = subject;
      const name = token.text.slice(1);
      if (/^-[~&%]/.test(token.text)) {
        const what = `Nothing takes keys or channels away: there is no rule ${token.text}`;
        return unknown(refusal, what, undefined, undefined);
      }
      const original = options.conf?.renamed?.get(name.toLowerCase());
      const word = suggestWord(token.text);
      if (word !== undefined && original === undefined)
        return unknown(refusal, `The server does not know ${token.text}`, word.text, word);
      const suggested =
        original === undefined ? suggestCommand(name, table) : { text: original, sure: true, why: RENAMED };
      const text = suggested && `${token.text.charAt(0)}${suggested.text}`;
      return unknown(refusal, `${table.server} has no command ${JSON.stringify(name)}`, text, suggested);
    }),
};

const MODULE: LintRule = {
  id: 'module-command',
  title: 'A rule needs a module, or another engine',
  severity: 'high',
  rationale:
    'Commands such as FT.SEARCH and categories such as @json exist only where their module is loaded, and some files that look like ACL files are for other engines. Without the module the server refuses the rule.',
  fix: 'Load the module before the ACL file is read, lint with the command table of that server (--table), or remove the rule.',
  proof: [
    prove(['redis-7.2', 'redis-8.0', 'valkey-9.1'], 'on +ft.search', refused(UNKNOWN)),
    prove(['redis-7.2', 'valkey-9.1'], 'on +@json', refused(UNKNOWN)),
  ],
  examples: { bad: bad('+ping', '+ping +json.get'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('module-command', subject).map(({ user, token }) =>
      hitToken(user, token, {
        message: `${token.text.slice(1)} is known to ${moduleOf(token.text) ?? 'a module'}, not to ${subject.table.server} alone: without it the server refuses the rule.`,
        fix: inWords('Load the module, lint with --table of that server, or remove the rule.'),
      }),
    ),
};

const NEWER: LintRule = {
  id: 'needs-newer-server',
  title: 'A rule needs a newer server',
  severity: 'high',
  rationale:
    'Commands, subcommands, categories, %R~ permissions, selectors, channels and databases came with different versions. An older server refuses the rule, and with it the whole file.',
  fix: 'Write the rule for the oldest server that reads the file, or update that server.',
  proof: [
    prove(['redis-6.0', 'redis-6.2'], 'on %R~app:* +get', refused('Syntax error')),
    prove(['redis-6.0', 'redis-6.2'], 'on +@all -acl|setuser', refused(UNKNOWN)),
    prove(['redis-6.0', 'redis-6.2'], 'on +quit -function', refused(UNKNOWN)),
    prove(['redis-6.0'], 'on resetchannels', refused('Syntax error')),
    prove(['redis-7.0'], 'on +client|setinfo', refused(UNKNOWN)),
    prove(['redis-8.0', 'valkey-8.1'], 'on db=0', refused('Syntax error')),
    prove(['valkey-9.1'], 'on db=0 +client|setinfo %R~app:*', accepted),
  ],
  examples: {
    bad: { server: 'redis-6.2', text: good.replace('~app:*', '%R~app:*') },
    good: { server: 'redis-7.2', text: good.replace('~app:*', '%R~app:*') },
  },
  judge: (subject) =>
    refusalsBy('needs-newer-server', subject).map((refusal) => {
      const { user, token, last, since = 'a newer server' } = refusal;
      return hitToken(
        user,
        token,
        {
          message: `This needs ${since} or later: ${subject.table.server} refuses it.`,
          fix: olderWay(refusal),
        },
        last,
      );
    }),
};

const NO_SIGN: LintRule = {
  id: 'command-without-sign',
  title: 'A command or category stands without + or -',
  severity: 'high',
  rationale:
    'Rules about commands start with + or -. A bare "ping" or "@read" is a syntax error, and the server refuses the file.',
  fix: 'Write + to allow it, - to deny it.',
  proof: [
    prove(SINCE_6_0, 'on ping', refused('Syntax error')),
    prove(SINCE_6_0, 'on @read', refused('Syntax error')),
    prove(SINCE_6_0, 'on +ping +@read', accepted),
  ],
  examples: { bad: bad('+ping', 'ping'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('command-without-sign', subject).map(({ user, token }) =>
      hitToken(user, token, {
        message: `${JSON.stringify(token.text)} has no sign: the server refuses it.`,
        fix: replaceToken(
          token,
          `+${token.text}`,
          `Write +${token.text} to allow it, -${token.text} to deny it.`,
        ),
      }),
    ),
};

const WORD: LintRule = {
  id: 'unknown-token',
  title: 'There is no such rule',
  severity: 'high',
  rationale:
    'Some words sound right and do not exist: nocommands and nopass are rules, nokeys and nochannels are not (they are resetkeys and resetchannels). The server refuses the file with "Syntax error".',
  fix: 'Use a word of the ACL language.',
  proof: [
    prove(SINCE_6_0, 'on nokeys', refused('Syntax error')),
    prove(SINCE_6_0, 'on nokeypatterns', refused('Syntax error')),
    prove(SINCE_6_0, 'on nocommands resetkeys', accepted),
  ],
  examples: { bad: bad('~app:*', 'nokeys ~app:*'), good: bad('~app:*', 'resetkeys ~app:*') },
  judge: (subject) =>
    refusalsBy('unknown-token', subject).map((refusal) => {
      const { text } = refusal.token;
      const suggested = suggestWord(text);
      if (suggested !== undefined || (isPlainWord(text) && !followsPassword(refusal))) {
        return unknown(
          refusal,
          `The server does not know the rule ${JSON.stringify(text)}`,
          suggested?.text,
          suggested,
        );
      }
      // It may be a password whose sign was forgotten.
      return {
        ...hitToken(refusal.user, refusal.token, {
          message: `The server does not know rule ${refusal.token.index + 1} of user ${refusal.user.name}: it refuses the line.`,
          fix: inWords(
            'Rules start with a sign: > before a password, ~ before a key pattern, + before a command.',
          ),
        }),
        token: '…',
      };
    }),
};

export const REFUSED_NAME_RULES: readonly LintRule[] = [CATEGORY, COMMAND, MODULE, NEWER, NO_SIGN, WORD];

/** Letters only, or a rule by its sign: no password. */
function isPlainWord(text: string): boolean {
  return /^(?:[a-z]+(?:[-_][a-z]+)*|[~&%(+@-].*|\\)$/.test(text);
}

const RENAMED = 'rules use the original name of a renamed command';

function unknown(
  { user, token, last }: Refusal,
  what: string,
  text: string | undefined,
  suggested: Suggestion | undefined,
): LintHit {
  const why = suggested?.why === undefined ? '' : ` (${suggested.why})`;
  const meant = text === undefined ? '' : `; did you mean ${text}${why}?`;
  const words = text === undefined ? 'Remove the rule, or correct it.' : `Write ${text}${why}.`;
  const sure = suggested?.sure !== false && text !== undefined;
  return hitToken(
    user,
    token,
    {
      message: `${what}${meant === '' ? ': the server refuses it.' : meant}`,
      fix: sure ? replaceToken(token, text, words) : inWords(words),
    },
    last,
  );
}

/** May the word be the rest of a password with blanks? */
function followsPassword({ user, token }: Refusal): boolean {
  let at = token.index - 1;
  while (/^[A-Za-z]*(?:[-_][A-Za-z]+)*$/.test(user.tokens[at]?.text ?? '.')) at--;
  return /^["']?[><]/.test(user.tokens[at]?.text ?? '');
}

/** What an older server takes instead, where there is something. */
function olderWay({ user, token }: Refusal): LintFix {
  const { text } = token;
  const words = 'Update the server, or remove the rule for this one.';
  const permission = /^%(r?w?|wr)~(.*)$/i.exec(text);
  if (permission !== null) {
    return replaceToken(
      token,
      `~${permission[2] ?? ''}`,
      `An older server knows ~${permission[2] ?? ''} only, for reading and writing.`,
    );
  }
  if (/^(?:&|(?:reset|all)channels)/i.test(text))
    return removeToken(user, token, 'Channels cannot be limited on this server: remove the rule.');
  const bar = text.indexOf('|');
  if (text.startsWith('-') && bar > 0)
    return inWords(
      `An older server can deny ${text.slice(0, bar)} only as a whole: deny it, then allow +name|subcommand.`,
    );
  if (text.startsWith('-'))
    return removeToken(user, token, 'This server has no such command to deny: remove the rule.');
  return text.startsWith('(') ? inWords('Selectors need a second user on this server.') : inWords(words);
}
