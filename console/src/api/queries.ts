import { useEffect, useRef, useState } from 'react';
import { type AnyVariables, type CombinedError, useClient, useQuery } from 'urql';
import type { Document } from './client.js';
import { type Fault, faultOf, UNREACHABLE } from './faults.js';

/** What is known of a query: its data, also the last while new ones are on their way, or why there are none. */
export interface Found<Data> {
  readonly data: Data | undefined;
  readonly fault: Fault | null;
  readonly isLoading: boolean;
  refresh(): void;
}

/** The queries that are on the screen. */
const inView = new Set<() => void>();

/** Asks again for everything that is on the screen, because it may have changed. */
export function refreshInView(): void {
  for (const refresh of inView) refresh();
}

/** Asks a query, and again whenever something that it shows may have changed. */
export function useDocument<Data, Variables extends AnyVariables>(
  document: Document<Data, Variables>,
  variables: Variables,
  { isPaused = false } = {},
): Found<Data> {
  const [result, execute] = useQuery<Data, Variables>({
    query: document.toString(),
    variables,
    pause: isPaused,
    requestPolicy: 'cache-and-network',
  });
  const refresh = useRef(() => {});
  refresh.current = () => isPaused || execute({ requestPolicy: 'network-only' });
  useEffect(() => {
    const again = () => refresh.current();
    inView.add(again);
    return () => void inView.delete(again);
  }, []);
  const fault = result.error ? faultOfError(result.error) : null;
  return { data: result.data, fault, isLoading: result.fetching, refresh: () => refresh.current() };
}

/** The words for what a client reports. */
export function faultOfError(error: CombinedError): Fault {
  const [first] = error.graphQLErrors;
  return first ? faultOf(first) : UNREACHABLE;
}

/** A mistake in the input, at the field that it is about. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

/** The common part of all mutation payloads; documents alias their one field `payload`. */
export interface Answered {
  readonly payload: { readonly userErrors: readonly UserError[] } | null;
}

/** How a mutation went. */
export type Outcome<Data> =
  | { readonly data: Data; readonly userErrors: readonly []; readonly fault: null }
  | { readonly data: null; readonly userErrors: readonly UserError[]; readonly fault: Fault | null };

/** A function that sends a mutation; afterwards all that is on the screen is read again. */
export function useAction<Data extends Answered, Variables extends AnyVariables>(document: Document<Data, Variables>) {
  const client = useClient();
  const [isRunning, setRunning] = useState(false);
  const run = async (variables: Variables): Promise<Outcome<Data>> => {
    setRunning(true);
    const { data, error } = await client.mutation<Data, Variables>(document.toString(), variables).toPromise();
    setRunning(false);
    if (error) return { data: null, userErrors: [], fault: faultOfError(error) };
    const userErrors = data?.payload?.userErrors ?? [];
    if (!data || userErrors.length > 0) return { data: null, userErrors, fault: null };
    refreshInView();
    return { data, userErrors: [], fault: null };
  };
  return { run, isRunning };
}
