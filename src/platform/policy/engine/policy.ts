import { PolicyError } from '../language/errors.js';
import type { Target } from './target.js';

export const SCOPE_TYPES = ['system', 'domain', 'project', 'agent'] as const;
export type ScopeType = (typeof SCOPE_TYPES)[number];

const FIELD_NAMES = [
  'roles',
  'user_id',
  'domain_id',
  'project_id',
  'user_domain_id',
  'project_domain_id',
  'system_scope',
  'operators_project_ids',
  'agent_id',
  'agent_kind',
  'node_id',
  'unit_id',
  'workload_id',
  'trust_state',
] as const;

/** The fields that hold several texts. */
const LIST_FIELDS = ['roles', 'operators_project_ids'] as const satisfies readonly (typeof FIELD_NAMES)[number][];
type ListField = (typeof LIST_FIELDS)[number];

/** What a caller proved about itself. Absent fields say nothing: they make neither a check nor its negation TRUE. */
export type Credentials = {
  /** Roles of the user that a narrowed token or an API credential left out. No check can name them. */
  readonly dropped_roles?: readonly string[] | null;
} & { readonly [Field in ListField]?: readonly string[] | null } & {
  readonly [Field in Exclude<(typeof FIELD_NAMES)[number], ListField>]?: string | null;
};

/** The credential fields that checks of the product may name. None is a map, so no path leads into one. */
export const CREDENTIAL_FIELDS: ReadonlyMap<string, 'value' | 'map'> = new Map(
  FIELD_NAMES.map((field) => [field, 'value']),
);

/** Whether a credential field holds several texts, of which each can be the one that a check compares. */
export const isListField = (field: string): field is ListField => (LIST_FIELDS as readonly string[]).includes(field);

/** The most that an API credential passes, whatever its user may do. It never takes away what everybody may do. */
export interface CredentialLimit {
  /** Names of the only policies that it passes; null for all policies that are open to credentials. */
  readonly policies: ReadonlySet<string> | null;
}

/** What a policy sees of the caller. Scope null is anonymous; `unscoped` is authenticated without a scope. */
export interface Subject {
  readonly scope: ScopeType | 'unscoped' | null;
  readonly credentials: Credentials;
  /** Set for a caller with an API credential, or with a token that was issued to one. */
  readonly limit?: CredentialLimit | undefined;
}

export type PolicyName = `${string}:${string}`;
type PerScope<Agent = string> = { readonly [Scope in Exclude<ScopeType, 'agent'>]?: string } & {
  readonly agent?: Agent;
};

/** A boundary for some kinds of agents, by `agent_kind`. An agent of any other kind is refused. */
export type PerKind = Readonly<Record<string, string>>;
export type Boundary = string | PerKind;

interface Declaration<Row extends object> {
  readonly name: PolicyName;
  readonly description: string;
  /** What the row is compared by. Without it, only the credentials decide. */
  readonly target?: Target<Row>;
  /** What the policy guards: `Mutation.createAllowlist`, `Allowlist.*` (the whole type), `HTTP.putUpload`. */
  readonly operations: readonly string[];
  /** False for policies that no API credential passes, whatever it lists: to gain rights, and to hand them on. */
  readonly isForCredentials?: false;
  /** The check of an earlier version; it allows too, until new defaults are enforced. */
  readonly deprecated?: {
    readonly name?: string;
    readonly check: string;
    readonly since: string;
    readonly reason: string;
  };
  /**
   * Administrators of the system keep it, whatever operators write: without it nobody could see what was done, or
   * correct it.
   */
  readonly isEssential?: boolean;
}

/** A policy for tokens of some scopes. With a target, each scope states the boundary that ties a row's owner to it. */
export interface ScopedDeclaration<Row extends object> extends Declaration<Row> {
  readonly scopeTypes: readonly ScopeType[];
  /**
   * ANDed with the check, in the same language but without named rules, since operators replace those. So no override
   * can widen it.
   */
  readonly boundary?: PerScope<Boundary>;
  /** One check, or one for each scope type; the token's scope selects it. */
  readonly check: string | PerScope;
}

/** A policy for any principal in any scope, unscoped included: `viewer`, one's own sessions. */
export interface AuthenticatedDeclaration<Row extends object> extends Declaration<Row> {
  readonly scopeTypes: 'authenticated';
  readonly boundary?: string;
  readonly check: string;
}

/** A policy that anonymous callers pass too. There is nothing to check. */
export interface PublicDeclaration extends Declaration<never> {
  readonly scopeTypes: 'public';
  readonly check: '@';
  readonly boundary?: never;
  readonly target?: never;
  readonly isForCredentials?: never;
  readonly deprecated?: never;
}

