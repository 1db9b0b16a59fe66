import type { Actor, Context } from '../../authority/index.js';
import { unauthenticated } from '../../platform/errors.js';

/** The caller: the shape of `Query.viewer`. */
export function viewer(context: Context) {
  const { actor } = context;
  if (actor.principal === null || actor.token === null) throw unauthenticated();
  const permissions = context.policies
    .list()
    .filter(({ name }) => context.policies.decideOperation(name, actor).outcome === 'ALLOWED')
    .map(({ name }) => name);
  return {
    kind: actor.principal.kind.toUpperCase(),
    principal: actor.principal,
    scope: scopeView(actor),
    roles: actor.credentials.roles ?? [],
    expiresAt: actor.token.expiresAt,
    permissions,
    apiAddresses: context.settings.apiAddresses,
    apiAuthorities: context.settings.apiAuthorities,
    isDemo: context.settings.isDemo === true,
  };
}

function scopeView({ where }: Actor) {
  const ids = { domainId: null, projectId: null, ...where };
  return { type: (where?.type ?? 'unscoped').toUpperCase(), domainId: ids.domainId, projectId: ids.projectId };
}
