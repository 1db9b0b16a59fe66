import type { IncomingMessage } from 'node:http';
import type { Context } from '../../authority/index.js';
import { badInput } from '../../platform/errors.js';
import type { AdmitAnonymous } from '../guard/anonymous.js';
import { chargeReading, requireBoundedText } from '../limits/document.js';
import { requireBoundedJson } from '../limits/json-outline.js';
import { BODY_MAX, BODY_MAX_LARGE, BODY_MAX_SMALL, readJson } from './body.js';
import type { LargeBodies } from './large-bodies.js';

/** The content of a GraphQL request. */
export interface Asked {
  readonly body: unknown;
  readonly search: string;
  /** Call this once it is answered. */
  done(): void;
}

export interface Reading {
  readonly admitAnonymous: AdmitAnonymous;
  readonly largeBodies: LargeBodies;
}

/**
 * Reads a request within the bounds of its caller: each bound and charge comes before the work that it limits.
 * @throws Refusal RATE_LIMITED; BAD_USER_INPUT beyond a bound; UNAUTHENTICATED for what a stranger may not run;
 *   UNAVAILABLE while too many large bodies are in memory.
 */
export async function readAsked(reading: Reading, context: Context, request: IncomingMessage): Promise<Asked> {
  const url = request.url ?? '/';
  const search = url.includes('?') ? new URL(url, 'http://localhost').search : '';
  const searchParams = new URLSearchParams(search);
  const isAnonymous = context.actor.principal === null;
  const asked = request.method === 'POST' ? await readPost(reading, context, request) : readGet(searchParams);
  try {
    const { query } = Object(asked.params) as { readonly query?: unknown };
    chargeReading(context, query);
    if (isAnonymous) return withQuery(reading.admitAnonymous(asked.params), asked, searchParams);
    if (typeof query === 'string') requireBoundedText(query);
  } catch (error) {
    asked.done();
    throw error;
  }
  return { body: asked.body, search, done: asked.done };
}

/** A stranger's request, with only what was admitted of its document. */
function withQuery(query: string, { body, done }: Omit<Asked, 'search'>, searchParams: URLSearchParams): Asked {
  searchParams.set('query', query);
  return { body: body === '' ? '' : { ...Object(body), query }, search: `?${searchParams}`, done };
}

const nothing = () => {};

function readGet(searchParams: URLSearchParams) {
  requireBoundedJson(Buffer.from(searchParams.get('variables') ?? ''));
  return { body: '', params: Object.fromEntries(searchParams), done: nothing };
}

async function readPost({ largeBodies }: Reading, context: Context, request: IncomingMessage) {
  if (context.actor.principal === null) {
    const body = await readJson(context, request, BODY_MAX_SMALL);
    return { body, params: body, done: nothing };
  }
  let admitted: { readonly query: string; done(): void } | null = null;
  const allowLarger = (beginning: Buffer) => {
    const size = Math.min(BODY_MAX_LARGE, Number(request.headers['content-length'] ?? BODY_MAX_LARGE));
    admitted = largeBodies.admit(context, beginning, size, BODY_MAX);
    return BODY_MAX_LARGE;
  };
  const done = () => admitted?.done();
  try {
    const body = await readJson(context, request, BODY_MAX, allowLarger);
    requireSame(admitted, body);
    return { body, params: body, done };
  } catch (error) {
    done();
    throw error;
  }
}

/** A key may occur twice in JSON; the query that was checked must be the one that runs. */
function requireSame(admitted: { readonly query: string } | null, body: unknown): void {
  if (admitted !== null && (Object(body) as { query?: unknown }).query !== admitted.query)
    throw badInput('The body has "query" more than once.');
}
