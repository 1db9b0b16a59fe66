export { type CaseDecision, type CaseOutcome, decideCase, type PolicyCase } from './analysis/cases.js';
export { type GrantableRole, type GrantSearch, leastRoles, neededRoles } from './analysis/grants.js';
export { findAccess, type SearchBudget, type SearchResult, type Witness } from './analysis/implication.js';
export {
  type AccessProof,
  type ChangedCell,
  changedCells,
  changedPolicies,
  type Persona,
  proveAccess,
  targetsOf,
} from './analysis/preview.js';
export { lintService, type ServiceFinding, type ServiceRule } from './analysis/service-lint.js';
export type { RoleImplication } from './analysis/worlds.js';
export type { Decision } from './engine/decision.js';
export type { PolicyDescription } from './engine/description.js';
export { compileForOperation, compileForRow, type KeyReader, type Test } from './engine/evaluate.js';
export type { ExplainedCheck, Explanation } from './engine/explain.js';
export {
  type AuthenticatedDeclaration,
  CREDENTIAL_FIELDS,
  type CredentialLimit,
  type Credentials,
  definePolicy,
  isListField,
  type Policy,
  type PolicyDeclaration,
  type PolicyName,
  type PublicDeclaration,
  SCOPE_TYPES,
  type ScopedDeclaration,
  type ScopeType,
  type Subject,
} from './engine/policy.js';
export { type Named, NOTHING_KNOWN, PolicyQuestion } from './engine/question.js';
export {
  buildRegistry,
  type PolicyRef,
  type PolicyRegistry,
  type RegistryInput,
} from './engine/registry.js';
export { RelationReads, textsTiedTo } from './engine/relation.js';
export { type Residue, residueOf } from './engine/residue.js';
export {
  defineTarget,
  type KeyType,
  type Related,
  type RelationKey,
  type Target,
  type TargetKey,
  type TargetValues,
  withRelated,
} from './engine/target.js';
export type { Visible } from './engine/visible.js';
export type { Check, ParsedCheck, Position } from './language/ast.js';
export { PolicyError, PolicySyntaxError } from './language/errors.js';
export { expandCheck, type Rules } from './language/expand.js';
export { parseCheck } from './language/parser.js';
export { printCheck } from './language/print.js';
export { ABSENT, FALSE, mayBeTrue, OPEN, TRUE, type Truth } from './language/truth.js';
export {
  type CredentialMap,
  type CredentialValue,
  RelatedTexts,
  type Scalar,
  type TargetValue,
} from './language/values.js';
export type { CredentialFields } from './language/word.js';
export { type Finding, lintOverrides } from './overrides/lint.js';
export {
  type Fault,
  type FileEntry,
  faultsOf,
  lockedOut,
  type OverrideSet,
  registryUnder,
  separate,
  strictRegistry,
} from './overrides/override-set.js';
