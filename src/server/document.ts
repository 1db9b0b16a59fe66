import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { beyond, Refusal } from '../platform/errors.js';
import { LIMITS } from './limits.js';
import { requireBounded } from './structure.js';

/** What a caller's document may have. */
export interface DocumentBounds {
  readonly tokens: number;
  readonly comparisons: number;
}

const CALLER: DocumentBounds = LIMITS;
export const STRANGER: DocumentBounds = { tokens: LIMITS.anonymousTokens, comparisons: LIMITS.anonymousComparisons };

/**
 * Parses a document and bounds what validating it takes. Every transport asks this before it validates.
 * @throws Refusal BAD_USER_INPUT for one beyond a bound, GraphQLError for one that is not GraphQL.
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

/** Documents known to be within the bounds; nearly all that a server gets it has had before. */
const bounded = new LRUCache<string, true>({ maxSize: 4 * 1024 * 1024, sizeCalculation: (_, text) => text.length + 1 });

/** The same for a server that parses itself: what is not GraphQL it refuses in its own way. @throws Refusal BAD_USER_INPUT. */
export function requireBoundedText(text: string): void {
  if (bounded.has(text)) return;
  try {
    readDocument(text);
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof GraphQLError)) throw error;
    return;
  }
  bounded.set(text, true);
}
