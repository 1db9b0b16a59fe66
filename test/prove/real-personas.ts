/** Who asks, as a service's middleware tells oslo.policy of a token. */
export interface Persona {
  readonly name: string;
  readonly creds: Readonly<Record<string, unknown>>;
}

/** What is asked about: the keys that the services' checks read. */
export type Row = Readonly<Record<string, unknown>>;

const ROLES: Readonly<Record<string, readonly string[]>> = {
  admin: ['admin', 'manager', 'member', 'reader'],
  manager: ['manager', 'member', 'reader'],
  member: ['member', 'reader'],
  reader: ['reader'],
  service: ['service'],
};

const DOMAIN = { id: 'domain-own', name: 'own' };
const PROJECT = { id: 'project-own', name: 'own', domain: DOMAIN };

const scopes = {
  system: { system_scope: 'all', token: { system: { all: true } } },
  domain: { domain_id: DOMAIN.id, token: { domain: DOMAIN } },
  project: {
    project_id: PROJECT.id,
    tenant_id: PROJECT.id,
    project_domain_id: DOMAIN.id,
    token: { project: PROJECT, is_admin_project: false },
  },
};

function persona(scope: keyof typeof scopes, role: string): Persona {
  return {
    name: `${scope}-${role}`,
    creds: {
      user_id: `user-${scope}-${role}`,
      user_domain_id: DOMAIN.id,
      roles: ROLES[role] ?? [],
      is_admin: role === 'admin',
      is_admin_project: scope === 'system',
      ...scopes[scope],
    },
  };
}

export const PERSONAS: readonly Persona[] = [
  persona('system', 'admin'),
  persona('system', 'member'),
  persona('system', 'reader'),
  persona('domain', 'admin'),
  persona('domain', 'manager'),
  persona('domain', 'member'),
  persona('domain', 'reader'),
  persona('project', 'admin'),
  persona('project', 'manager'),
  persona('project', 'member'),
  persona('project', 'reader'),
  persona('project', 'service'),
  { name: 'no role', creds: { user_id: 'user-none', roles: [], is_admin: false, is_admin_project: false } },
];

const owned = (id: string) => ({
  project_id: id,
  tenant_id: id,
  owner: id,
  'network:project_id': id,
  'network:tenant_id': id,
  'ext_parent:project_id': id,
  'ext_parent:tenant_id': id,
  'security_group:project_id': id,
  'security_group:tenant_id': id,
  'target.project.id': id,
  'target.project_id': id,
});

const inDomain = (id: string) => ({
  domain_id: id,
  'target.domain.id': id,
  'target.domain_id': id,
  'target.project.domain_id': id,
  'target.user.domain_id': id,
  'target.group.domain_id': id,
  'target.role.domain_id': null,
});

const ofUser = (id: unknown) => ({
  user_id: id,
  'target.user.id': id,
  'target.token.user_id': id,
  'target.credential.user_id': id,
  'target.trust.trustor_user_id': id,
});

/** The rows that a persona is asked about, by name. */
export function rowsFor({ creds }: Persona): readonly (readonly [name: string, row: Row])[] {
  const own = { ...owned(PROJECT.id), ...inDomain(DOMAIN.id) };
  return [
    ['its own', { ...own, ...ofUser(creds.user_id), visibility: 'private', shared: false, size: 1.5 }],
    ["another's in its project", { ...own, ...ofUser('user-other'), visibility: 'community', shared: true, size: 2 }],
    [
      'of another project and domain',
      {
        ...owned('project-other'),
        ...inDomain('domain-other'),
        ...ofUser('user-other'),
        member_id: PROJECT.id,
        visibility: 'public',
        'target.role.domain_id': 'domain-other',
      },
    ],
    ['none', {}],
  ];
}
