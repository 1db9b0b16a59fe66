import type { Command } from 'commander';
import { collectPair, parseNames, verb } from '../common/verb.js';
import type { ComposeOptions } from './compose-graph.js';

export function registerFederation(noun: Command): void {
  verb(
    noun,
    'compose',
    'compose the subgraphs of the domains into a supergraph: exit 1 when they do not compose',
    'bailiwick federation compose --url identity=http://10.0.0.1:4000/graphql --out supergraph.graphql',
  )
    .option('--domains <names>', 'compose these domains only, with commas between them', parseNames)
    .option('--subgraph <name=file>', 'compose the SDL of another subgraph with them; may be repeated', collectPair)
    .option('--url <name=url>', 'where the router reaches a subgraph; may be repeated', collectPair)
    .option('--out <file>', 'write the supergraph to a file instead')
    .action(async (options: ComposeOptions) => {
      const { composeGraph } = await import('./compose-graph.js');
      await composeGraph(options);
    });
}
