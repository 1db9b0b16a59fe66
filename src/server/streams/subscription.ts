import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  specifiedRules,
  validate,
} from 'graphql';
import { badInput, Refusal } from '../../platform/errors.js';
import type { Costs } from '../limits/cost.js';
import { readDocument } from '../limits/document.js';

/** A requested subscription: its one Subscription field, and what to run for each event. */
export interface Subscription {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly field: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What an event costs to answer. */
  readonly cost: number;
}

/**
 * Reads a subscription from a request's body, under the limits of every other operation.
 * @throws Refusal BAD_USER_INPUT for anything but one valid subscription.
 */
export function readSubscription(schema: GraphQLSchema, costs: Costs, asked: unknown): Subscription {
  const { query, operationName, variables: given = {} } = Object(asked) as Readonly<Record<string, unknown>>;
  if (typeof query !== 'string') throw badInput('The body has no query.');
  const name = typeof operationName === 'string' ? operationName : undefined;
  const document = told(() => readDocument(query));
  const [mistake] = validate(schema, document, specifiedRules, { maxErrors: 1 });
  if (mistake) throw badInput(mistake.message);
  const operation = getOperationAST(document, name);
  if (operation?.operation !== 'subscription') throw badInput('Only a subscription is served here.');
  const raw = Object(given) as Record<string, unknown>;
  const { coerced: variables, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], raw);
  if (variables === undefined) throw badInput(errors?.[0]?.message ?? 'The variables do not fit.');
  const cost = costs.requireWithin(operation, document, raw);
  return { document, operationName: name, variables: raw, cost, ...rootField(schema, operation, variables) };
}

/** The stream follows the one field that is selected, whatever the variables. */
function rootField(
  schema: GraphQLSchema,
  { selectionSet }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Pick<Subscription, 'field' | 'args'> {
  const [node] = selectionSet.selections;
  if (node?.kind !== Kind.FIELD || (node.directives ?? []).length > 0) {
    throw badInput('A subscription must select its field directly, without a fragment or a directive.');
  }
  const definition = schema.getSubscriptionType()?.getFields()[node.name.value];
  if (!definition) throw badInput('A subscription must select a field of Subscription.');
  return { field: definition.name, args: told(() => getArgumentValues(definition, node, variables)) };
}

/** Errors that graphql throws are the caller's mistakes here. */
function told<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof GraphQLError && !(error instanceof Refusal) ? badInput(error.message) : error;
  }
}
