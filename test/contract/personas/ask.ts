import type { Json, TestServer } from '../../harness/server.js';

/** What one field of a request came to. */
export interface Answered {
  readonly value: Json;
  /** How it was refused, in a word of the page; null when it was not. */
  readonly refusal: string | null;
  /** The same for the items of a list, by their place. */
  readonly refusals: ReadonlyMap<number, string>;
  readonly requestId: string;
}

/** Asks for several fields in one request, each under a name of its own: every field is decided for itself. */
export async function ask(
  server: TestServer,
  operation: string,
  fields: readonly string[],
  variables: object,
  token: string | undefined,
): Promise<Answered[]> {
  const named = fields.map((field, index) => `f${index}: ${field}`);
  const { body, requestId } = await server.graphql(`${operation} { ${named.join('\n')} }`, variables, token);
  const errors: Json[] = body.errors ?? [];
  const isBeyondLimit = !body.data && errors[0]?.extensions.reason === 'CREDENTIAL_LIMIT';
  if (isBeyondLimit && operation === 'query' && fields.length > 1) {
    // One field that is beyond an API credential's limit refuses a whole request of different ones.
    return (await Promise.all(fields.map((field) => ask(server, operation, [field], variables, token)))).flat();
  }
  // Without any data, what ended the request, or refused a field that cannot be null, is the answer to all of it.
  const ofAll = body.data ? undefined : errors[0];
  return fields.map((field, index) => {
    const own = errors.filter(({ path }) => path?.[0] === `f${index}`);
    const ofItems = own.filter(({ path }) => typeof path[1] === 'number');
    const error = ofAll ?? own.find((one) => !ofItems.includes(one));
    return {
      value: error ? null : body.data[`f${index}`],
      refusal: error ? wordFor(error, field) : null,
      refusals: new Map(ofItems.map((one) => [one.path[1], wordFor(one, field)])),
      requestId,
    };
  });
}

const WORDS: Readonly<Record<string, string>> = { NOT_FOUND: 'hidden', FORBIDDEN: 'forbidden', UNAUTHENTICATED: '401' };

/** @throws Error for what is no refusal, such as a mistake in what was asked. */
export function wordFor(error: Json, asked: string): string {
  const { code, reason } = error.extensions;
  const word = reason === 'WRONG_SCOPE' ? 'scope' : WORDS[code];
  if (word === undefined) throw new Error(`${asked} answered ${JSON.stringify(error)}`);
  return word;
}
