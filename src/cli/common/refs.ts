import type { NameInProject, PrincipalRef } from '../../generated/documents.js';

/** An object that the user names: by id if the text has the form of one, otherwise by name. */
type Ref = { readonly id: string } | { readonly name: string };

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

function isId(prefix: string, text: string): boolean {
  return new RegExp(`^${prefix}_${UUID}$`).test(text);
}

const refTo =
  (prefix: string) =>
  (text: string): Ref =>
    isId(prefix, text) ? { id: text } : { name: text };

export const allowlistRef = refTo('alw');
export const domainRef = refTo('dom');
export const nodeRef = refTo('nod');

/** An object that a domain owns: by id, by its name in the token's domain, or by its name and its domain's. */
type OwnedRef = Ref | { readonly inDomain: { readonly name: string; readonly domain: string } };

const ownedRef =
  (prefix: string) =>
  (text: string): OwnedRef => {
    const slash = text.indexOf('/');
    if (slash < 0 || isId(prefix, text)) return refTo(prefix)(text);
    return { inDomain: { name: text.slice(slash + 1), domain: text.slice(0, slash) } };
  };

/** An object that a project owns: by id, by name where the token's scope says whose, or by its name and its project's. */
const refInProject =
  (prefix: string) =>
  (text: string): Ref | { readonly inProject: NameInProject } => {
    const [name = '', project, domain] = text.split('/').reverse();
    if (project === undefined || isId(prefix, text)) return refTo(prefix)(text);
    return { inProject: { name, project, ...(domain !== undefined && { domain }) } };
  };

/** `[[domain/]project/]agent`, or an id. */
export const agentRef = refInProject('agt');

/** `[[domain/]project/]list`, or an id. */
export const listRef = refInProject('alw');

/** `[domain/]project`, or an id. */
export const projectRef = ownedRef('prj');

/** `[domain/]user`, or an id. */
export const userRef = ownedRef('usr');

/** `[domain/]group`, or an id. */
export const groupRef = ownedRef('grp');

/** `[domain/]role`, or an id; without a domain it can also be a global role. */
export const roleRef = ownedRef('rol');

/** An agent's id, or a user. */
export function principalRef(text: string): PrincipalRef {
  return isId('agt', text) ? { agent: { id: text } } : { user: userRef(text) };
}
