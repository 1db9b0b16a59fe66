import type { Searchable } from '../authority/index.js';
import { joinTokenGet, joinTokens } from './join-tokens/index.js';
import { foldedName, nodeGet, nodes } from './nodes/index.js';

export const fleetSearchable = [
  { of: 'Node', table: nodes, name: nodes.name, nameOf: foldedName, read: nodeGet },
  // What a join token has is a description, and the names that its nodes get.
  {
    of: 'JoinToken',
    table: joinTokens,
    read: joinTokenGet,
    domainId: joinTokens.domainId,
    projectId: joinTokens.projectId,
  },
] as unknown as readonly Searchable[];
