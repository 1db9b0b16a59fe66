import { GET_ROLE, LIST_ROLES } from '../documents/identity.js';
import { CliError, EXIT } from '../errors.js';
import type { Row } from '../output.js';
import { listAll } from '../paging.js';
import { roleName } from '../refs.js';
import { get, type Session } from '../session.js';

/** Of one name there are as many roles as domains, at most. */
const NAMESAKES_MAX = 10_000;

/** The role that a text names: by id, a global one by its name, one of a domain as `domain/name`. */
export async function findRole(session: Session, text: string): Promise<Row> {
  const ref = roleName(text);
  if ('id' in ref) return get(session, GET_ROLE, { id: ref.id }, 'role');
  const filter = { names: [ref.name], isGlobal: ref.domain === null };
  const found = await listAll(session, LIST_ROLES, { filter }, NAMESAKES_MAX);
  const role = found.find(({ domain }) => ref.domain === null || (domain as Row | null)?.name === ref.domain);
  if (role === undefined) throw new CliError('NOT_FOUND: No such role.', EXIT.notFound);
  return role;
}