export type PolicyDeclaration<Row extends object = object> =
  | ScopedDeclaration<Row>
  | AuthenticatedDeclaration<Row>
  | PublicDeclaration;

/** A declared policy. `Row` is the type of the rows that it decides on. */
export type Policy<Row extends object = object> = PolicyDeclaration<Row>;

/** The scopes that a policy can have texts for; `authenticated` and `public` cover all scopes at once. */
export type ScopeKey = ScopeType | 'authenticated' | 'public';

const NAME = /^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$/;
/** Written in checks as it is. */
const AGENT_KIND = /^[A-Z][A-Z0-9_]*$/;
const OPERATION = /^[_A-Za-z]\w*\.(\*|[_A-Za-z]\w*)$/;
/** Types whose fields are claimed one by one: a new operation must not come under a policy unnoticed. */
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription', 'HTTP']);

/**
 * Declares a policy as data, beside the slice that it guards.
 *
 * @throws PolicyError when the declaration contradicts itself: a scope without its check or boundary, a check for a
 *   scope that the policy does not accept, a malformed name or operation. Checks are parsed when the registry is built.
 */
export function definePolicy<Row extends object = object>(declaration: PolicyDeclaration<Row>): Policy<Row> {
  const { name, description, operations } = declaration;
  if (!NAME.test(name)) throw new PolicyError(`policy ${name}: a name is resource:verb, in lower case`);
  const refuse = (reason: string) => new PolicyError(`policy ${name}: ${reason}`);
  if (description.trim() === '') throw refuse('it has no description');
  for (const operation of operations) {
    if (!OPERATION.test(operation)) throw refuse(`${JSON.stringify(operation)} is not a Type.field or Type.*`);
    const [type = '', field] = operation.split('.');
    if (field === '*' && ROOTS.has(type)) throw refuse(`the fields of ${type} are claimed one by one`);
  }
  if (declaration.scopeTypes === 'authenticated' && declaration.target && declaration.boundary === undefined) {
    throw refuse('it has a target, so it needs a boundary');
  }
  if (typeof declaration.scopeTypes === 'object') refuseScopes(declaration, refuse);
  return Object.freeze(declaration);
}

function refuseScopes(declaration: ScopedDeclaration<never>, refuse: (reason: string) => PolicyError): void {
  const { scopeTypes, boundary = {}, check, target } = declaration;
  if (scopeTypes.length === 0) throw refuse('it takes no scope');
  if (new Set(scopeTypes).size < scopeTypes.length) throw refuse('a scope is named twice');
  for (const scope of SCOPE_TYPES) {
    const taken = scopeTypes.includes(scope);
    if (!taken && boundary[scope] !== undefined) throw refuse(`a boundary for scope ${scope}, which it does not take`);
    if (taken && target && boundary[scope] === undefined)
      throw refuse(`it has a target, so scope ${scope} needs a boundary`);
    if (typeof boundary[scope] === 'object') refuseKinds(scope, boundary[scope], refuse);
    if (typeof check === 'string') continue;
    if (!taken && check[scope] !== undefined) throw refuse(`a check for scope ${scope}, which it does not take`);
    if (taken && check[scope] === undefined) throw refuse(`no check for scope ${scope}`);
  }
}

function refuseKinds(scope: ScopeType, boundary: PerKind, refuse: (reason: string) => PolicyError): void {
  if (scope !== 'agent') throw refuse(`a boundary by kind of agent for scope ${scope}`);
  const kinds = Object.keys(boundary);
  if (kinds.length === 0) throw refuse('its boundary takes no kind of agent');
  const odd = kinds.find((kind) => !AGENT_KIND.test(kind));
  if (odd !== undefined) throw refuse(`${JSON.stringify(odd)} is not a kind of agent, in upper case`);
}

/** A policy's check and boundary for each of its scopes, as declared. */
export function scopesOf(
  policy: Policy,
): ReadonlyMap<ScopeKey, { readonly check: string; readonly boundary: Boundary | undefined }> {
  if (policy.scopeTypes === 'public') return new Map([['public', { check: policy.check, boundary: undefined }]]);
  if (policy.scopeTypes === 'authenticated')
    return new Map([['authenticated', { check: policy.check, boundary: policy.boundary }]]);
  const { check, boundary } = policy;
  // `definePolicy` ensured that every scope has its check; `!` denies if a declaration came another way.
  return new Map(
    policy.scopeTypes.map((scope) => [
      scope,
      { check: (typeof check === 'string' ? check : check[scope]) ?? '!', boundary: boundary?.[scope] },
    ]),
  );
}
