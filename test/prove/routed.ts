import { type Answer, client, type Json } from '../harness/server.js';

/**
 * Asks a router, and tells its answers as one server would. Three things a router does by its nature are taken back:
 *
 * - It adds the name of the subgraph to an error.
 * - A subgraph that refuses a request as a whole answers 4xx: the router tells that as an error of its own, which quotes the
 *   refusal, once for each fetch, and answers null for each field where a server answers no data.
 * - It asks several servers, and one of them several times, so errors come in any order and may be repeated.
 */
export function routed(url: string) {
  const { graphql } = client(url);
  return {
    async graphql(query: string, variables: object = {}, token?: string): Promise<Answer> {
      const answer = await graphql(query, variables, token);
      const errors: Json[] | undefined = answer.body.errors?.flatMap(refusalsOf);
      const isRefusedWhole = errors?.some(({ path }) => !path) && isNothing(answer.body.data);
      const body = isRefusedWhole ? { errors } : { ...answer.body, ...(errors && { errors }) };
      return { ...answer, body };
    },
  };
}

/** What is compared of an answer: all data, and of each error where it is and what kind it is. */
export function told({ body }: Answer) {
  const errors: Json[] = body.errors ?? [];
  const kinds = errors.map(({ path, extensions: { code, reason, policy } }) =>
    JSON.stringify({ path, code, reason, policy }),
  );
  return { data: body.data, errors: [...new Set(kinds)].sort() };
}

const refusalsOf = (error: Json): Json[] => error.extensions?.response?.body?.errors ?? [error];

const isNothing = (data: Json) =>
  Object.values(data ?? {}).every((value) => value === null || value === 'Query' || value === 'Mutation');
