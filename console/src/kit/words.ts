/** A word of the API as people write it: LIKE_THIS becomes "Like this". */
export const inWords = (word: string): string =>
  `${word.charAt(0)}${word.slice(1).toLowerCase()}`.replaceAll('_', ' ').replace(/\bapi\b/i, 'API');
