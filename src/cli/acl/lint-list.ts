/** `wardis acl lint --list`: every rule, with its severity and title. */

import { LINT_RULES } from '../../acl/index.ts';

export function listRules(format: 'table' | 'json'): string {
  if (format === 'json') {
    const rules = LINT_RULES.map(({ id, severity, title, rationale, fix }) => ({
      id,
      severity,
      title,
      rationale,
      fix,
    }));
    return `${JSON.stringify({ schemaVersion: '1', rules }, null, 2)}\n`;
  }
  const width = Math.max(...LINT_RULES.map(({ id }) => id.length));
  const rows = LINT_RULES.map(
    ({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd(8)}  ${title}\n`,
  );
  return `${rows.join('')}\n${LINT_RULES.length} rules; one in full: wardis explain ID\n`;
}
