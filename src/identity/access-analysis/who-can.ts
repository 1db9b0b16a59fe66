import { type Context, requireOperation, userOf } from '../../authority/index.js';
import { badInput } from '../../platform/errors.js';
import { encodeCursor, type PageArgs, type PageInfo, pageRequest } from '../../platform/pagination.js';
import { RoleGraph } from '../roles/index.js';
import type { ScopeInput } from '../scopes/index.js';
import { Judge } from './judge.js';
import { findPlaces, NO_AGENTS, type Places } from './places.js';
import { permissionGet } from './policies.js';
import { requireScope } from './principals.js';
import { Search } from './search.js';
import { type Question, questionOn } from './target.js';

export interface WhoCan extends PageArgs {
  readonly policy: string;
  readonly targetId?: string | null | undefined;
  readonly scope?: ScopeInput | null | undefined;
}

/** Who may do something: a page of the principals that the caller may see, and the number of the others. */
export async function whoCan(context: Context, args: WhoCan) {
  requireOperation(context, permissionGet.name);
  const { first, after, ordering } = pageRequest(args);
  const question = await questionOn(context, args.policy, args.targetId);
  const access = accessOf(context, question);
  const places = access === 'SCOPED' ? await placesOf(context, question, args.scope) : NOWHERE;
  const search = new Search(context, places, new Judge(context, question, places.graph));
  const { listed, endId, hasNextPage } = await search.page(first, after?.[0] ?? '');
  const cursorOf = (id: string) => encodeCursor(ordering, [id]);
  const edges = listed.map((node) => ({ cursor: cursorOf(node.agentId ?? node.userId ?? ''), node }));
  const pageInfo: PageInfo = {
    hasNextPage,
    hasPreviousPage: after !== null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: endId === null ? null : cursorOf(endId),
  };
  return {
    access,
    openScopeTypes: places.open.map((type) => type.toUpperCase()),
    nodes: listed,
    edges,
    pageInfo,
    countHidden: () => search.countHidden(),
  };
}

const NOWHERE: Places = {
  graph: new RoleGraph([], []),
  scopes: [],
  open: [],
  userIds: null,
  roleIds: null,
  agents: NO_AGENTS,
};

async function placesOf(context: Context, question: Question, scope: ScopeInput | null | undefined): Promise<Places> {
  if (scope == null && question.values === undefined)
    throw badInput('Name a target, a scope or both.', { argument: 'scope' });
  const only = scope == null ? null : await requireScope(context, scope, userOf(context.actor));
  return findPlaces(context, question, only);
}

function accessOf({ policies }: Context, { policy }: Question): 'PUBLIC' | 'AUTHENTICATED' | 'SCOPED' {
  const scopeTypes = policies.get(policy)?.scopeTypes;
  if (typeof scopeTypes === 'object') return 'SCOPED';
  return scopeTypes === 'public' ? 'PUBLIC' : 'AUTHENTICATED';
}
