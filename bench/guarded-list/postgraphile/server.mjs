// PostGraphile on the same tables, without authentication: `node server.mjs postgraphile DATABASE_URL`, on Node 22.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const server = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.argv[3], schemas: ['public'] })],
  grafserv: { watch: false, graphiql: false },
}).createServ(grafserv);
const http = createServer();
await server.addTo(http);
http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system });
});
process.on('disconnect', () => process.exit(0));
