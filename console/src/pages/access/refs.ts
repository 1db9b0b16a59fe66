/** Words that stand for objects of access in addresses and forms, and what the API takes for them. */

/** `system`, `domain:ID` or `project:ID`, as a reference; undefined for another word. */
export function scopeRefOf(word: string | undefined) {
  const [kind, id] = partsOf(word);
  if (word === 'system') return { system: true };
  if (kind === 'domain') return { domain: { id } };
  if (kind === 'project') return { project: { id } };
  return undefined;
}

/** `user:ID` or `agent:ID`, as a principal; undefined for another word. */
export function principalOf(word: string | undefined) {
  const [kind, id] = partsOf(word);
  if (kind === 'user') return { user: { id } };
  if (kind === 'agent') return { agent: { id } };
  return undefined;
}

/** `user:ID` or `group:ID`, as who gets a role. */
export function holderOf(word: string) {
  const [kind, id] = partsOf(word);
  return kind === 'group' ? { group: { id } } : { user: { id } };
}

/** A role by its id, or by `name:NAME`. */
export function roleRefOf(word: string) {
  return word.startsWith('name:') ? { name: word.slice(5) } : { id: word };
}

/** The kind and the id in a word such as `user:ID`. */
export function partsOf(word: string | undefined): readonly [kind: string, id: string] {
  const [, kind = '', id = ''] = /^([a-z]+):(.+)$/.exec(word ?? '') ?? [];
  return [kind, id];
}

interface ScopeParts {
  readonly type: string;
  readonly domain: { readonly id: string; readonly name: string } | null;
  readonly project: { readonly id: string; readonly name: string } | null;
}

/** A scope as a word and as its name; the word is undefined where the viewer may not read what it is. */
export function scopeNames({ type, domain, project }: ScopeParts) {
  if (type === 'SYSTEM') return { word: 'system', label: 'the system' };
  if (type === 'DOMAIN')
    return { word: domain ? `domain:${domain.id}` : undefined, label: domain ? `domain ${domain.name}` : 'a domain' };
  if (type === 'PROJECT')
    return {
      word: project ? `project:${project.id}` : undefined,
      label: project ? `project ${project.name}` : 'a project',
    };
  return { word: undefined, label: 'no scope' };
}
