import { auditDenial, type Context } from '../../authority/index.js';
import { type Asked, fieldsOnPath } from './field-path.js';

/** The part of an answer's error that a denial is recorded from. */
export interface AnsweredError {
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly path?: readonly (string | number)[] | undefined;
}

/** Paths are as deep as the limits of operations allow; an audit entry keeps this many characters. */
const PATH_CHARACTERS_MAX = 256;

/**
 * Writes one audit entry for each authenticated request that was denied something, merged with equal denials, after its
 * transactions rolled back.
 *
 * @param asked What was run; without it, the path of an error is the server's own.
 */
export async function recordDenial(context: Context, errors: readonly AnsweredError[], asked?: Asked): Promise<void> {
  const denial = errors.find((error) => error.extensions?.code === 'FORBIDDEN');
  if (!denial || context.actor.principal === null) return;
  const { policy, reason } = denial.extensions ?? {};
  const fields = denial.path && (asked ? fieldsOnPath(asked, denial.path) : denial.path);
  const path = fields?.join('.').slice(0, PATH_CHARACTERS_MAX) ?? null;
  await auditDenial(context, {
    action: 'request.denied',
    ...(typeof policy === 'string' && { policy }),
    details: { path, ...(reason !== undefined && { reason }) },
  });
}
