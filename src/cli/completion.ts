/** Completion scripts, printed from the command tree: verbs, options, closed values and check ids. */

import type { Command } from 'commander';

interface Words {
  readonly verb: string;
  readonly summary: string;
  readonly options: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly takesValue: boolean;
  }[];
}

/** The script for one shell. */
export function printCompletion(
  shell: 'bash' | 'zsh' | 'fish',
  program: Command,
  checkIds: readonly string[],
): string {
  const verbs = program.commands.map(wordsOf);
  switch (shell) {
    case 'bash':
      return printBash(verbs, checkIds);
    case 'zsh':
      return printZsh(verbs, checkIds);
    case 'fish':
      return printFish(verbs, checkIds);
  }
}

function wordsOf(command: Command): Words {
  const options = command.options.flatMap((option) =>
    option.long === undefined || option.long === null
      ? []
      : [{ flag: option.long, summary: option.description, takesValue: option.required || option.optional }],
  );
  return { verb: command.name(), summary: command.description(), options: [...options, HELP] };
}

const HELP = { flag: '--help', summary: 'show help', takesValue: false };

function printBash(verbs: readonly Words[], checkIds: readonly string[]): string {
  const cases = verbs
    .map((words) => `    ${words.verb}) words="${words.options.map((option) => option.flag).join(' ')}" ;;`)
    .join('\n');
  return `# bash completion for wardis
_wardis() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${verbs.map((words) => words.verb).join(' ')}" -- "$current")); return
  fi
  case "$previous" in
    --level) words="basic standard hardened compliance" ;;
    --exposure) words="localhost private_network public" ;;
    --require) words="pci_dss hipaa sox gdpr" ;;
    --fail-on|--severity) words="critical high medium low info" ;;
    --check|--skip|explain) words="${checkIds.join(' ')}" ;;
    --config|--aclfile|--policy|--input|--out|--cacert|--cert|--key|--password-file|--baseline) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [ -z "$words" ]; then case "\${COMP_WORDS[1]}" in
${cases}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _wardis wardis
`;
}

function printZsh(verbs: readonly Words[], checkIds: readonly string[]): string {
  const list = verbs.map((words) => `    '${words.verb}:${plain(words.summary)}'`).join('\n');
  const cases = verbs
    .map((words) => {
      const specs = words.options.map(
        (option) =>
          `'${option.flag}[${plain(option.summary)}]${option.takesValue ? `:${valueOf(option.flag)}` : ''}'`,
      );
      const rest =
        words.verb === 'explain' ? `'*:subject:(${checkIds.join(' ')} myths)'` : `'*:argument:_files'`;
      return `    ${words.verb}) _arguments ${[...specs, rest].join(' ')} ;;`;
    })
    .join('\n');
  return `#compdef wardis
_wardis() {
  local -a verbs
  verbs=(
${list}
  )
  if (( CURRENT == 2 )); then _describe 'command' verbs; return; fi
  local verb=$words[2]
  shift words; (( CURRENT-- ))
  case $verb in
${cases}
  esac
}
_wardis "$@"
`;
}

function printFish(verbs: readonly Words[], checkIds: readonly string[]): string {
  const heads = verbs.map(
    (words) => `complete -c wardis -f -n __fish_use_subcommand -a ${words.verb} -d '${plain(words.summary)}'`,
  );
  const options = verbs.flatMap((words) =>
    words.options.map(
      (option) =>
        `complete -c wardis -n '__fish_seen_subcommand_from ${words.verb}' -l ${option.flag.slice(2)}${option.takesValue ? ' -r' : ''} -d '${plain(option.summary)}'`,
    ),
  );
  const ids = `complete -c wardis -f -n '__fish_seen_subcommand_from explain' -a '${checkIds.join(' ')} myths'`;
  return `# fish completion for wardis\n${[...heads, ...options, ids].join('\n')}\n`;
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
