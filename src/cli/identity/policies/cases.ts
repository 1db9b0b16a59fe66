import { createInterface } from 'node:readline';
import { z } from 'zod';
import { decideCase, type PolicyCase, PolicyError } from '../../../platform/policy/index.js';
import { print } from '../../common/terminal.js';

const MAX_LINE_LENGTH = 1024 * 1024;

const texts = z.record(z.string(), z.string()).nullish();
const values = z.record(z.string(), z.unknown());
const form = z.object({
  rules: texts,
  rule: z.string().nullish(),
  check: z.string().nullish(),
  scope_types: z.array(z.string()).nullish(),
  creds: values.optional(),
  target: values.optional(),
  enforce_scope: z.boolean().nullish(),
  overrides: texts,
  deprecated: z.object({ name: z.string(), check_str: z.string() }).nullish(),
  enforce_new_defaults: z.boolean().nullish(),
  default_rule: z.string().nullish(),
});

/** The output for a case; `refused` means that it was not decided, `message` says why. */
export interface CaseAnswer {
  readonly id: unknown;
  readonly decision: 'allow' | 'deny' | 'invalid_scope' | 'refused';
  readonly message?: string;
  /** Warnings about the checks that decided it. */
  readonly warnings?: readonly string[];
}

/** Decides cases, one JSON object per line, and prints one answer per line. A malformed case does not end the run. */
export async function decideLines(input: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line.trim() !== '') print(JSON.stringify(answer(line)));
}

export function answer(line: string): CaseAnswer {
  let id: unknown = null;
  const refused = (message: string): CaseAnswer => ({ id, decision: 'refused', message });
  if (line.length > MAX_LINE_LENGTH) return refused(`the case has more than ${MAX_LINE_LENGTH} characters`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refused('the line is not JSON');
  }
  if (typeof value === 'object' && value !== null) id = Reflect.get(value, 'id') ?? null;
  const exact = withoutFractions(line);
  try {
    const { decision, warnings } = decideCase(readCase(exact === line ? value : JSON.parse(exact)));
    return { id, decision, ...(warnings.length > 0 && { warnings: warnings.map(({ message }) => message) }) };
  } catch (fault) {
    if (fault instanceof PolicyError) return refused(fault.message);
    throw fault;
  }
}

/**
 * Replaces each number with a fraction or an exponent by one that is never an integer, so that a check that reads it is
 * refused. JavaScript reads `1.0` as the integer 1; oslo.policy prints it as `1.0`, which equals nothing else.
 */
function withoutFractions(line: string): string {
  return line.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+[.eE][-+.eE\d]*/g, (token) =>
    token.startsWith('"') ? token : '1e999',
  );
}

/** @throws PolicyError for a value that is not a case. */
export function readCase(value: unknown): PolicyCase {
  const { data, error } = form.safeParse(value);
  if (error)
    throw new PolicyError(error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; '));
  const { rule, check, deprecated } = data;
  if (typeof rule !== 'string' && typeof check !== 'string')
    throw new PolicyError('the case has neither a rule nor a check');
  return {
    rules: data.rules ?? {},
    subject: typeof check === 'string' ? { check } : { rule: rule ?? '' },
    scopeTypes: data.scope_types ?? [],
    enforceScope: data.enforce_scope ?? true,
    credentials: (data.creds ?? {}) as PolicyCase['credentials'],
    target: data.target ?? {},
    overrides: data.overrides ?? {},
    deprecated: deprecated ? { name: deprecated.name, check: deprecated.check_str } : undefined,
    enforceNewDefaults: data.enforce_new_defaults ?? true,
    defaultRule: data.default_rule ?? undefined,
  };
}
