import { and, eq, type SQL } from 'drizzle-orm';
import type { AuthorizationContext } from '../../authority/index.js';
import { equals } from '../../db/among.js';
import { badInput } from '../../platform/errors.js';
import type { Id } from '../../platform/ids.js';
import { homeOf, isInProject, type NameInProject } from '../names/index.js';
import { agents } from './tables.js';

/** An agent by id, by name in the token's project, or by name in any project. One of the three. */
export interface AgentRef {
  readonly id?: Id<'Agent'> | null | undefined;
  readonly name?: string | null | undefined;
  readonly inProject?: NameInProject | null | undefined;
}

/**
 * Whether a row is the agent that a reference names.
 * @throws Refusal BAD_USER_INPUT for a name alone with a token that has no project.
 */
export function isAgent(from: AuthorizationContext, { id, name, inProject }: AgentRef): SQL | undefined {
  if (id != null) return eq(agents.id, id);
  if (inProject != null) return isInProject(agents, inProject, homeOf(from));
  const { where } = from.actor;
  if (where === null || !('projectId' in where)) {
    throw badInput(
      'A name identifies an agent only within its project: use inProject, the id, or a token of the project.',
      {
        argument: 'name',
      },
    );
  }
  return and(equals(agents.name, name ?? ''), eq(agents.projectId, where.projectId));
}
