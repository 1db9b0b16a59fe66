import {
  BREAK,
  type DocumentNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isObjectType,
  Kind,
  separateOperations,
  specifiedRules,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { unauthenticated } from '../../platform/errors.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import { readDocument, STRANGER } from '../limits/document.js';

/**
 * Takes the unchecked content of a request's body or query string.
 * @returns the document to run. It is only what was checked: nothing may run, or validate, the one that was sent.
 * @throws UNAUTHENTICATED, always the same, for a request that an anonymous caller may not run.
 */
export type AdmitAnonymous = (asked: unknown) => string;

/**
 * Decides what an anonymous caller may run: a valid operation in which every field is public by policy. Other
 * operations of its document are not looked at, and are removed. Everything else is refused in one way, before the
 * server's validation and its document store see it, so that neither the answer nor its time reveals whether a field is
 * guarded or missing.
 */
export function anonymousAdmission(schema: GraphQLSchema, policies: PolicyRegistry): AdmitAnonymous {
  const open = openFields(schema, policies);
  return (asked) => {
    const { query, operationName, variables } = Object(asked) as Readonly<Record<string, unknown>>;
    const sent = parsed(query);
    const document = sent && namedIn(sent, operationName);
    if (!document || !isOpen(schema, open, document) || !isRunnable(schema, document, operationName, variables))
      throw unauthenticated();
    return textOf(document, sent, String(query));
  };
}

/** The named operation and its fragments, where a document has several operations; tools send all that a tab holds. */
function namedIn(document: DocumentNode, name: unknown): DocumentNode | undefined {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length < 2) return document;
  return typeof name === 'string' ? separateOperations(document)[name] : undefined;
}

/** The text of what is left of a document. The rest becomes blank, so that errors name the places that were sent. */
function textOf(left: DocumentNode, { definitions }: DocumentNode, text: string): string {
  const kept = new Set(left.definitions);
  let [result, at] = ['', 0];
  for (const { loc } of definitions.filter((definition) => !kept.has(definition))) {
    if (!loc) continue;
    result += text.slice(at, loc.start) + text.slice(loc.start, loc.end).replace(/[^\r\n]/g, ' ');
    at = loc.end;
  }
  return result + text.slice(at);
}

/** The public fields that public operations reach; without those of types that only guarded operations return. */
function openFields(schema: GraphQLSchema, policies: PolicyRegistry): ReadonlySet<string> {
  const open = new Set<string>();
  const walk = (type: GraphQLNamedType | null | undefined): void => {
    if (!isObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      if (open.has(coordinate) || policies.policyFor(coordinate)?.scopeTypes !== 'public') continue;
      // Client libraries request a type's name beside its fields.
      open.add(coordinate).add(`${type.name}.__typename`);
      walk(getNamedType(field.type));
    }
  };
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) walk(root);
  return open;
}

/** Only short documents: strangers have tighter bounds. */
function parsed(query: unknown): DocumentNode | null {
  if (typeof query !== 'string') return null;
  try {
    return readDocument(query, STRANGER);
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

/** Stops at the first field that is not open. A field that does not exist is not open either, and looks the same. */
function isOpen(schema: GraphQLSchema, open: ReadonlySet<string>, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let isEveryOpen = true;
  const Field = ({ name }: { readonly name: { readonly value: string } }) => {
    if (open.has(`${types.getParentType()?.name}.${name.value}`)) return undefined;
    isEveryOpen = false;
    return BREAK;
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  return isEveryOpen;
}

/** Whether execution would begin: from there on the answer is the operation's own. */
function isRunnable(schema: GraphQLSchema, document: DocumentNode, operationName: unknown, variables: unknown) {
  if (validate(schema, document, specifiedRules, { maxErrors: 1 }).length > 0) return false;
  const operation = getOperationAST(document, typeof operationName === 'string' ? operationName : null);
  const given = Object(variables) as Record<string, unknown>;
  return !!operation && !getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 }).errors;
}
