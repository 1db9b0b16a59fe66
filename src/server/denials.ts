import { auditDenial, type Context } from '../authority/index.js';

/** What a denial is told from: the errors of an answer, wherever they came about. */
export interface AnsweredError {
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly path?: readonly (string | number)[] | undefined;
}

/** Of a path the names are the caller's own aliases, as long as it likes. */
const PATH_CHARACTERS_MAX = 256;

/** One audit entry for each authenticated request that was denied something; after its transactions rolled back. */
export async function recordDenial(context: Context, errors: readonly AnsweredError[]): Promise<void> {
  const denial = errors.find((error) => error.extensions?.code === 'FORBIDDEN');
  if (!denial || context.actor.principal === null) return;
  const { policy, reason } = denial.extensions ?? {};
  const path = denial.path?.join('.').slice(0, PATH_CHARACTERS_MAX) ?? null;
  await auditDenial(context, {
    action: 'request.denied',
    ...(typeof policy === 'string' && { policy }),
    details: { path, ...(reason !== undefined && { reason }) },
  });
}
