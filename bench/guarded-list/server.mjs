// One way to serve the list, in a process of its own: `node server.mjs VARIANT DATABASE_URL`. Sends its port, and on
// request its CPU time in microseconds.
import { createServer } from 'node:http';
import postgres from 'postgres';

const [variant, url] = process.argv.slice(2);
const server = variant === 'raw' ? raw() : await bailiwick(variant === 'unguarded');
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system });
});
process.on('disconnect', () => process.exit(0));

/** The server as it is; or with every guard off: no verdicts, and no rules in the schema as a fallback. */
async function bailiwick(isUnguarded) {
  const { allPolicies, declaredPolicies, guardedSchema } = await import('../../dist/app.js');
  const { ACCESS, AUDIT_LOG, DOMAINS } = await import('../../dist/domains.js');
  const { openDatabase } = await import('../../dist/db/open.js');
  const { systemClock } = await import('../../dist/platform/clock.js');
  const { createLogger } = await import('../../dist/platform/log.js');
  const { anonymousAdmission } = await import('../../dist/server/guard/anonymous.js');
  const { createGraphql } = await import('../../dist/server/graphql/apollo.js');
  const { LargeBodies } = await import('../../dist/server/http/large-bodies.js');
  const { Metrics } = await import('../../dist/server/metrics/metrics.js');
  const { NO_LIMITS, RequestLimits } = await import('../../dist/server/limits/rate-limits.js');
  const { clientAddressReader } = await import('../../dist/server/http/client-address.js');
  const { createFrontDoor } = await import('../../dist/server/http/front-door.js');
  const database = await openDatabase({ url, connectionsMax: 6 });
  const policies = allPolicies();
  const log = createLogger('silent');
  const guarded = guardedSchema(DOMAINS, policies);
  const served = isUnguarded ? { ...guarded, shielded: guarded.bare, allowsAll: () => true } : guarded;
  const metrics = new Metrics({
    database,
    skewMs: () => 0,
    memory: () => ({ inUse: 0, max: 0 }),
    gauges: [],
  });
  const graphql = createGraphql(served, log, { runsPlain: variant !== 'stock', watchers: [metrics.plugin] });
  await graphql.start();
  const shared = { clock: systemClock, log, meter: metrics };
  const declared = declaredPolicies();
  const inForce = ACCESS.policiesInForce({ declared, ...shared });
  const services = { db: database.db, ...shared, declared, inForce, settings: {}, recordAudit: AUDIT_LOG.record };
  const { http } = createFrontDoor({
    services,
    policies,
    database,
    graphql,
    routes: [],
    probes: [],
    pages: new Map(),
    metrics,
    limits: new RequestLimits(NO_LIMITS, systemClock),
    clientAddressOf: clientAddressReader([]),
    largeBodies: new LargeBodies(served),
    admitAnonymous: anonymousAdmission(guarded.bare, policies),
    authenticate: async (db, shown) => {
      const actor = await ACCESS.authenticate(db, database, shown, new Date());
      return { actor, ...(await inForce.at(db, actor.epoch)) };
    },
  });
  return http;
}

/** The minimum for the same bytes: the same token look-up, one prepared statement, JSON.stringify. */
function raw() {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const sql = postgres(url, { max: 6, onnotice: () => {} });
  return createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const token = /^Bearer (\S{1,128})$/.exec(request.headers.authorization)[1];
    const hash = createHash('sha256').update(token).digest('hex');
    const [bearer] = await sql`
      select t.*, u.is_enabled, u.domain_id as user_domain_id, e.epoch from tokens t
      join authorization_epoch e on e.id = 1
      left join users u on u.id = t.user_id left join agents a on a.id = t.agent_id where t.hash = ${hash}`;
    if (!bearer?.is_enabled || bearer.revoked_at || bearer.expires_at <= new Date()) {
      response.writeHead(401).end();
      return;
    }
    const rows = await sql`
      select a.id, a.name, a.kind, a.external_id as "externalId", a.created_at as "createdAt", a.trust_state as state,
        a.trusted_until as "trustedUntil", r.tpm_kind as "tpmKind", r.accepted_count as "acceptedCount",
        r.rejected_count as "rejectedCount", l.name as list
      from agents a join attestation_records r on r.agent_id = a.id left join allowlists l on l.id = r.allowlist_id
      where a.project_id = ${bearer.project_id} order by a.id limit ${variables.first + 1}`;
    const nodes = rows.slice(0, variables.first).map(({ list, ...row }) => ({ ...row, allowlist: { name: list } }));
    const body = JSON.stringify({ data: { agents: { nodes } } });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body);
  });
}
