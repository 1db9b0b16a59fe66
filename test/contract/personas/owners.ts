import type { TestScope } from '../../harness/server.js';

/** The system, a domain, or a project with its domain. */
export type Owner = { readonly type: 'system' } | Exclude<TestScope, { type: 'system' | 'unscoped' }>;
export type Project = Extract<TestScope, { type: 'project' }>;
export interface Principal {
  readonly kind: 'user' | 'agent';
  readonly id: string;
}

/** As tables and audit facts name an owner. */
export const idsOf = (owner: TestScope) => ({
  domainId: 'domainId' in owner ? owner.domainId : null,
  projectId: 'projectId' in owner ? owner.projectId : null,
});
