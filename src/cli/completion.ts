/** Completion scripts, printed from the command tree: verbs, options, closed values and check ids. */

import type { Command } from 'commander';
import { listCommands, type NamedCommand } from './command-tree.ts';

interface Words {
  /** `audit`, `acl check`. */
  readonly path: string;
  readonly summary: string;
  readonly options: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly takesValue: boolean;
  }[];
  /** What may come next instead of an option: the questions of a group. */
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
}

/** The script for one shell. */
export function printCompletion(
  shell: 'bash' | 'zsh' | 'fish',
  program: Command,
  subjects: readonly string[],
): string {
  const words = listCommands(program).map(wordsOf);
  switch (shell) {
    case 'bash':
      return printBash(words, subjects);
    case 'zsh':
      return printZsh(words, subjects);
    case 'fish':
      return printFish(words, subjects);
  }
}

function wordsOf({ path, command }: NamedCommand): Words {
  const options = command.options.flatMap((option) =>
    option.long === undefined || option.long === null
      ? []
      : [{ flag: option.long, summary: option.description, takesValue: option.required || option.optional }],
  );
  const subcommands = command.commands.map((sub) => ({ name: sub.name(), summary: sub.description() }));
  return { path, summary: command.description(), options: [...options, HELP], subcommands };
}

const HELP = { flag: '--help', summary: 'show help', takesValue: false };

function isVerb({ path }: Words): boolean {
  return !path.includes(' ');
}

function printBash(commands: readonly Words[], subjects: readonly string[]): string {
  const cases = commands
    .map(({ path, options, subcommands }) => {
      const words = [...subcommands.map(({ name }) => name), ...options.map(({ flag }) => flag)];
      return `    "${path}") words="${words.join(' ')}" ;;`;
    })
    .join('\n');
  const groups = commands.filter(({ subcommands }) => subcommands.length > 0).map(({ path }) => path);
  return `# bash completion for wardis
_wardis() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" verb="\${COMP_WORDS[1]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands
      .filter(isVerb)
      .map(({ path }) => path)
      .join(' ')}" -- "$current")); return
  fi
  local at=2
  while [ "$COMP_CWORD" -gt "$at" ]; do
    case "$verb" in ${groups.map((path) => `"${path}"`).join('|')}) verb="$verb \${COMP_WORDS[at]}"; at=$((at + 1)) ;; *) break ;; esac
  done
  case "$previous" in
    --level) words="basic standard hardened compliance" ;;
    --exposure) words="localhost private_network public" ;;
    --require) words="pci_dss hipaa sox gdpr" ;;
    --fail-on|--severity) words="critical high medium low info" ;;
    --check|--skip) words="${subjects.join(' ')}" ;;
    explain) if [ "$verb" = explain ]; then words="${subjects.join(' ')}"; fi ;;
    ${FILE_FLAGS.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [ -z "$words" ]; then case "$verb" in
${cases}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _wardis wardis
`;
}

const FILE_FLAGS = [
  '--config',
  '--aclfile',
  '--policy',
  '--input',
  '--out',
  '--table',
  '--batch',
  '--cacert',
  '--cert',
  '--key',
  '--password-file',
  '--baseline',
];

function printZsh(commands: readonly Words[], subjects: readonly string[]): string {
  const describe = (entries: readonly (readonly [string, string])[]) =>
    entries.map(([name, summary]) => `'${name}:${plain(summary)}'`).join(' ');
  const list = describe(commands.filter(isVerb).map(({ path, summary }) => [path, summary]));
  const groups = commands.filter(({ subcommands }) => subcommands.length > 0);
  const cases = commands
    .filter(({ subcommands }) => subcommands.length === 0)
    .map(({ path, options }) => {
      const specs = options.map(
        (option) =>
          `'${option.flag}[${plain(option.summary)}]${option.takesValue ? `:${valueOf(option.flag)}` : ''}'`,
      );
      const rest = path === 'explain' ? `'*:subject:(${subjects.join(' ')} myths)'` : `'*:argument:_files'`;
      return `    '${path}') _arguments ${[...specs, rest].join(' ')} ;;`;
    });
  return `#compdef wardis
_wardis() {
  local -a verbs
  verbs=(${list})
  if (( CURRENT == 2 )); then _describe 'command' verbs; return; fi
  local verb=$words[2]
  shift words; (( CURRENT-- ))
  while true; do
    case $verb in
${groups
  .map(
    ({ path, subcommands }) => `      '${path}')
        verbs=(${describe(subcommands.map(({ name, summary }) => [name, summary]))})
        if (( CURRENT == 2 )); then _describe 'command' verbs; return; fi
        verb="$verb $words[2]"; shift words; (( CURRENT-- )) ;;`,
  )
  .join('\n')}
      *) break ;;
    esac
  done
  case $verb in
${cases.join('\n')}
  esac
}
_wardis "$@"
`;
}

function printFish(commands: readonly Words[], subjects: readonly string[]): string {
  const lines = commands.flatMap(({ path, summary, options, subcommands }) => {
    const words = path.split(' ');
    const when = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const head =
      words.length === 1
        ? [`complete -c wardis -f -n __fish_use_subcommand -a ${path} -d '${plain(summary)}'`]
        : [];
    const names = subcommands.map(({ name }) => name).join(' ');
    return [
      ...head,
      ...subcommands.map(
        (each) =>
          `complete -c wardis -f -n '${when}; and not __fish_seen_subcommand_from ${names}' -a ${each.name} -d '${plain(each.summary)}'`,
      ),
      ...options.map(
        (option) =>
          `complete -c wardis -n '${when}' -l ${option.flag.slice(2)}${option.takesValue ? ' -r' : ''} -d '${plain(option.summary)}'`,
      ),
    ];
  });
  const ids = `complete -c wardis -f -n '__fish_seen_subcommand_from explain; and not __fish_seen_subcommand_from acl' -a '${subjects.join(' ')} myths'`;
  return `# fish completion for wardis\n${[...lines, ids].join('\n')}\n`;
}

function valueOf(flag: string): string {
  switch (flag) {
    case '--level':
      return 'level:(basic standard hardened compliance)';
    case '--exposure':
      return 'exposure:(localhost private_network public)';
    case '--require':
      return 'framework:(pci_dss hipaa sox gdpr)';
    case '--fail-on':
    case '--severity':
      return 'severity:(critical high medium low info)';
    default:
      return 'value:_files';
  }
}

/** Quotes and brackets would end the word in some shell. */
function plain(text: string): string {
  return text
    .replace(/['"[\]:`$\\]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
