// Every filter and order of agents and of audit entries, with values that match none, a few far apart, and all, and the
// raw SQL of the same page. A filter that the schema offers and that has no values here is an error.
import { DOMAINS } from '../dist/domains.js';
import { lowestId } from '../dist/platform/ids.js';
import { buildSchema } from '../dist/server/graphql/schema.js';
import { entryId, entryTime, WORDS } from './seed-filters.mjs';
import { agentId, agentName } from './seed-fleet.mjs';

const schema = buildSchema(DOMAINS);

/** The cases of a list: one without a filter, and each filter alone. */
function casesOf(inputType, values) {
  const fields = Object.keys(schema.getType(inputType).getFields());
  const [missing] = [
    ...fields.filter((field) => !(field in values)),
    ...Object.keys(values).filter((field) => !fields.includes(field)),
  ];
  if (missing) throw new Error(`${inputType}.${missing} is not measured`);
  return [['no filter', { all: {} }], ...fields.map((field) => [field, values[field]])].map(([name, by]) => ({
    name,
    by: name === 'no filter' ? by : mapped(by, (value) => ({ [name]: value })),
  }));
}

const mapped = (object, of) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, of(value)]));

/** `orders` are those that the list has with the filter. */
export function agentCases({ list, projects }, { rareList, unboundList, otherProject }) {
  const cases = casesOf('AgentFilter', {
    names: { none: ['nobody'], rare: [agentName(5)] },
    nameStartsWith: { none: 'zz', rare: 'machine-00000', all: 'machine-' },
    externalIds: { none: ['nothing'], rare: ['rack-7/5'] },
    states: { none: ['BANNED'], rare: ['FAILED'], all: ['TRUSTED'], several: ['FAILED', 'TRUSTED', 'BANNED'] },
    allowlistIds: { none: [unboundList], rare: [rareList], all: [list], several: [rareList, list] },
    projectIds: { none: [otherProject], rare: [projects.at(-1)], all: [projects[0]], several: projects },
  });
  const orders = { nameStartsWith: ['NAME'], allowlistIds: ['CREATED_AT'] };
  return cases.map((one) => ({ ...one, orders: orders[one.name] ?? ['CREATED_AT', 'NAME'] }));
}

export function entryCases({ start, entries, projects, domain }, { otherDomain, otherProject }) {
  const [first, last] = [entryTime(start, 1), entryTime(start, entries)];
  const words = (column, none) => ({
    none: [none],
    rare: [WORDS[column][1]],
    all: [WORDS[column][0]],
    several: [...WORDS[column]],
  });
  const named = (by, name) => mapped(by, (all) => all.map(name));
  return casesOf('AuditEntryFilter', {
    actions: named(words('action', 'user.deleted'), (word) => word.toUpperCase().replace('.', '_')),
    outcomes: words('outcome', 'FAILED'),
    targetTypes: named(words('target_type', 'User'), (word) => word.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase()),
    targetIds: words('target_id', 'agt_none'),
    actorIds: words('actor_id', 'usr_none'),
    actorNames: words('actor_name', 'nobody'),
    domainIds: { none: [otherDomain], all: [domain] },
    projectIds: { none: [otherProject], rare: [projects.at(-1)], all: [projects[0]], several: projects },
    since: { none: new Date(last.getTime() + 60_000), rare: entryTime(start, entries - 100), all: first },
    until: { none: first, rare: entryTime(start, 100), all: new Date(last.getTime() + 60_000) },
  }).map((one) => ({ ...one, orders: ['CREATED_AT'] }));
}

