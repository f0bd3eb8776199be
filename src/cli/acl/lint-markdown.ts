/** Markdown of `wardis acl lint`, for a comment on a change. */

import type { MergedFile } from './lint-merge.ts';
import { safeText } from '../../text/index.ts';

export function printLintMarkdown(files: readonly MergedFile[]): string {
  return `${files.map(printFile).join('\n\n')}\n`;
}

function printFile(file: MergedFile): string {
  const verdicts = file.verdicts.map(({ verdict, servers }) =>
    verdict.starts
      ? `- starts on ${servers.join(', ')}`
      : `- **does not start** on ${servers.join(', ')}${verdict.refusal === undefined ? ' (crashes)' : `: ${cell(verdict.refusal)}`}`,
  );
  const rows = file.findings.map(({ severity, line, user, rule, message, fix }) => {
    const place = [line === undefined ? '' : `line ${line}`, user === undefined ? '' : cell(user)];
    return `| ${severity} | ${place.filter((part) => part !== '').join(', ')} | ${rule} | ${cell(message)} | ${cell(fix?.words ?? '')} |`;
  });
  return [
    `## ${cell(file.path)}`,
    ...(verdicts.length === 0 ? [] : [verdicts.join('\n')]),
    rows.length === 0
      ? 'Nothing found.'
      : `| severity | where | rule | finding | fix |\n|---|---|---|---|---|\n${rows.join('\n')}`,
  ].join('\n\n');
}

function cell(text: string): string {
  return safeText(text).replace(/[\\*_<>|~#[\]`]/g, '\\$&');
}
