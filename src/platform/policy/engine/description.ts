import type { ScopeText } from './compile.js';
import type { PolicyDeclaration, PolicyName } from './policy.js';

/** What is published about a policy. */
export interface PolicyDescription {
  readonly name: PolicyName;
  readonly description: string;
  readonly scopeTypes: PolicyDeclaration['scopeTypes'];
  readonly scopes: readonly ScopeText[];
  /** Whether an API credential can pass it at all. */
  readonly isForCredentials: boolean;
  /** The operator's check, as written; null while the default is in force. */
  readonly override: string | null;
  readonly operations: readonly string[];
  readonly deprecated: PolicyDeclaration['deprecated'];
  readonly isEssential: boolean;
}
