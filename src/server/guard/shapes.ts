import { definePolicy } from '../../platform/policy/index.js';

const SHAPE = /^(PageInfo|UserError|ViewerPermission|RequiredGrant|\w+(Payload|Connection|Edge))$/;

export const isShape = (type: string, values: readonly string[]) => SHAPE.test(type) || values.includes(type);

/**
 * For types that only carry what a guarded field returned: payloads, connections, edges, and the values that domains
 * name. A caller that reached such an object passed the policy of the field before it, so its own fields are open.
 */
export const shapePolicy = (types: readonly string[], values: readonly string[]) =>
  definePolicy({
    name: 'shape:read',
    description:
      'Read the parts of a response that belong to another field, such as pages and payloads; the policy of that field decides.',
    scopeTypes: 'public',
    check: '@',
    operations: types.filter((type) => isShape(type, values)).map((type) => `${type}.*`),
  });

export const federationPolicies = [
  definePolicy({
    name: 'federation:sdl',
    description: 'Read the schema, as a router needs it.',
    scopeTypes: 'authenticated',
    check: '@',
    operations: ['Query._service', '_Service.*'],
  }),
  definePolicy({
    name: 'federation:entities',
    description: 'Load objects by id for a router; the read policy of each type decides.',
    scopeTypes: 'authenticated',
    check: '@',
    operations: ['Query._entities'],
  }),
];
