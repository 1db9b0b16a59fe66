import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { createApp } from '../dist/app.js';
import { readConfig } from '../dist/config/config.js';
import { openDatabase } from '../dist/db/open.js';
import { whoCan } from '../dist/identity/access-analysis/who-can.js';
import { effectiveRoles } from '../dist/identity/assignments/index.js';
import { authenticate } from '../dist/identity/index.js';
import { tokenHash } from '../dist/identity/tokens/authenticate.js';
import { systemClock } from '../dist/platform/clock.js';
import { createLogger } from '../dist/platform/log.js';
import { median, rounded } from './measure.mjs';
import { withPostgres } from './postgres.mjs';
import { roleIds, seedBusyUser, seedCrowd, userId } from './seed-identity.mjs';

export const title = 'who may do what';

const BUSY = { assignments: 1000, groups: 50, depth: 5 };
const CROWD = { users: 100_000, admins: 100 };
const FIRST = 100;
const ROUNDS = 7;

export const run = () =>
  withPostgres(async (url) => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-bench-'));
    const database = await openDatabase({ url, dataDir: folder, connectionsMax: 1 });
    const options = { database, clock: systemClock, log: createLogger('silent'), settings: readConfig({}) };
    const app = await createApp({ ...options, adminPasswordPath: join(folder, 'password') });
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      return await compare(app.services, database, sql);
    } finally {
      await sql.end();
      await app.close();
      await database.close();
      rmSync(folder, { recursive: true });
    }
  });

async function compare(services, database, sql) {
  const busy = await seedBusyUser(sql, BUSY);
  const crowd = await seedCrowd(sql, CROWD);
  await sql`vacuum analyze`;
  const roles = await roleIds(sql);
  const rows = [
    ...(await effective(services, sql, busy)),
    ...(await lookUp(services, database, sql, busy)),
    await page('the first 100 who may read an agent', services, database, sql, crowd, 'agent:get', 0, null),
    await page('the 100 after 90,000', services, database, sql, crowd, 'agent:get', 90_000, null),
    await page('the 100 who may ban it', services, database, sql, crowd, 'agent:ban', 0, roles.admin),
  ];
  return [
    '| Question | ms | Reference | ms | To it |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Milliseconds each, one after another, medians of ${ROUNDS} rounds in turn, on one connection each to PostgreSQL ${(await sql`show server_version`)[0].server_version.split(' ')[0]}.`,
    `The user has ${BUSY.assignments} assignments and ${BUSY.groups} groups, and is asked about at the innermost of ${BUSY.depth} nested projects; of ${CROWD.users.toLocaleString('en')} users all may read`,
    `the agent, nine in ten through a group, and ${CROWD.admins} administer its project. Pages come with the ways to each.`,
  ].join('\n');
}

const sameNames = (own, theirs) => {
  if (own.length === 0 || own.join() !== theirs.join()) throw new Error(`other answers: ${own} and ${theirs}`);
};

async function effective({ db }, sql, { user, scope }) {
  const now = new Date();
  const raw = () => rawRoles(sql, user, scope);
  const fresh = () => effectiveRoles(db, {}, user, scope, 1, now);
  const owner = {};
  const kept = () => effectiveRoles(db, owner, user, scope, 1, now);
  sameNames(await fresh(), await raw());
  sameNames(await kept(), await raw());
  return [
    row('effective roles, read anew', 'one recursive statement', await inTurns({ fresh, raw }, 20)),
    row('effective roles, under the epoch', 'one recursive statement', await inTurns({ kept, raw }, 20)),
  ];
}

/** Names of the roles that a user holds on a project, in one statement as written by hand. */
async function rawRoles(sql, user, { domainId, projectId }) {
  const rows = await sql`
    with recursive above (id) as (
      select parent_id from projects where id = ${projectId}
      union all select p.parent_id from projects p join above on p.id = above.id
    ), held (role_id) as (
      select role_id from role_assignments
      where (user_id = ${user} or group_id in (select group_id from group_members where user_id = ${user}))
        and (not_before is null or not_before <= now()) and (expires_at is null or now() < expires_at)
        and ((not is_inherited and project_id = ${projectId})
          or (is_inherited and domain_id = ${domainId} and (scope_type = 'domain' or project_id in (select id from above))))
    ), brought (role_id) as (
      select role_id from held
      union select i.implied_role_id from role_implications i join brought b on b.role_id = i.role_id
    ) select distinct name from roles r join brought b on b.role_id = r.id where r.domain_id is null order by name`;
  return rows.map(({ name }) => name);
}

async function lookUp({ db }, database, sql, { token }) {
  const hash = tokenHash(token);
  const ask = () => authenticate(db, database, token, new Date());
  const join_ = () => sql`select t.*, u.*, e.epoch from tokens t join authorization_epoch e on e.id = 1
    left join users u on u.id = t.user_id where t.hash = ${hash}`;
  const nothing = () => sql`select 1`;
  sameNames([(await ask()).principal.id], [(await join_())[0].user_id]);
  return [
    row('the look-up of each request', 'the raw join', await inTurns({ ask, join_ }, 200)),
    row('the look-up of each request', '`select 1`', await inTurns({ ask, nothing }, 200)),
  ];
}

async function page(name, services, database, sql, crowd, policy, behind, role) {
  const actor = await authenticate(services.db, database, crowd.token, new Date());
  const context = { ...services, actor, ...(await services.inForce.at(services.db, actor.epoch)) };
  const after = behind === 0 ? null : Buffer.from(JSON.stringify(['id', userId(behind)])).toString('base64url');
  const scope = { project: { id: crowd.project } };
  const own = () => whoCan(context, { policy, targetId: crowd.agent, scope, first: FIRST, after });
  const raw = () => rawHolders(sql, crowd.project, behind === 0 ? '' : userId(behind), role);
  sameNames(
    (await own()).nodes.map((node) => node.userId),
    (await raw()).map(({ id }) => id),
  );
  return row(name, 'raw SQL of the same holders', await inTurns({ own, raw }, 5));
}

/** Users who hold something on the project, or the few who hold a role there, by id; each as written by hand. */
const rawHolders = (sql, project, after, role) =>
  role === null
    ? sql`select u.id, u.name from users u where u.id > ${after} and u.is_enabled and (
        exists (select 1 from role_assignments a where a.user_id = u.id and a.project_id = ${project})
        or exists (select 1 from group_members m join role_assignments a on a.group_id = m.group_id
          where m.user_id = u.id and a.project_id = ${project})
      ) order by u.id limit ${FIRST}`
    : sql`with holder (id) as materialized (
        select user_id from role_assignments a where a.project_id = ${project} and a.role_id = ${role} and user_id is not null
        union
        select m.user_id from group_members m join role_assignments a on a.group_id = m.group_id
        where a.project_id = ${project} and a.role_id = ${role}
      ) select u.id, u.name from users u join holder h on h.id = u.id
      where u.id > ${after} and u.is_enabled order by u.id limit ${FIRST}`;

/** Milliseconds of each, round after round, in the order of the contenders. */
async function inTurns(contenders, times) {
  const all = Object.keys(contenders).map(() => []);
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [index, work] of Object.values(contenders).entries()) {
      const start = performance.now();
      for (let n = 0; n < times; n += 1) await work();
      // The first round warms up.
      if (round > 0) all[index].push((performance.now() - start) / times);
    }
  return all.map(median);
}

const row = (name, reference, [own, theirs]) =>
  `| ${name} | ${rounded(own)} | ${reference} | ${rounded(theirs)} | ${rounded(own / theirs)} × |`;
