import { type Command, Option } from 'commander';
import type { ScopeRef } from '../../generated/documents.js';
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

/** The scope in a form for people. */
export function describeScope({ system, domainScope, project }: ScopeOptions): string {
  if (system === true) return 'system';
  return domainScope === undefined ? `project ${project}` : `domain ${domainScope}`;
}
