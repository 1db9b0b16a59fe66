import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Context } from '../../authority/index.js';
import { beyond, Refusal } from '../../platform/errors.js';
import { LIMITS } from './operation-limits.js';
import { TOKEN } from './prices.js';
import { requireBounded } from './structure.js';

/** The bounds of a caller's document. */
export interface DocumentBounds {
  readonly tokens: number;
  readonly comparisons: number;
}

const CALLER: DocumentBounds = LIMITS;
export const STRANGER: DocumentBounds = { tokens: LIMITS.anonymousTokens, comparisons: LIMITS.anonymousComparisons };

/**
 * Parses a document and bounds the work of its validation. Every transport calls this before it validates.
 * @throws Refusal BAD_USER_INPUT beyond a bound, GraphQLError for text that is not GraphQL.
 */
export function readDocument(text: string, { tokens, comparisons } = CALLER): DocumentNode {
  if (text.length > LIMITS.textLength)
    throw beyond(
      'document',
      `The document has more than ${LIMITS.textLength} characters; send long values as variables.`,
    );
  const document = parse(text, { maxTokens: tokens });
  requireBounded(document, comparisons);
  return document;
}

/**
 * Documents that were valid; nearly every document that a server gets came before. No more of them than the server's
 * own store of parsed documents holds, in which a document takes a hundred times the size of its text.
 */
const valid = new LRUCache<string, true>({ maxSize: 256 * 1024, sizeCalculation: (_, text) => text.length + 1 });

/** Until others push it out, the document is neither bounded nor charged again. */
export const rememberValid = (text: string): void => void valid.set(text, true);

/**
 * Charges a document to its caller before it is read, unless it is known: the server reads refused documents too.
 * Assumes two characters per token, since tokens can be so short. @throws RATE_LIMITED.
 */
export function chargeReading({ charge }: Pick<Context, 'charge'>, query: unknown): void {
  if (typeof query === 'string' && !valid.has(query))
    charge(Math.min(query.length / 2, LIMITS.tokens) * TOKEN, 'reading');
}

/** For a server that parses itself and refuses what is not GraphQL in its own way. @throws Refusal BAD_USER_INPUT. */
export function requireBoundedText(text: string): void {
  if (valid.has(text)) return;
  try {
    readDocument(text);
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof GraphQLError)) throw error;
  }
}
