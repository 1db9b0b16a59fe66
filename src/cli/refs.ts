/** How a text that people type names an object: by id where it has the form of one, else by name. */
type Ref = { readonly id: string } | { readonly name: string };

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

function isId(prefix: string, text: string): boolean {
  return new RegExp(`^${prefix}_${UUID}$`).test(text);
}

const refTo =
  (prefix: string) =>
  (text: string): Ref =>
    isId(prefix, text) ? { id: text } : { name: text };

export const agentRef = refTo('agt');
export const allowlistRef = refTo('alw');
export const domainRef = refTo('dom');

/** `[domain/]project`, or an id. */
export function projectRef(text: string, domain = 'default'): object {
  if (isId('prj', text)) return { id: text };
  const { owner, name } = split(text, domain);
  return { name: { project: name, domain: owner } };
}

/** `[domain/]user`, or an id. */
export function userRef(text: string, domain = 'default'): object {
  if (isId('usr', text)) return { id: text };
  const { owner, name } = split(text, domain);
  return { name: { user: name, domain: owner } };
}

function split(text: string, domain: string): { owner: string; name: string } {
  const slash = text.indexOf('/');
  return slash < 0 ? { owner: domain, name: text } : { owner: text.slice(0, slash), name: text.slice(slash + 1) };
}
