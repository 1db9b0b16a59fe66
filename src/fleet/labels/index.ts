export { nodeSetLabels } from './policies.js';
export { insertLabels, replaceLabels } from './repository.js';
export { labelResolvers } from './resolvers.js';
export { type Label, nodeLabels } from './tables.js';
export { validLabels } from './valid.js';
