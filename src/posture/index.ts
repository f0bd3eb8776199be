/** The door of posture/: the catalogue of checks, assessment, frameworks, advisories, myths and reports. */
export { ADVISORIES_AS_OF } from './advisories/branches.ts';
export { assess, countOutcomes, openAssessment, runCheck } from './assess.ts';
export type { AssessmentOptions, AssessmentTarget, Assessor } from './assess.ts';
export { ATTACK_PATHS, findAttackPath } from './attack-path.ts';
export type { AttackPath } from './attack-path.ts';
export type { Baseline } from './baseline.ts';
export { CATALOGUE, findCheck } from './catalogue.ts';
export { AREAS, SEVERITIES } from './check.ts';
export type {
  Area,
  Check,
  CheckContext,
  DeclaredUser,
  DeclaredUsers,
  Evidence,
  Example,
  Severity,
  Verdict,
} from './check.ts';
export { NO_FLEET, viewFleet } from './fleet-view.ts';
export type { FleetView, UserGroup } from './fleet-view.ts';
export { findFramework, FRAMEWORKS } from './frameworks/list.ts';
export type { Clause, Framework } from './frameworks/framework.ts';
export { MYTHS } from './myths/catalogue.ts';
export type { Myth } from './myths/myth.ts';
export type * from './outcome.ts';
export { assessmentJsonSchema } from './report/assessment-schema.ts';
export { sortFindings } from './report/area-count.ts';
export { printFrom } from './report/provenance.ts';
export { joinParts, makePen, printHeadLine, wrapLines, wrapWithRemark } from './report/table-pen.ts';
export type { Pen, Style } from './report/table-pen.ts';
export { printUrgency } from './report/verdict-text.ts';
export { renderReport, renderReportParts, REPORT_FORMATS } from './report/report.ts';
export type { ReportFormat, ReportOptions } from './report/report.ts';
export { selectChecks, severityAtLeast } from './selection.ts';
export type { SelectedChecks, Selection } from './selection.ts';
export type { Waiver } from './waiver.ts';
