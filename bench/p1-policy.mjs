import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { buildRegistry, definePolicy, defineTarget } from '../dist/platform/policy/index.js';
import { inTurn, median, ratePerCpuSecond, rounded, spread } from './measure.mjs';

export const title = 'policy decisions';

const ROUNDS = 7;
const COUNT = 200;
const SCENARIOS = {
  role: '`role:admin`',
  two: 'two branches, two scope types, a row',
  loaded: `the same, ${COUNT} policies loaded and asked in turn`,
};
const require = createRequire(import.meta.url);
// V8 in Node 20 crashes ("unreachable code", in its deoptimizer) when it inlines calls of Cedar.
setFlagsFromString('--no-turbo-inline-js-wasm-calls');

/** Half of the decisions are "allowed", so no engine can skip the decision. */
function counted(decide) {
  return () =>
    ratePerCpuSecond(
      (times) => {
        let allowed = 0;
        for (let n = 0; n < times; n += 1) if (decide(n)) allowed += 1;
        if (allowed * 2 !== times) throw new Error(`${allowed} of ${times} decisions allow; half of them should`);
      },
      { atLeast: 64 },
    );
}

const eight = (make) => Array.from({ length: 8 }, (_, n) => make(n));
const TWO = 'role:admin or user_id:%(user_id)s';
const names = Array.from({ length: COUNT }, (_, n) => `thing:two${n}`);

function bailiwick() {
  const things = pgTable('things', { userId: text('user_id'), projectId: text('project_id') });
  const target = defineTarget()(things, {
    user_id: { type: 'text', row: (row) => row.userId, sql: (table) => table.userId },
    project_id: { type: 'text', row: (row) => row.projectId, sql: (table) => table.projectId },
  });
  const common = { description: 'Measured.', operations: [] };
  const role = definePolicy({ ...common, name: 'thing:role', scopeTypes: ['project'], check: 'role:admin' });
  const two = (name) =>
    definePolicy({
      ...common,
      name,
      target,
      scopeTypes: ['system', 'project'],
      boundary: { system: '@', project: 'project_id:%(project_id)s' },
      check: TWO,
    });
  const few = buildRegistry({ rules: {}, policies: [role, two(names[0])] });
  const many = buildRegistry({ rules: {}, policies: [role, ...names.map(two)] });
  const scoped = (credentials) => ({ scope: 'project', credentials: { project_id: 'p', ...credentials } });
  const admins = eight((n) => scoped({ roles: ['reader', n % 2 ? 'admin' : 'member'] }));
  const users = eight((n) => scoped({ roles: ['reader', 'member'], user_id: `u${n % 2}` }));
  const rows = eight(() => ({ userId: 'u1', projectId: 'p' }));
  const isAllowed = ({ outcome }) => outcome === 'ALLOWED';
  return {
    role: counted((n) => isAllowed(few.decideOperation('thing:role', admins[n % 8]))),
    two: counted((n) => isAllowed(few.decideRow(names[0], users[n % 8], rows[n % 8]))),
    loaded: counted((n) => isAllowed(many.decideRow(names[(n * 7) % COUNT], users[n % 8], rows[n % 8]))),
  };
}

async function casbin() {
  const enforcer = async (matcher, lines) =>
    newEnforcer(
      newModelFromString(`[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = ${matcher}`),
      new StringAdapter(lines.join('\n')),
    );
  const grants = ['g, u2, admin', 'g, u1, member', 'g, u0, member'];
  const two = 'r.act == p.act && (g(r.sub.id, p.sub) || r.sub.id == r.obj.user) && r.sub.project == r.obj.project';
  const role = await enforcer('g(r.sub, p.sub) && r.act == p.act', ['p, admin, thing:role', ...grants]);
  const few = await enforcer(two, [`p, admin, ${names[0]}`, ...grants]);
  const many = await enforcer(two, [...names.map((name) => `p, admin, ${name}`), ...grants]);
  const admins = eight((n) => (n % 2 ? 'u2' : 'u1'));
  const users = eight((n) => ({ id: `u${n % 2}`, project: 'p' }));
  const row = { user: 'u1', project: 'p' };
  return {
    role: counted((n) => role.enforceSync(admins[n % 8], 'thing', 'thing:role')),
    two: counted((n) => few.enforceSync(users[n % 8], row, names[0])),
    loaded: counted((n) => many.enforceSync(users[n % 8], row, names[(n * 7) % COUNT])),
  };
}

