// A Federation 2 router: `node router.mjs SUPERGRAPH` installs its packages when they are stale, serves the file's graph on
// a free port of 127.0.0.1 and prints the address. It passes the Authorization header on, as an operator's router must.
import { readFileSync } from 'node:fs';
import { installIn } from '../../scripts/prepare.mjs';

installIn(import.meta.dirname);
const [{ ApolloGateway, RemoteGraphQLDataSource }, { ApolloServer }, { startStandaloneServer }] = await Promise.all([
  import('@apollo/gateway'),
  import('@apollo/server'),
  import('@apollo/server/standalone'),
]);

const [supergraph = ''] = process.argv.slice(2);
const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(supergraph, 'utf8'),
  buildService: ({ url }) =>
    new RemoteGraphQLDataSource({
      url,
      willSendRequest({ request, context }) {
        if (context.authorization !== undefined) request.http.headers.set('authorization', context.authorization);
      },
    }),
});
const server = new ApolloServer({ gateway, introspection: false });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
process.stdout.write(`${url}\n`);
