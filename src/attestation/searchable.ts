import type { Searchable } from '../authority/index.js';
import { agentGet, agents } from '../identity/agents/index.js';
import { allowlistGet, allowlists } from './allowlists/index.js';

const ownerOf = ({ domainId, projectId }: typeof agents | typeof allowlists) => ({ domainId, projectId });

export const attestationSearchable = [
  { of: 'Agent', table: agents, name: agents.name, read: agentGet, ...ownerOf(agents) },
  { of: 'Allowlist', table: allowlists, name: allowlists.name, read: allowlistGet, ...ownerOf(allowlists) },
] as unknown as readonly Searchable[];
