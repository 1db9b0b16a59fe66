// The minimum for renewing a lease, in a process of its own: `raw-leases.mjs URL`: looks up the token, and updates one row.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import postgres from 'postgres';

const sql = postgres(process.argv[2], { max: 10, onnotice: () => {} });
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const token = /^Bearer (\S{1,128})$/.exec(request.headers.authorization)[1];
  const hash = createHash('sha256').update(token).digest('hex');
  const [bearer] = await sql`
    select t.*, a.node_id, a.trust_state, a.trusted_until, e.epoch from tokens t
    join authorization_epoch e on e.id = 1 join agents a on a.id = t.agent_id where t.hash = ${hash}`;
  if (!bearer?.node_id || bearer.revoked_at || bearer.expires_at <= new Date()) return response.writeHead(401).end();
  const now = new Date();
  await sql`update node_leases set renewed_at = ${now} where node_id = ${bearer.node_id}`;
  const leasedUntil = new Date(now.getTime() + 180_000).toISOString();
  const body = JSON.stringify({ data: { renewNodeLease: { leasedUntil, userErrors: [] } } });
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body);
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: (user + system) / 1e6 });
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
