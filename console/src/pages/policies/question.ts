/** A user as people write it: by id, by DOMAIN/NAME, or an agent by id. */
export function principalOf(text: string) {
  if (text.startsWith('agt_')) return { agent: { id: text } };
  if (text.startsWith('usr_')) return { user: { id: text } };
  const [domain = '', name] = text.split('/');
  return name === undefined ? { user: { name: domain } } : { user: { inDomain: { domain, name } } };
}

/** A scope as it stands in an address; null for none. */
export function scopeRefOf(text: string) {
  const [type, id = ''] = text.split(':');
  if (type === 'domain') return { domain: { id } };
  if (type === 'project') return { project: { id } };
  return type === 'system' ? { system: true } : null;
}
