import { fileURLToPath } from 'node:url';

/** The folder of generated SQL migrations, next to `src` and `dist`. */
export const MIGRATIONS = fileURLToPath(new URL('../../drizzle', import.meta.url));
