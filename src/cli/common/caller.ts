import type { CallerQuery } from '../../generated/documents.js';
import { shellWord } from './shell.js';

export type Caller = NonNullable<CallerQuery['item']>;

/** The command that explains a decision about the caller; null for one without a scope, about whom none is made. */
export function explainCommand(policy: string, { user, agent, scope }: Caller): string | null {
  const principal = user === null ? agent?.id : nameIn(user.domain?.name, user.name);
  const flags = user === null ? [] : scopeOptions(scope);
  if (principal === undefined || flags === null) return null;
  return ['bailiwick policy explain', ...[policy, '--principal', principal, ...flags].map(shellWord)].join(' ');
}

function scopeOptions({ type, domain, project }: Caller['scope']): string[] | null {
  if (type === 'SYSTEM') return ['--system'];
  if (type === 'DOMAIN' && domain !== null) return ['--domain-scope', domain.name];
  return type === 'PROJECT' && project !== null ? ['--project', nameIn(domain?.name, project.name)] : null;
}

const nameIn = (domain: string | undefined, name: string) => (domain === undefined ? name : `${domain}/${name}`);
