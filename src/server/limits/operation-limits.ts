/** What a document may be, before it is validated and whoever sends it; `cost.ts` bounds what running it may take. */
export const LIMITS = {
  /** Bytes of a document; what is longer belongs into variables. */
  textLength: 128 * 1024,
  tokens: 4000,
  anonymousTokens: 500,
  depth: 12,
  aliases: 60,
  rootFields: 20,
  /** Fields and fragments, those of fragments wherever they are spread. */
  selections: 2000,
  /** Pairs of fields that stand under one key, which validation compares. */
  comparisons: 600,
  anonymousComparisons: 60,
  /** Arguments are compared as text; so many characters of them count as one more pair. */
  charactersPerComparison: 32,
  counts: { operations: 20, fragments: 60, spreads: 200, variables: 100, directives: 100 },
  /** Characters of a text that is written out, and members of a list or an object. */
  stringLength: 64 * 1024,
  literalSize: 1000,
  /** Mistakes that validation looks for before it gives up: each may be compared with every name of the schema. */
  mistakes: 5,
  /** Of a body: lists and objects inside one another, and values altogether. */
  jsonDepth: 16,
  jsonValues: 5_000,
} as const;
