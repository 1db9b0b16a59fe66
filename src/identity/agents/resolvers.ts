import type { Context } from '../../authority/index.js';
import { loadProject } from '../projects/index.js';
import type { AgentRow } from './tables.js';

export const agentResolvers = {
  Agent: {
    project: ({ projectId }: AgentRow, _: object, context: Context) => loadProject(context).load(projectId),
  },
};
