import { RoleDocument, type RoleFragment, RolesDocument } from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { listAll } from '../common/paging.js';
import { roleName } from '../common/refs.js';
import { get, type Session } from '../common/session.js';

/** At most one role of a name exists in each domain. */
const NAMESAKES_MAX = 10_000;

/** Finds a role: by id, a global one by its name, a domain's as `domain/name`. */
export async function findRole(session: Session, text: string): Promise<RoleFragment> {
  const ref = roleName(text);
  if ('id' in ref) return get(session, RoleDocument, { id: ref.id }, 'role');
  const filter = { names: [ref.name], isGlobal: ref.domain === null };
  const found = await listAll(session, RolesDocument, { filter }, NAMESAKES_MAX);
  const role = found.find(({ domain }) => ref.domain === null || domain?.name === ref.domain);
  if (role === undefined) throw new CliError('NOT_FOUND: No such role.', EXIT.notFound);
  return role;
}
