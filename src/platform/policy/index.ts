export { type CaseDecision, type CaseOutcome, decideCase, type PolicyCase } from './cases.js';
export { PolicyError, PolicySyntaxError } from './errors.js';
export { compileForOperation, compileForRow, type KeyReader, type Test } from './evaluate.js';
export type { ExplainedCheck, Explanation, TargetValues } from './explain.js';
export { type GrantableRole, type GrantSearch, leastRoles, neededRoles } from './grants.js';
export { findAccess, type SearchBudget, type SearchResult, type Witness } from './implication.js';
export type { Check, ParsedCheck, Position } from './language/ast.js';
export { expandCheck, type Rules } from './language/expand.js';
export { parseCheck } from './language/parser.js';
export { printCheck } from './language/print.js';
export type { CredentialFields } from './language/word.js';
export { type Finding, lintOverrides } from './lint.js';
export {
  type Fault,
  type FileEntry,
  faultsOf,
  lockedOut,
  type OverrideSet,
  registryUnder,
  separate,
  strictRegistry,
} from './override-set.js';
export {
  type AuthenticatedDeclaration,
  CREDENTIAL_FIELDS,
  type CredentialLimit,
  type Credentials,
  definePolicy,
  type Policy,
  type PolicyDeclaration,
  type PolicyName,
  type PublicDeclaration,
  SCOPE_TYPES,
  type ScopedDeclaration,
  type ScopeType,
  type Subject,
} from './policy.js';
export {
  type AccessProof,
  type ChangedCell,
  changedCells,
  changedPolicies,
  type Persona,
  proveAccess,
  targetsOf,
} from './preview.js';
export { type Named, NOTHING_KNOWN, PolicyQuestion } from './question.js';
export {
  buildRegistry,
  type Decision,
  type PolicyDescription,
  type PolicyRef,
  type PolicyRegistry,
  type RegistryInput,
} from './registry.js';
export { type Residue, residueOf } from './residue.js';
export { lintService, type ServiceFinding, type ServiceRule } from './service-lint.js';
export { defineTarget, type KeyType, type Target, type TargetKey } from './target.js';
export { ABSENT, FALSE, mayBeTrue, OPEN, TRUE, type Truth } from './truth.js';
export type { CredentialMap, CredentialValue, Scalar, TargetValue } from './values.js';
export type { Visible } from './visible.js';
export type { RoleImplication } from './worlds.js';
