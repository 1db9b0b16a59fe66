import type { Actor, Context } from '../../authority/index.js';
import { invalidCursor } from '../../platform/errors.js';
import {
  type Connection,
  connection,
  type PageArgs,
  type PageRequest,
  pageRequest,
} from '../../platform/pagination.js';
import { type HeldScope, listHeldScopes, type RoleScope, WIDEST_FIRST } from '../assignments/index.js';

interface Asked extends PageArgs {
  readonly nameStartsWith?: string | null | undefined;
}

/** Shape of `ViewerScope`. */
export type ScopeToChoose = Omit<HeldScope, 'type'> & { readonly type: string };

/**
 * The scopes that the caller may choose: those for which a session is accepted, and a token issued for this one. A
 * scoped token chooses no other scope, so it is not told of others.
 */
export async function scopesToChoose(context: Context, args: Asked): Promise<Connection<ScopeToChoose>> {
  const page = pageRequest(args, 'scope', 3);
  const found = await scopesOf(context, page, args.nameStartsWith);
  return connection(found.map(shown), page, keysOf);
}

async function scopesOf(
  { actor, db, clock }: Context,
  page: PageRequest,
  nameStartsWith: Asked['nameStartsWith'],
): Promise<readonly HeldScope[]> {
  const after = page.after && placeOf(page.after);
  if (actor.principal?.kind !== 'user') return [];
  const only = actor.token?.session === undefined ? ownScope(actor) : undefined;
  const asked = { limit: page.first + 1, after, nameStartsWith, only };
  const found = await listHeldScopes(db, actor.principal.id, clock.now(), asked);
  if (only === undefined) return found;
  // A token may have fewer roles than its user.
  const roles = actor.credentials.roles ?? [];
  return roles.length === 0 ? [] : found.map((scope) => ({ ...scope, roles }));
}

/** The scope of a token; undefined where it has none. */
function ownScope({ where }: Actor): RoleScope | undefined {
  if (where?.type === 'system') return { type: 'system', domainId: null, projectId: null };
  if (where?.type === 'domain') return { type: 'domain', domainId: where.domainId, projectId: null };
  if (where?.type !== 'project') return undefined;
  return { type: 'project', domainId: where.domainId, projectId: where.projectId };
}

const shown = (scope: HeldScope): ScopeToChoose => ({ ...scope, type: scope.type.toUpperCase() });

const keysOf = ({ type, domainId, domainName, projectId, projectName }: ScopeToChoose) => [
  type.toLowerCase(),
  projectName ?? domainName ?? '',
  projectId ?? domainId ?? '',
];

function placeOf([type = '', name = '', id = '']: readonly string[]) {
  const known = WIDEST_FIRST.find((one) => one === type);
  if (known === undefined) throw invalidCursor();
  return { type: known, name, id };
}
