import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute, type GraphQLSchema } from 'graphql';
import { type PlainRun, plainRunOf } from './plain/plain-run.js';

/** The runs of a document so far. */
interface History {
  runs: number;
  /** Runs for which plain data was not enough. */
  failures: number;
  /** Undefined before the first attempt to prepare the document, null when it cannot be prepared. */
  plain: PlainRun | null | undefined;
}

/** Runs before a document is prepared. Most documents that people write come once. */
const RUNS_BEFORE = 2;
/** One of this many runs may fail; beyond it, failed attempts cost more than they save. */
const FAILURES_SHARE = 8;

type Args = Omit<ExecutionArgs, 'schema'>;
export type Runner = (args: Args) => Promise<ExecutionResult>;

/** Receives errors that only a plain run met: the caller gets graphql's answer as if nothing had happened. */
export type HearFault = (error: unknown, args: Args) => void;

/** Runs operations on a schema by graphql's execution only. */
export const stockRunnerOf =
  (schema: GraphQLSchema): Runner =>
  async (args) =>
    execute({ schema, ...args });

/**
 * Runs operations on a schema: by graphql's execution, and repeated documents as plain data where possible. The answers
 * are the same.
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

/** Whether graphql met the same error, so that the caller and the log get it. */
function isTold(error: unknown, { errors = [] }: ExecutionResult): boolean {
  return errors.some((told) => told === error || told.originalError === error || told.message === messageOf(error));
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : undefined);
