/** The ACL language of Redis and Valkey: read, decide, print. */
export { parseAclFile, parseUserLine } from './language/aclfile.ts';
export type { AclFileOptions, AclFileUser, ParsedAclFile, ParsedUserLine } from './language/aclfile.ts';
export type { Command, CommandTable, KeySpec } from './table/command-table.ts';
export { splitRules } from './language/argument-split.ts';
export { decide } from './decision/decide.ts';
export type { DecideOptions, Decision, Denial } from './decision/decide.ts';
export { dialectOf } from './table/dialect.ts';
export type { Dialect, Product, PubsubDefault, ServerVersion } from './table/dialect.ts';
export { formatAclFile, formatUserLine } from './format/format.ts';
export { haveSameRights } from './format/same-rights.ts';
export type { FormatOptions, FormattedFile } from './format/format.ts';
export { globMatch } from './decision/glob.ts';
export { hashPassword } from './language/password.ts';
export { getUserView, printUser, ruleText } from './language/print.ts';
export type { PrintOptions, SelectorView, UserView } from './language/print.ts';
export type { Problem, ProblemCode } from './problem.ts';
export { canRun, grantedCommands, holdsAll, isUnrestricted, reach } from './decision/reach.ts';
export type { Reach } from './decision/reach.ts';
export type { EngineKey, KeyPattern, Selector, SelectorEngine, User } from './selector.ts';
export { parseUserDirective } from './language/user-directive.ts';
export { completeVersion, RECORDED_BUILDS, serverNamed } from './table/named-server.ts';
export { tableFor, tableFromCommandReply } from './table/tables.ts';
export { hideSecrets } from './language/rule-error.ts';
export { defaultUser, parseUser } from './language/user.ts';
export type { ParsedUser, ParseUserOptions } from './language/user.ts';
export { findLintRule, FORM_LINT_RULES, LINT_RULES } from './lint/catalogue.ts';
export { lint, LINT_FINDINGS_MAX, readLintFile, readLintRules, readLintUsers } from './lint/lint.ts';
export { LINT_SEVERITIES } from './lint/rule.ts';
export { isTooLong } from './lint/user-length.ts';
export { isScript, readLintScript } from './lint/script.ts';
export type * from './lint/rule.ts';
export type { WrittenUser } from './lint/user.ts';
export { categoryMatrix, commandMatrix, grantedAt, rightAt } from './matrix/command-matrix.ts';
export type { CategoryMatrix, CommandMatrix, CommandRight } from './matrix/command-matrix.ts';
export { prefixesOf, prefixMatrix, prefixRightAt } from './matrix/prefix-matrix.ts';
export type { PrefixMatrix, PrefixRight } from './matrix/prefix-matrix.ts';
export type { Cover } from './matrix/prefix-cover.ts';
export { isSilentLine, readMonitorLine, readObservation } from './learn/observation.ts';
export type { Observation } from './learn/observation.ts';
export { proposeRules } from './learn/proposal.ts';
export type { Proposal, ProposedPattern, ProposeOptions } from './learn/proposal.ts';
export { createRecorder } from './learn/recorder.ts';
export type { Recorder, Recording, SeenCommand, SeenKey } from './learn/recorder.ts';
export { patternsInclude, globIncludes } from './compare/glob-inclusion.ts';
export type { Inclusion } from './compare/glob-inclusion.ts';
export { globIntersection, globIsEmpty, globSample } from './compare/glob-overlap.ts';
export type { Overlap } from './compare/glob-overlap.ts';
export type { Contribution, EffectReason, EffectStatus, LostTo, TokenEffect } from './explain/effect.ts';
export { explainTokens } from './explain/token-effect.ts';
export type { EscalationEdge, EscalationSeverity } from './escalation/edge.ts';
export { findEscalations } from './escalation/find.ts';
export type { EscalationOptions, EscalationPath, Escalations, EscalationStep } from './escalation/find.ts';
export { ESCALATION_EDGES } from './escalation/graph.ts';
export { POWERS, powerTitle } from './escalation/power.ts';
export type { Power } from './escalation/power.ts';
export { printEvidence, printPath, printRequirement, printStep } from './escalation/print.ts';
export type { EscalationFacts } from './escalation/requirement.ts';
export { diffUsers, isNarrower } from './compare/diff.ts';
export type { LoginChange, Narrower, UserDiff } from './compare/diff.ts';
export type { CommandLine } from './compare/command-line.ts';
export type { Access, Excess, Reached, Right } from './compare/right.ts';
export { measureCoverage } from './expectation/coverage.ts';
export type { RuleCoverage, UserCoverage } from './expectation/coverage.ts';
export { judgeExpectations } from './expectation/expectation.ts';
export type { Expectation, ExpectationResult } from './expectation/expectation.ts';
export { diffFleets } from './compare/fleets.ts';
export type { FleetDiff } from './compare/fleets.ts';
export { diffVersions } from './compare/versions.ts';
export type { VersionDiff } from './compare/versions.ts';
export { decideExecution } from './explain/execution.ts';
export type { Execution } from './explain/execution.ts';
export type { Difference, DifferenceCode } from './explain/difference.ts';
export type { TouchedKey } from './explain/touched-keys.ts';
export { crossingKindOf, findCrossings } from './tenancy/crossing.ts';
export type { Crossing, CrossingKind } from './tenancy/crossing.ts';
export { proveTenants } from './tenancy/proof.ts';
export type {
  OverlapProof,
  ProofOptions,
  TenantCrossing,
  TenantOverlap,
  TenantProof,
  Verdict,
} from './tenancy/proof.ts';
export { escapeGlob } from './decision/glob-escape.ts';
export { makeTenants } from './tenancy/template.ts';
export type { TenantProblem, TenantTemplate, TenantUser } from './tenancy/template.ts';
export { tenantRules } from './tenancy/tenant-rules.ts';
export type { TenantAccess } from './tenancy/tenant-rules.ts';
export { explainDecision } from './explain/decision-explanation.ts';
export type { DecisionExplanation, SelectorVerdict } from './explain/decision-explanation.ts';
export type { DecidingToken, DecisionStep } from './explain/decision-step.ts';
export { explainUser } from './explain/user-explanation.ts';
export type {
  CategoryShare,
  LoginFacts,
  SelectorExplanation,
  UserExplanation,
} from './explain/user-explanation.ts';
export type { Hole, HoleCode } from './explain/hole.ts';
export type { Obstacle } from './explain/key-demand.ts';
export { suggestOrder } from './explain/suggestion.ts';
export type { OrderSuggestion } from './explain/suggestion.ts';
export { describeEffect } from './explain/effect-words.ts';
export type { WordOptions } from './explain/effect-words.ts';
export { describeLogin, describeSelector } from './explain/user-words.ts';
export type { UserSentence } from './explain/user-words.ts';
