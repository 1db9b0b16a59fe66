import { readFileSync } from 'node:fs';
import {
  buildASTSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  isRequiredArgument,
  parse,
} from 'graphql';
import type { Asked } from '../attestation/agent-world.js';
import type { Json } from '../harness/server.js';

const DEPTH = 2;
/** Few enough that pages in pages cost no more than a caller may ask for. */
const FIRST = 6;
const FIRST_INSIDE = 3;
/** What every release changes, which policies there are; and the audit log, to which denied reads add. */
const LEFT_OUT = new Set(['policies', 'permissions', 'verifyAuditChain', 'auditChain', 'auditSeals', 'auditEntries']);
/** Too dear for each of a page. */
const CONTENT = ['imaPolicy', 'tpmPolicy', 'vtpmPolicy'];
const CONTENTS = `{ allowlists(first: 1) { nodes { id currentRevision { ${CONTENT.join(' ')} } } } }`;
const entriesUntil = (time: string) =>
  `{ auditEntries(first: 50, filter: { until: "${time}" }) { nodes { id occurredAt action outcome policy actor { kind id name tokenId scopeType domainId }
      targetType targetId domainId projectId requestId details } } }`;

/**
 * A query for each field of `Query` that needs no argument, with all it answers, some levels deep.
 *
 * @param until Of the audit log, entries before this time.
 */
export function readsOf(printedSchema: string, until: string): Readonly<Record<string, string>> {
  const schema = buildASTSchema(parse(readFileSync(printedSchema, 'utf8')), { assumeValidSDL: true });
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  const asked = fields.filter(
    (field) => !field.name.startsWith('_') && !field.args.some(isRequiredArgument) && !LEFT_OUT.has(field.name),
  );
  const reads = asked.map((field) => [field.name, `{ ${selection(schema, field, DEPTH)} }`]);
  return Object.fromEntries([...reads, ['contents', CONTENTS], ['auditEntries', entriesUntil(until)]]);
}

function selection(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>, depth: number): string {
  const type: GraphQLNamedType = getNamedType(field.type);
  if (!isObjectType(type)) return field.name;
  // A page and its nodes are one level.
  const left = type.name.endsWith('Connection') ? depth : depth - 1;
  const inner = Object.values(type.getFields())
    .filter(
      (one) =>
        one.name !== 'edges' &&
        !LEFT_OUT.has(one.name) &&
        !CONTENT.includes(one.name) &&
        !one.name.startsWith('_') &&
        !one.args.some(isRequiredArgument),
    )
    .filter((one) => left > 0 || !isObjectType(getNamedType(one.type)))
    .map((one) => selection(schema, one, left));
  const page = field.args.some(({ name }) => name === 'first')
    ? `(first: ${depth === DEPTH ? FIRST : FIRST_INSIDE})`
    : '';
  return inner.length === 0 ? '__typename' : `${field.name}${page} { ${inner.join(' ')} }`;
}

/** What each caller is answered, by the caller and the query's name; of an error, its code. */
export async function answersOf(
  server: Asked,
  reads: Readonly<Record<string, string>>,
  tokens: Readonly<Record<string, string>>,
): Promise<Record<string, Record<string, Json>>> {
  const answers: Record<string, Record<string, Json>> = {};
  for (const [caller, token] of Object.entries(tokens)) {
    const told: Record<string, Json> = {};
    for (const [name, query] of Object.entries(reads)) {
      const { body } = await server.graphql(query, {}, token);
      told[name] = body.errors?.map((error: Json) => error.extensions?.code) ?? body.data;
    }
    answers[caller] = told;
  }
  return answers;
}
