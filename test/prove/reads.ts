import {
  type GraphQLArgument,
  type GraphQLInputField,
  GraphQLNonNull,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isObjectType,
  buildSchema as schemaFrom,
} from 'graphql';
import { allPolicies } from '../../src/app.js';
import { DOMAINS } from '../../src/domains.js';
import { composeDomains } from '../../src/federation/compose.js';
import { newId } from '../../src/platform/ids.js';
import { LIMITS } from '../../src/server/limits/operation-limits.js';
import { OWNERS, PROJECTS, type World } from '../contract/personas/world.js';
import { randomOperation } from '../server/random-operations.js';
import type { Random } from './walk.js';

/**
 * What clients of the composed graph see, less what asking changes: a denial is audited, so the chain grows, and what is
 * asked of it must end at a place or a time that is past.
 */
export function steadySchema(): GraphQLSchema {
  const schema = schemaFrom(composeDomains(DOMAINS, allPolicies()).publicSdl);
  const query = schema.getQueryType()?.getFields();
  for (const [field, name] of ENDS) demand(query?.[field]?.args.find((argument) => argument.name === name));
  const filter = schema.getType('AuditEntryFilter');
  demand(isInputObjectType(filter) ? filter.getFields().until : undefined);
  const chain = schema.getType('AuditChain');
  for (const field of ['head', 'unsealedCount', 'oldestUnsealedAt']) {
    if (!isObjectType(chain) || !chain.getFields()[field]) throw new Error(`there is no AuditChain.${field}`);
    delete chain.getFields()[field];
  }
  return schema;
}

const ENDS = [
  ['trustChanges', 'until'],
  ['auditEntries', 'filter'],
  ['auditSeals', 'first'],
  ['verifyAuditChain', 'toSeq'],
] as const;

/** Makes an input one that is always given. */
function demand(input: GraphQLArgument | GraphQLInputField | undefined): void {
  if (!input) throw new Error('there is no such input');
  input.type = new GraphQLNonNull(getNullableType(input.type));
  input.defaultValue = undefined;
}

/** Writes queries whose arguments mean something in a world, and sometimes nothing. */
export function readsOf(schema: GraphQLSchema, world: World): (random: Random) => string {
  const { lists, agents, projects, users, roles, home, foreign, rows } = world;
  const texts: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^allowlist\.ref\.id$|\.allowlistIds$/, OWNERS.map((name) => lists[name].id)],
    [/^agent\.ref\.id$|\.actorIds$/, PROJECTS.map((name) => agents[name].id)],
    [/^attestationResult\.id$/, PROJECTS.map((name) => agents[name].resultId)],
    [/^domain\.ref\.id$|\.domainIds$/, [home, foreign]],
    [/^project\.ref\.id$|\.projectIds$/, PROJECTS.map((name) => projects[name].projectId)],
    [/^user\.ref\.id$|\.userIds$/, Object.values(users)],
    [/^role\.ref\.id$/, [...Object.values(roles), rows.roleId('reader')]],
    [/\.targetIds$/, [...PROJECTS.map((name) => agents[name].id), ...OWNERS.map((name) => lists[name].id)]],
    [
      /^policy\.name$/,
      allPolicies()
        .list()
        .map(({ name }) => name),
    ],
    [/^agent\.ref\.name$|^agents.*names$/, ['machine']],
    [/\.ref\.name$|\.names$/, ['base', 'own', 'home', 'away']],
    [/\.roles$/, ['reader', 'member']],
    [/\.since$/, ['2026-01-01T00:00:00Z']],
    [/\.until$/, [rows.createdAt.toISOString()]],
  ];
  return (random) => {
    const literalAt = (place: string) => {
      if (place.endsWith('.after')) return random.chance(0.1) ? '"x"' : 'null';
      if (place.endsWith('Seq')) return String(1 + random.below(6));
      const values = texts.find(([pattern]) => pattern.test(place))?.[1];
      const isUnknown = /ids?$/i.test(place) && random.chance(0.05);
      return values && JSON.stringify(isUnknown ? newId('Agent') : random.pick(values));
    };
    let text: string;
    do text = randomOperation(schema, random.below(2 ** 31), { isQuery: true, literalAt });
    while (aliasesIn(text) > LIMITS.aliases);
    return text;
  };
}

/** A server bounds what it is asked itself, so a router may get away with more in all than one server allows. */
const aliasesIn = (text: string) => text.match(/\ba\d+: /g)?.length ?? 0;
