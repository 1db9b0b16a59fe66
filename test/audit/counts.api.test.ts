import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newIdAt } from '../../src/platform/ids.js';
import { codeOf, type Json, startTestServer, type TestServer } from '../harness/server.js';

const COUNTS = `query ($filter: AuditEntryFilter!, $buckets: Int) { auditCounts(filter: $filter, buckets: $buckets) {
  total isComplete buckets { since until count } } }`;
const HOUR = 3_600_000;

let server: TestServer;
let domainId: string;
let auditor: string;
beforeAll(async () => {
  server = await startTestServer();
  domainId = await server.domain();
  auditor = (await server.token({ scope: { type: 'domain', domainId }, role: 'reader' })).token;
}, 60_000);
afterAll(() => server.close());

const now = Date.now();
const hoursAgo = (hours: number) => new Date(now - hours * HOUR);

async function denied(hours: number, owner = domainId): Promise<void> {
  const at = hoursAgo(hours);
  await server.services.db.execute(sql`insert into audit_entries
    (id, occurred_at, action, outcome, domain_id, request_id, details)
    values (${newIdAt('AuditEntry', at)}, ${at.toISOString()}::timestamptz, 'request.denied', 'DENIED', ${owner}, 'request', '{}')`);
}

const counts = async (filter: Json, buckets = 4, token = auditor) =>
  server.graphql(COUNTS, { filter: { outcomes: ['DENIED'], ...filter }, buckets }, token);
const day = { since: hoursAgo(4).toISOString(), until: hoursAgo(0).toISOString() };

describe('Query.auditCounts', () => {
  test('ok: denials by the hour, of the entries that the list would show', async () => {
    for (const hours of [0.5, 0.6, 3.5, 5]) await denied(hours);
    const { auditCounts } = (await counts(day)).body.data;
    expect(auditCounts.buckets.map(({ count }: Json) => count)).toEqual([1, 0, 0, 2]);
    expect(auditCounts.buckets.at(-1)).toMatchObject({ since: hoursAgo(1).toISOString(), until: day.until });
    expect(auditCounts).toMatchObject({ total: 3, isComplete: true });
  });

  test('hidden: entries of another tenant are not counted', async () => {
    const other = await server.domain();
    const { token } = await server.token({ scope: { type: 'domain', domainId: other }, role: 'reader' });
    expect((await counts(day, 4, token)).body.data.auditCounts.total).toBe(0);
  });

  test.each([
    ['without a beginning', {}, 4],
    ['of no part', day, 0],
    ['of too many parts', day, 201],
    ['that ends before it begins', { since: day.until, until: day.since }, 4],
  ])('invalid: a count %s', async (_, filter, buckets) => {
    expect(codeOf(await counts(filter, buckets))).toBe('BAD_USER_INPUT');
  });
});
