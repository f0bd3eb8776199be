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
export { decodeConf, encodeConf } from './text.ts';
export {
  quoteArg,
  quoteDialect,
  splitArguments,
  LINE_ARGS_MAX,
  type QuoteDialect,
  type SplitLine,
} from './arguments.ts';
export { parseConf, printConf, CONF_BYTES_MAX, CONF_LINES_MAX, type ParseConfOptions } from './parse-conf.ts';
export { appendDirective, findLines, formatDirective, removeDirective, setDirective } from './edit-conf.ts';
export {
  configurationOf,
  resolveIncludes,
  INCLUDE_DEPTH_MAX,
  INCLUDE_FILES_MAX,
  INCLUDE_LINES_MAX,
  type ConfReader,
  type Configuration,
  type PlacedLine,
} from './include.ts';
export { detectTemplates, TEMPLATES_MAX, type Template, type TemplateKind } from './template.ts';
export type { DirectiveType } from './directive-types.ts';
export { canonicalName } from './directive-names.ts';
export {
  findDirective,
  getDirective,
  listDirectives,
  listRecordedServers,
  recordedServer,
  suggestDirective,
  type Directive,
  type DirectiveLookup,
  type RecordedServer,
  type RuntimeChange,
  type VersionSpan,
} from './catalogue.ts';
export { parseMemory, readDirectiveValue, type ValueReading } from './directive-value.ts';
export {
  effectiveSettings,
  readSetting,
  savesSnapshots,
  type EffectiveSetting,
  type EffectiveSettings,
  type PlacedDirective,
  type SettingText,
} from './effective.ts';
export { diagnoseConf, PROBLEMS_MAX } from './diagnose.ts';
