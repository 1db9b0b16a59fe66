import { definePolicy } from '../../platform/policy/index.js';
import { type NodeRow, nodeTarget } from '../nodes/index.js';

export const nodeCreate = definePolicy({
  name: 'node:create',
  description: 'Create nodes.',
  scopeTypes: ['system'],
  check: 'role:manager',
  operations: ['Mutation.createNode'],
});

export const nodeDelete = definePolicy<NodeRow>({
  name: 'node:delete',
  description: 'Delete nodes that nothing uses any more, and retire their agents.',
  scopeTypes: ['system'],
  target: nodeTarget,
  boundary: { system: '@' },
  check: 'role:manager',
  operations: ['Mutation.deleteNode'],
});

export const lifecyclePolicies = [nodeCreate, nodeDelete];
