import { type Command, Option } from 'commander';
import type { ScopeRef } from '../../generated/documents.js';
import { CliError, EXIT } from './errors.js';
import { domainRef, projectRef } from './refs.js';

export interface ScopeOptions {
  readonly system?: boolean;
  readonly domainScope?: string;
  readonly project?: string;
}

/** Adds three options for a scope; only one of them may be given. */
export function withScope(command: Command): Command {
  return command
    .addOption(new Option('--system', 'the deployment itself').conflicts(['domainScope', 'project']))
    .addOption(new Option('--domain-scope <domain>', 'a domain, by name or id').conflicts(['system', 'project']))
    .addOption(
      new Option('--project <project>', 'a project, as [domain/]name or id').conflicts(['system', 'domainScope']),
    );
}

/** The scope as the API takes it; null when none is given. */
export function scopeRef({ system, domainScope, project }: ScopeOptions): ScopeRef | null {
  if (system === true) return { system: true };
  if (domainScope !== undefined) return { domain: domainRef(domainScope) };
  if (project !== undefined) return { project: projectRef(project) };
  return null;
}

/** The scope that must be given. @throws CliError when none is. */
export function requireScope(options: ScopeOptions): ScopeRef {
  const scope = scopeRef(options);
  if (scope === null) throw new CliError('name a scope: --system, --domain-scope or --project', EXIT.usage);
  return scope;
}

/** The scope in a form for people. */
export function describeScope({ system, domainScope, project }: ScopeOptions): string {
  if (system === true) return 'system';
  return domainScope === undefined ? `project ${project}` : `domain ${domainScope}`;
}

/** The options that choose a scope, from what `describeScope` made of it. */
export function scopeOptions(described: string): ScopeOptions {
  const [, type, name = ''] = /^(domain|project) (.*)$/s.exec(described) ?? [];
  if (type === undefined) return { system: true };
  return type === 'domain' ? { domainScope: name } : { project: name };
}

/** The same options as words of a command. */
export function scopeWords({ domainScope, project }: ScopeOptions): string[] {
  if (domainScope !== undefined) return ['--domain-scope', domainScope];
  return project === undefined ? ['--system'] : ['--project', project];
}