/** The SQL of a page: the page of each value, in its order, and the first of all. */
export function rawPage({ select, from, order, direction, limit, values, where }) {
  const parameters = [];
  const hole = (value) => `$${parameters.push(value)}`;
  const pageOf = (value) =>
    `select ${select} from ${from} where ${where(hole, value).join(' and ')} order by ${order
      .map((column) => `${column} ${direction}`)
      .join(', ')} limit ${limit}`;
  const pages = values.map(pageOf);
  const all = pages.map((page) => `(${page})`).join(' union all ');
  // A record has the id of its agent, under which the page has it.
  const keys = order
    .map((column) => `${column.replace('r.agent_id', 'a.id').replace(/^.*\./, '')} ${direction}`)
    .join(', ');
  const text = pages.length === 1 ? pages[0] : `select * from (${all}) found order by ${keys} limit ${limit}`;
  return { text, parameters };
}

const after = (prefix) => prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

/** The same page of agents as the list has. */
export function rawAgents({ scope: [column, id], filter, isByName, behind, limit, select }) {
  const [[field, asked] = [undefined, [undefined]]] = Object.entries(filter);
  const isOfList = field === 'allowlistIds';
  const isOfProject = field === 'projectIds';
  const key = isOfList ? 'r.agent_id' : 'a.id';
  const order = isByName ? ['a.name', 'a.id'] : [key];
  return rawPage({
    select,
    from: `agents a join attestation_records r on r.agent_id = a.id${isOfProject ? ' join projects p on p.id = a.project_id' : ''}`,
    order,
    direction: 'asc',
    limit,
    values: Array.isArray(asked) ? asked : [asked],
    where: (hole, value) => [
      `${isOfList ? 'r' : isOfProject && column === 'domain_id' ? 'p' : 'a'}.${column} = ${hole(id)}`,
      ...condition(hole, field, value),
      ...(behind ? [`(${order.join(', ')}) > (${behind.map(hole).join(', ')})`] : []),
    ],
  });
}

function condition(hole, field, value) {
  switch (field) {
    case undefined:
      return [];
    case 'names':
      return [`a.name = ${hole(value)}`];
    case 'nameStartsWith':
      return [`a.name >= ${hole(value)}`, `a.name < ${hole(after(value))}`];
    case 'externalIds':
      return [`a.external_id = ${hole(value)}`];
    case 'states':
      return [`a.trust_state = ${hole(value)}`];
    case 'allowlistIds':
      return [`r.allowlist_id = ${hole(value)}`];
    case 'projectIds':
      return [`p.id = ${hole(value)}`];
  }
  throw new Error(`no raw SQL of ${field}`);
}

const COLUMNS = {
  targetIds: 'target_id',
  actorIds: 'actor_id',
  actorNames: 'actor_name',
  domainIds: 'domain_id',
  projectIds: 'project_id',
  outcomes: 'outcome',
};
const STORED = {
  actions: ['action', (name) => name.toLowerCase().replace('_', '.')],
  targetTypes: ['target_type', (name) => name.toLowerCase().replace(/(?:^|_)./g, (s) => s.at(-1).toUpperCase())],
};

/** The same page of entries. */
export function rawEntries({ scope, filter, behind, limit }) {
  const [[field, asked] = [undefined, [undefined]]] = Object.entries(filter);
  return rawPage({
    select: '*',
    from: 'audit_entries',
    order: ['id'],
    direction: 'desc',
    limit,
    values: Array.isArray(asked) ? asked : [asked],
    where: (hole, value) => {
      const [column, stored] = STORED[field] ?? [COLUMNS[field], (same) => same];
      const conditions = scope ? [`${scope[0]} = ${hole(scope[1])}`] : [];
      if (column) conditions.push(`${column} = ${hole(stored(value))}`);
      if (field === 'since') conditions.push(`id >= ${hole(lowestId('AuditEntry', value))}`);
      if (field === 'until') conditions.push(`id < ${hole(lowestId('AuditEntry', value))}`);
      if (behind) conditions.push(`id < ${hole(behind)}`);
      return conditions.length ? conditions : ['true'];
    },
  });
}

/** The last row before the page in the middle of all. */
export const middle = {
  agents: (agents, isByName) => [...(isByName ? [agentName(agents / 2)] : []), agentId(agents / 2)],
  entries: (start, entries) => entryId(start, entries / 2),
};
