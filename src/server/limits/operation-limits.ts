/** What a document may be, before it is validated and for every caller; `cost.ts` bounds the cost of running it. */
export const LIMITS = {
  /** Characters of a document; longer values belong in variables. */
  textLength: 128 * 1024,
  tokens: 4000,
  anonymousTokens: 500,
  depth: 12,
  aliases: 60,
  rootFields: 20,
  /** Fields and fragments; a fragment's fields count wherever it is spread. */
  selections: 2000,
  /** Pairs of fields under one key, which validation compares. */
  comparisons: 600,
  anonymousComparisons: 60,
  /** Arguments are compared as text; this many characters count as one more pair. */
  charactersPerComparison: 32,
  counts: { operations: 20, fragments: 60, spreads: 200, variables: 100, directives: 100 },
  /** Characters of a literal text, and members of a literal list or object. */
  stringLength: 64 * 1024,
  literalSize: 1000,
  /** Mistakes after which validation stops: each may be compared with every name of the schema. */
  mistakes: 5,
  /** In a body: the depth of lists and objects, and the total number of values. */
  jsonDepth: 16,
  jsonValues: 5_000,
} as const;
