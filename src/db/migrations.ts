import { fileURLToPath } from 'node:url';

/** The folder of generated SQL migrations, beside `src` and `dist` alike. */
export const MIGRATIONS = fileURLToPath(new URL('../../drizzle', import.meta.url));