function cedarWasm() {
  const two = (name) => `permit(principal, action == Action::"${name}", resource)
    when { (principal in Role::"admin" || principal == resource.user) && context.project == resource.project };`;
  const sets = {
    role: 'permit(principal in Role::"admin", action == Action::"thing:role", resource);',
    two: two(names[0]),
    loaded: names.map(two).join('\n'),
  };
  for (const [name, staticPolicies] of Object.entries(sets)) {
    const { type } = cedar.preparsePolicySet(name, { staticPolicies });
    if (type !== 'success') throw new Error(`Cedar refuses the policies of ${name}`);
  }
  const user = (id) => ({ type: 'User', id });
  const entities = (id, role) => [
    { uid: user(id), attrs: {}, parents: [{ type: 'Role', id: role }] },
    { uid: { type: 'Thing', id: 't' }, attrs: { user: { __entity: user('u1') }, project: 'p' }, parents: [] },
  ];
  const calls = (set, role) =>
    eight((n) => ({
      principal: user(`u${n % 2}`),
      resource: { type: 'Thing', id: 't' },
      context: { project: 'p' },
      preparsedPolicySetId: set,
      entities: entities(`u${n % 2}`, role(n)),
    }));
  const asks = { role: calls('role', (n) => (n % 2 ? 'admin' : 'member')), two: calls('two', () => 'member') };
  const loaded = calls('loaded', () => 'member');
  const decide = (call, id) =>
    cedar.statefulIsAuthorized({ ...call, action: { type: 'Action', id } }).response.decision === 'allow';
  return {
    role: counted((n) => decide(asks.role[n % 8], 'thing:role')),
    two: counted((n) => decide(asks.two[n % 8], names[0])),
    loaded: counted((n) => decide(loaded[n % 8], names[(n * 7) % COUNT])),
  };
}

/** oslo.policy in a process of its own, which measures itself. */
async function osloPolicy() {
  const child = spawn('/usr/bin/python3', [join(import.meta.dirname, 'time_oslo.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('oslo.policy did not answer; is python3-oslo.policy installed?');
    return value;
  };
  const version = await next();
  const measure = (scenario) => async () => {
    child.stdin.write(`${scenario}\n`);
    return Number(await next());
  };
  const measures = Object.fromEntries(Object.keys(SCENARIOS).map((scenario) => [scenario, measure(scenario)]));
  return { version, measures, close: () => child.stdin.end() };
}

export async function run() {
  const oslo = await osloPolicy();
  const engines = {
    Bailiwick: bailiwick(),
    'oslo.policy': oslo.measures,
    casbin: await casbin(),
    'cedar-wasm': cedarWasm(),
  };
  const lines = ['| Decision | Engine | Decisions a second | Bailiwick to it |', '| --- | --- | --- | --- |'];
  for (const [scenario, described] of Object.entries(SCENARIOS)) {
    const contenders = Object.entries(engines).map(([engine, measures]) => [engine, measures[scenario]]);
    const rates = await inTurn(Object.fromEntries(contenders), ROUNDS);
    const own = median(rates.get('Bailiwick'));
    for (const [engine, all] of rates)
      lines.push(
        `| ${described} | ${engine} | ${spread(all)} | ${engine === 'Bailiwick' ? '' : ratio(own / median(all))} |`,
      );
  }
  oslo.close();
  const version = (name) => require(`${name}/package.json`).version;
  const [osloVersion, python] = oslo.version.split(' ');
  lines.push(
    '',
    `oslo.policy ${osloVersion} on Python ${python}, casbin ${version('casbin')}, cedar-wasm ${cedar.getCedarSDKVersion()}; ${ROUNDS} rounds.`,
  );
  return lines.join('\n');
}

const ratio = (value) => `${rounded(value)} ×`;
