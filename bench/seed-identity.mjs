// Many users and assignments; rows are written as the services would.
import { newToken, tokenHash } from '../dist/identity/tokens/authenticate.js';
import { newId } from '../dist/platform/ids.js';

const USER = (n) => `'usr_' || lpad(to_hex(${n}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0')`;

/** The id of the n-th user, in the order of creation. */
export const userId = (n) =>
  `usr_${n.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export async function roleIds(sql) {
  return Object.fromEntries((await sql`select name, id from roles`).map(({ name, id }) => [name, id]));
}

async function token(sql, user, { type, domainId = null, projectId = null }) {
  const secret = newToken();
  await sql`insert into tokens (id, hash, user_id, scope_type, domain_id, project_id, created_at, expires_at)
    values (${newId('Token')}, ${tokenHash(secret)}, ${user}, ${type}, ${domainId}, ${projectId}, now(), now() + interval '1 day')`;
  return secret;
}

const assign = (sql, row) =>
  sql`insert into role_assignments ${sql({
    id: newId('RoleAssignment'),
    user_id: null,
    group_id: null,
    project_id: null,
    is_inherited: false,
    created_at: new Date(),
    ...row,
  })}`;

const addUser = (sql, domain, id, name) =>
  sql`insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
    values (${id}, ${domain}, ${name}, 'never matches', true, now())`;

/** Nested projects, the innermost last. */
async function nest(sql, domain, depth) {
  const ids = Array.from({ length: depth }, () => newId('Project'));
  for (const [index, id] of ids.entries())
    await sql`insert into projects (id, domain_id, parent_id, depth, name, created_at)
      values (${id}, ${domain}, ${ids[index - 1] ?? null}, ${index + 1}, ${`nested-${index}`}, now())`;
  return ids;
}

/**
 * A user with one assignment on each of many projects, with some more that the innermost of nested projects inherits,
 * and with groups that have one assignment each on a nested project.
 */
export async function seedBusyUser(sql, { assignments, groups, depth }) {
  const [{ id: domain }] = await sql`select id from domains where name = 'default'`;
  const roles = await roleIds(sql);
  const nested = await nest(sql, domain, depth);
  const user = newId('User');
  await addUser(sql, domain, user, 'busy');
  const many = assignments - depth;
  await sql`insert into projects (id, domain_id, name, created_at)
    select 'prj_' || lpad(n::text, 8, '0'), ${domain}, 'busy-' || n, now() from generate_series(1, ${many}::int) n`;
  await sql`insert into role_assignments (id, user_id, role_id, scope_type, domain_id, project_id, is_inherited, created_at)
    select 'asg_' || lpad(n::text, 8, '0'), ${user}, ${roles.member}, 'project', ${domain}, 'prj_' || lpad(n::text, 8, '0'), false, now()
    from generate_series(1, ${many}::int) n`;
  const inherited = { role_id: roles.reader, scope_type: 'project', domain_id: domain, is_inherited: true };
  for (const [index, project] of nested.entries())
    await assign(sql, { ...inherited, user_id: user, project_id: project, is_inherited: index < depth - 1 });
  for (let n = 0; n < groups; n += 1) {
    const group = newId('Group');
    await sql`insert into groups (id, domain_id, name, created_at) values (${group}, ${domain}, ${`busy-${n}`}, now())`;
    await sql`insert into group_members (group_id, user_id, created_at) values (${group}, ${user}, now())`;
    await assign(sql, { ...inherited, group_id: group, project_id: nested[n % (depth - 1)], role_id: roles.manager });
  }
  const scope = { type: 'project', domainId: domain, projectId: nested.at(-1) };
  return { user, scope, token: await token(sql, user, scope) };
}

/** A project that many users may read, most by a group, one in ten by an own assignment, and that a few administer. */
export async function seedCrowd(sql, { users, admins }) {
  const [{ id: domain }] = await sql`select id from domains where name = 'default'`;
  const roles = await roleIds(sql);
  const [project] = [newId('Project')];
  await sql`insert into projects (id, domain_id, name, created_at) values (${project}, ${domain}, 'crowd', now())`;
  await sql.unsafe(
    `insert into users (id, domain_id, name, password_hash, is_enabled, created_at)
     select ${USER('n')}, $1, 'crowd-' || n, 'never matches', true, now() from generate_series(1, ${users}) n`,
    [domain],
  );
  const group = newId('Group');
  await sql`insert into groups (id, domain_id, name, created_at) values (${group}, ${domain}, 'crowd', now())`;
  await sql.unsafe(
    `insert into group_members (group_id, user_id, created_at) select $1, ${USER('n')}, now() from generate_series(1, ${users}) n where n % 10 > 0`,
    [group],
  );
  await assign(sql, {
    group_id: group,
    role_id: roles.reader,
    scope_type: 'project',
    domain_id: domain,
    project_id: project,
  });
  await sql.unsafe(
    `insert into role_assignments (id, user_id, role_id, scope_type, domain_id, project_id, is_inherited, created_at)
     select 'asg_crowd_' || n, ${USER('n')}, case when n % ${users / admins} = 0 then $1 else $2 end, 'project', $3, $4, false, now()
     from generate_series(10, ${users}, 10) n`,
    [roles.admin, roles.reader, domain, project],
  );
  const agent = newId('Agent');
  await sql`insert into agents (id, kind, domain_id, project_id, name, trust_state, created_at, created_by)
    values (${agent}, 'MACHINE', ${domain}, ${project}, 'crowd', 'PENDING', now(), 'bench')`;
  const reader = newId('User');
  await addUser(sql, domain, reader, 'crowd-reader');
  await assign(sql, { user_id: reader, role_id: roles.reader, scope_type: 'domain', domain_id: domain });
  return { project, domain, agent, token: await token(sql, reader, { type: 'domain', domainId: domain }) };
}
