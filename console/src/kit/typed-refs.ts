/** Objects and labels as people type them, in the forms of the command line. */

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const isId = (prefix: string, text: string): boolean => new RegExp(`^${prefix}_${UUID}$`).test(text);

type ById = { readonly id: string };
type ByName = { readonly name: string };
type InDomain = { readonly inDomain: { readonly name: string; readonly domain: string } };
type InProject = {
  readonly inProject: { readonly name: string; readonly project: string; readonly domain?: string };
};

/** An object that a domain owns, such as a project: an id, a name, or `domain/name`. */
export function domainOwned(prefix: string, typed: string): ById | ByName | InDomain {
  const text = typed.trim();
  if (isId(prefix, text)) return { id: text };
  const slash = text.indexOf('/');
  if (slash < 0) return { name: text };
  return { inDomain: { name: text.slice(slash + 1), domain: text.slice(0, slash) } };
}

/** An object that a project owns, such as an agent: an id, a name, `project/name` or `domain/project/name`. */
export function projectOwned(prefix: string, typed: string): ById | ByName | InProject {
  const text = typed.trim();
  if (isId(prefix, text)) return { id: text };
  const [name = '', project, domain] = text.split('/').reverse();
  if (project === undefined) return { name };
  return { inProject: { name, project, ...(domain !== undefined && { domain }) } };
}

const parts = (typed: string | undefined, between: RegExp): readonly string[] =>
  (typed ?? '')
    .split(between)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** What stands in lines of its own. */
export const linesOf = (typed: string | undefined): readonly string[] => parts(typed, /\n/);

/** What stands between commas or in lines of its own. */
export const listed = (typed: string | undefined): readonly string[] => parts(typed, /[\n,]/);

/** Labels, each typed as `key=value`; one without a value has an empty one, which the server calls a mistake. */
export const labelsOf = (typed: readonly string[]): { readonly key: string; readonly value: string }[] =>
  typed.map((one) => {
    const [, key = one, value = ''] = /^([^=]*)=(.*)$/s.exec(one) ?? [];
    return { key: key.trim(), value: value.trim() };
  });
