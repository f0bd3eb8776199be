/** The door of the configuration room. */
export { Secret, secret } from './secret.ts';
export {
  compareVersions,
  formatServerName,
  parseServerName,
  parseVersion,
  versionAtLeast,
  type Product,
  type ServerVersion,
} from './product-version.ts';
export type { ConfProblem, ConfProblemCode, ConfRange, ConfSeverity } from './conf-problem.ts';
export type {
  BlankLine,
  BrokenLine,
  ColumnRange,
  CommentLine,
  ConfDocument,
  ConfLine,
  DirectiveLine,
  TemplateLine,
} from './conf-document.ts';
export { detectTemplates, type Template, type TemplateKind } from './template.ts';
