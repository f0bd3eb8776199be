/** The manual, printed from the command tree: Markdown for `docs/cli.md` and roff for the man pages. */

import type { Command, Option } from 'commander';
import { listCommands } from './command-tree.ts';
import { EXIT_MEANINGS } from './exit-code.ts';

/** Every verb on one page. */
export function printMarkdownManual(program: Command): string {
  const sections = listCommands(program).map(({ path, command }) => {
    const usage = `wardis ${path} ${command.usage()}`.trim();
    const groups = groupOptions(command).map(({ title, options }) => {
      const rows = options
        .map((option) => `| \`${cell(option.flags)}\` | ${cell(describe(option)).replaceAll('<', '&lt;')} |`)
        .join('\n');
      return `${title === '' ? '' : `**${title}**\n\n`}| option | meaning |\n|---|---|\n${rows}`;
    });
    const args = command.registeredArguments.map((arg) => `- \`${arg.name()}\`: ${arg.description}`);
    return [
      `## wardis ${path}`,
      command.description(),
      `\`\`\`text\n${usage}\n\`\`\``,
      ...(args.length === 0 ? [] : [args.join('\n')]),
      ...(command.commands.length === 0
        ? []
        : [
            command.commands
              .map((sub) => `- \`wardis ${path} ${sub.name()}\`: ${sub.description()}`)
              .join('\n'),
          ]),
      ...groups,
      ...examplesOf(command).map((text) => `\`\`\`text\n${text}\n\`\`\``),
    ].join('\n\n');
  });
  const codes = EXIT_MEANINGS.map(({ code, meaning }) => `| ${code} | ${meaning} |`).join('\n');
  return `# Command line\n\nGenerated from the program; do not edit.\n\n${sections.join('\n\n')}\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n${codes}\n`;
}

/** One man page: the program when `path` is empty, else a verb, a group, or a question of a group. */
export function printManPage(path: string, command: Command, version: string): string {
  const words = ['wardis', ...path.split(' ').filter((word) => word !== '')];
  const name = words.join('-');
  const lines = [
    `.TH ${name.toUpperCase()} 1 "" "wardis ${version}" "Wardis manual"`,
    '.SH NAME',
    `${name} \\- ${roff(command.description())}`,
    '.SH SYNOPSIS',
    `.B ${words.join(' ')}`,
    roff(command.usage()),
  ];
  if (command.commands.length > 0) {
    lines.push('.SH COMMANDS');
    for (const sub of command.commands)
      lines.push('.TP', `.BR ${roff(`${name}-${sub.name()}`)} (1)`, roff(sub.description()));
  }
  const groups = groupOptions(command);
  if (groups.length > 0) lines.push('.SH OPTIONS');
  for (const { title, options } of groups) {
    if (title !== '') lines.push(`.SS "${roff(title.replace(/:$/, ''))}"`);
    for (const option of options) lines.push('.TP', `.B ${roff(option.flags)}`, roff(describe(option)));
  }
  for (const text of examplesOf(command)) lines.push('.SH EXAMPLES', '.nf', roff(text), '.fi');
  lines.push('.SH EXIT STATUS');
  for (const { code, meaning } of EXIT_MEANINGS) lines.push('.TP', `.B ${code}`, roff(meaning));
  return `${lines.join('\n')}\n`;
}

interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

function groupOptions(command: Command): readonly OptionGroup[] {
  const groups = new Map<string, Option[]>();
  for (const option of command.options) {
    const title = option.helpGroupHeading ?? '';
    groups.set(title, [...(groups.get(title) ?? []), option]);
  }
  return [...groups].map(([title, options]) => ({ title, options }));
}

function describe(option: Option): string {
  const value: unknown = option.defaultValue;
  const shown = typeof value === 'string' && value !== '' ? ` (default: ${value})` : '';
  return `${option.description}${shown}`;
}

/** The text after the help: examples, one block. */
function examplesOf(command: Command): readonly string[] {
  let text = '';
  command.configureOutput({ writeOut: (chunk) => (text += chunk) });
  command.outputHelp();
  const at = text.indexOf('\nExamples:\n');
  return at < 0
    ? []
    : [
        text
          .slice(at + '\nExamples:\n'.length)
          .replace(/\n+$/, '')
          .replace(/^ {2}/gm, ''),
      ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n');
}
