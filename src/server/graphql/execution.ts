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

/**
 * Runs operations on a schema: by graphql's execution, and documents that come again as plain data where they can be. The
 * answers are the same.
 */
export function runnerOf(schema: GraphQLSchema): (args: Omit<ExecutionArgs, 'schema'>) => Promise<ExecutionResult> {
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
    if (history.runs > RUNS_BEFORE && history.failures * FAILURES_SHARE <= history.runs) {
      if (history.plain === undefined) history.plain = plainRunOf(schema, args.document, args.operationName);
      if (history.plain !== null) {
        const data = await history.plain({ schema, ...args });
        if (data !== undefined) return { data };
        history.failures += 1;
      }
    }
    return execute({ schema, ...args });
  };
}
