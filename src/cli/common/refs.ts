import type { PrincipalRef } from '../../generated/documents.js';

/** An object that the user names: by id if the text has the form of one, otherwise by name. */
type Ref = { readonly id: string } | { readonly name: string };

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

function isId(prefix: string, text: string): boolean {
  return new RegExp(`^${prefix}_${UUID}$`).test(text);
}

/** Whether a text is neither an id nor a name with its domain. */
export const isBare = (text: string): boolean => !text.includes('/') && !isId('[a-z]{3}', text);

const refTo =
  (prefix: string) =>
  (text: string): Ref =>
    isId(prefix, text) ? { id: text } : { name: text };

export const agentRef = refTo('agt');
export const allowlistRef = refTo('alw');
export const domainRef = refTo('dom');

/** An object that a domain owns: by id, or by its name and its domain's. */
type OwnedRef<Noun extends string> =
  | { readonly id: string }
  | { readonly name: Readonly<Record<Noun | 'domain', string>> };

const ownedRef =
  <Noun extends string>(prefix: string, noun: Noun) =>
  (text: string, domain = 'default'): OwnedRef<Noun> => {
    if (isId(prefix, text)) return { id: text };
    const { owner, name } = split(text, domain);
    return { name: { [noun]: name, domain: owner } as Record<Noun | 'domain', string> };
  };

/** `[domain/]project`, or an id. */
export const projectRef = ownedRef('prj', 'project');

/** `[domain/]user`, or an id. */
export const userRef = ownedRef('usr', 'user');

/** `[domain/]group`, or an id. */
export const groupRef = ownedRef('grp', 'group');

/** `[domain/]role`, or an id; without a domain it is a global role. */
export function roleName(
  text: string,
): { readonly id: string } | { readonly name: string; readonly domain: string | null } {
  if (isId('rol', text)) return { id: text };
  const { owner, name } = split(text, '');
  return { name, domain: owner === '' ? null : owner };
}

/** An agent's id, or a user. */
export function principalRef(text: string, domain?: string): PrincipalRef {
  return isId('agt', text) ? { agentId: text } : { user: userRef(text, domain) };
}

function split(text: string, domain: string): { owner: string; name: string } {
  const slash = text.indexOf('/');
  return slash < 0 ? { owner: domain, name: text } : { owner: text.slice(0, slash), name: text.slice(slash + 1) };
}
