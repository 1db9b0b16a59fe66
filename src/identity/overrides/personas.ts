import type {
  Credentials,
  Persona,
  PolicyName,
  PolicyRegistry,
  ScopeType,
  Subject,
} from '../../platform/policy/index.js';
import { agents } from '../agents/index.js';
import { HIERARCHY } from '../assignments/index.js';

const USER: Credentials = { user_id: 'own', user_domain_id: 'own' };
const IN_SCOPE = {
  system: { system_scope: 'all', operators_project_ids: ['own'] },
  domain: { domain_id: 'own' },
  project: { project_id: 'own', project_domain_id: 'own' },
} satisfies { readonly [Scope in ScopeType]?: Credentials };
const TRUST_STATES = ['TRUSTED', 'FAILED'];

const persona = (name: string, scope: Subject['scope'], credentials: Credentials): Persona => ({
  name,
  subject: { scope, credentials },
});

const users = (Object.keys(IN_SCOPE) as (keyof typeof IN_SCOPE)[]).flatMap((scope) => {
  const credentials = { ...USER, ...IN_SCOPE[scope] };
  // A holder of a role also holds the roles below it.
  const ofHierarchy = HIERARCHY.map((role, index) =>
    persona(`${scope}-${role}`, scope, { ...credentials, roles: HIERARCHY.slice(index) }),
  );
  return [
    ...ofHierarchy,
    persona(`${scope}-service`, scope, { ...credentials, roles: ['service'] }),
    persona(`${scope}, no role`, scope, { ...credentials, roles: [] }),
  ];
});

const ofAgents = agents.kind.enumValues.flatMap((kind) =>
  TRUST_STATES.map((state) =>
    persona(`agent:${kind.toLowerCase()}, ${state.toLowerCase()}`, 'agent', {
      ...IN_SCOPE.project,
      agent_id: 'own',
      agent_kind: kind,
      node_id: 'own',
      unit_id: 'own',
      workload_id: 'own',
      trust_state: state,
    }),
  ),
);

/** One caller of each kind that policies can tell apart. An API credential decides as its roles do. */
export const PERSONAS: readonly Persona[] = [
  ...users,
  ...ofAgents,
  persona('unscoped', 'unscoped', USER),
  persona('anonymous', null, {}),
];

/** The personas that a policy allows something, on some row at least. */
export const allowedPersonas = (policies: PolicyRegistry, policy: PolicyName): readonly string[] =>
  PERSONAS.filter(({ subject }) => policies.decideOperation(policy, subject).outcome === 'ALLOWED').map(
    ({ name }) => name,
  );
