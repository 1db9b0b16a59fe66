import { RoleDocument, type RoleFragment } from '../../generated/documents.js';
import { roleRef } from '../common/refs.js';
import { get, type Session } from '../common/session.js';

/** Finds a role: by id, by its name in the token's domain or among the global roles, or as `domain/name`. */
export const findRole = (session: Session, text: string): Promise<RoleFragment> =>
  get(session, RoleDocument, { ref: roleRef(text) }, 'role');
