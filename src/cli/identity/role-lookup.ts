import { RoleDocument, type RoleFragment, RolesDocument } from '../../generated/documents.js';
import { CliError, EXIT } from '../common/errors.js';
import { ownDomain } from '../common/own-domain.js';
import { listAll } from '../common/paging.js';
import { roleName } from '../common/refs.js';
import { get, type Session } from '../common/session.js';

/** At most one role of a name exists in each domain. */
const NAMESAKES_MAX = 10_000;

/** Finds a role: by id, a global one by its name, a domain's as `domain/name` or, in one's own domain, by its name. */
export async function findRole(session: Session, text: string): Promise<RoleFragment> {
  const ref = roleName(text);
  if ('id' in ref) return get(session, RoleDocument, { id: ref.id }, 'role');
  const { name, domain } = ref;
  const role = await (domain === null ? findBare(session, name) : findOwned(session, name, domain));
  if (role === undefined) throw new CliError('NOT_FOUND: No such role.', EXIT.notFound);
  return role;
}

/** A global role first: no role of a domain can take its place. */
async function findBare(session: Session, name: string): Promise<RoleFragment | undefined> {
  const [role] = await listAll(session, RolesDocument, { filter: { names: [name], isGlobal: true } }, 1);
  if (role !== undefined) return role;
  const own = await ownDomain(session);
  if (own === null) return undefined;
  return (await listAll(session, RolesDocument, { filter: { names: [name], domainIds: [own.id] } }, 1))[0];
}

async function findOwned(session: Session, name: string, domain: string): Promise<RoleFragment | undefined> {
  const filter = { names: [name], isGlobal: false };
  const found = await listAll(session, RolesDocument, { filter }, NAMESAKES_MAX);
  return found.find((role) => role.domain?.name === domain);
}
