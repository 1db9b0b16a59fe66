import { RoleDocument, type RoleFragment, RolesDocument } from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { listAll } from '../common/paging.js';
import { roleName } from '../common/refs.js';
import { get, type Session } from '../common/session.js';

/** Of one name there are as many roles as domains, at most. */
const NAMESAKES_MAX = 10_000;

/** The role that a text names: by id, a global one by its name, one of a domain as `domain/name`. */
export async function findRole(session: Session, text: string): Promise<RoleFragment> {
  const ref = roleName(text);
  if ('id' in ref) return get(session, RoleDocument, { id: ref.id }, 'role');
  const filter = { names: [ref.name], isGlobal: ref.domain === null };
  const found = await listAll(session, RolesDocument, { filter }, NAMESAKES_MAX);
  const role = found.find(({ domain }) => ref.domain === null || domain?.name === ref.domain);
  if (role === undefined) throw new CliError('NOT_FOUND: No such role.', EXIT.notFound);
  return role;
}
