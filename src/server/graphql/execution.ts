import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute, type GraphQLSchema } from 'graphql';
import { type PlainRun, plainRunOf } from './plain/plain-run.js';

/** How a document was run so far. */
interface History {
  runs: number;
  /** Runs that plain data did not suffice for. */
  failures: number;
  /** Undefined before it was tried to prepare the document, null when it cannot be. */
  plain: PlainRun | null | undefined;
}

/** Runs before a document is worth preparing. Most documents of people come once. */
const RUNS_BEFORE = 2;
/** One of so many runs may fail; past it, what is tried in vain costs more than it saves. */
const FAILURES_SHARE = 8;

type Args = Omit<ExecutionArgs, 'schema'>;
export type Runner = (args: Args) => Promise<ExecutionResult>;

/** Hears what went wrong in a plain run and nowhere else: the caller is answered by graphql as if nothing had. */
export type HearFault = (error: unknown, args: Args) => void;

/** Runs operations on a schema by graphql's execution alone. */
export const stockRunnerOf =
  (schema: GraphQLSchema): Runner =>
  async (args) =>
    execute({ schema, ...args });

/**
 * Runs operations on a schema: by graphql's execution, and documents that come again as plain data where they can be. The
 * answers are the same.
 */
export function runnerOf(schema: GraphQLSchema, hearFault: HearFault): Runner {
  const stock = stockRunnerOf(schema);
  const histories = new WeakMap<DocumentNode, Map<string, History>>();
  const historyOf = (document: DocumentNode, name: string): History => {
    const ofDocument = histories.get(document) ?? new Map<string, History>();
    histories.set(document, ofDocument);
    const history = ofDocument.get(name) ?? { runs: 0, failures: 0, plain: undefined };
    ofDocument.set(name, history);
    return history;
  };
  return async (args) => {
    const history = historyOf(args.document, args.operationName ?? '');
    history.runs += 1;
    if (history.runs <= RUNS_BEFORE || history.failures * FAILURES_SHARE > history.runs) return stock(args);
    if (history.plain === undefined) history.plain = prepared(schema, args, hearFault);
    if (history.plain === null) return stock(args);
    const { data, error } = await history.plain({ schema, ...args });
    if (data !== undefined) return { data };
    history.failures += 1;
    const result = await stock(args);
    if (error !== undefined && !isTold(error, result)) hearFault(error, args);
    return result;
  };
}

function prepared(schema: GraphQLSchema, args: Args, hearFault: HearFault): PlainRun | null {
  try {
    return plainRunOf(schema, args.document, args.operationName);
  } catch (error) {
    hearFault(error, args);
    return null;
  }
}

/** Whether graphql met the same, and so the caller is told of it and the log as well. */
function isTold(error: unknown, { errors = [] }: ExecutionResult): boolean {
  return errors.some((told) => told === error || told.originalError === error || told.message === messageOf(error));
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : undefined);
