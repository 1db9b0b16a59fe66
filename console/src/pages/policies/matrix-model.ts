/** A decision that a candidate would change. */
interface Difference {
  readonly policy: string;
  readonly persona: string;
  readonly target: string;
  readonly change: 'ALLOWED_TO_DENIED' | 'DENIED_TO_ALLOWED';
}

interface Listed {
  readonly name: string;
  readonly operations: readonly string[];
  readonly allowedPersonas: readonly string[];
}

/** How a persona stands to an operation: what is in force, and what a candidate would make of it. */
export type Cell = 'allowed' | 'denied' | 'gains' | 'loses' | 'gains some' | 'loses some';

export interface MatrixRow {
  readonly operation: string;
  readonly policy: string;
  readonly cells: readonly Cell[];
}

/** How the API calls the question whether an operation is allowed on any object at all. */
const ANY = 'any row';

/** What people call; of what a policy guards, the fields of types are left out. */
const isOperation = (guarded: string) => /^(?:Query|Mutation|Subscription)\.|^[A-Z]+ \//.test(guarded);

/** The kinds of callers, in the order in which they are shown: those of the system first, those without a token last. */
export function personasOf(policies: readonly Listed[]): readonly string[] {
  const order = ['system', 'domain', 'project', 'agent', 'unscoped', 'anonymous'];
  const roles = ['admin', 'manager', 'member', 'reader', 'service'];
  const placeOf = (list: readonly string[], text: string) => {
    const place = list.findIndex((word) => text.includes(word));
    return place < 0 ? list.length : place;
  };
  const rank = (persona: string) => placeOf(order, scopeOfPersona(persona)) * 10 + placeOf(roles, persona);
  return [...new Set(policies.flatMap(({ allowedPersonas }) => allowedPersonas))].sort(
    (one, other) => rank(one) - rank(other) || one.localeCompare(other),
  );
}

/** The scope in the name of a persona, such as `project` of `project-member`. */
export const scopeOfPersona = (persona: string): string => persona.split(/[-:,]/)[0] ?? persona;

/** One row for each operation, one cell for each persona. */
export function matrixOf(
  policies: readonly Listed[],
  personas: readonly string[],
  differences: readonly Difference[],
): readonly MatrixRow[] {
  const changed = new Map<string, Difference[]>();
  for (const one of differences) {
    const key = `${one.policy} ${one.persona}`;
    changed.set(key, [...(changed.get(key) ?? []), one]);
  }
  return policies.flatMap(({ name, operations, allowedPersonas }) => {
    const allowed = new Set(allowedPersonas);
    const cells = personas.map((persona) => cellOf(allowed.has(persona), changed.get(`${name} ${persona}`) ?? []));
    return operations.filter(isOperation).map((operation) => ({ operation, policy: name, cells }));
  });
}

function cellOf(isAllowed: boolean, changes: readonly Difference[]): Cell {
  const whole = changes.find(({ target }) => target === ANY) ?? changes[0];
  if (whole === undefined) return isAllowed ? 'allowed' : 'denied';
  const verb = whole.change === 'DENIED_TO_ALLOWED' ? 'gains' : 'loses';
  return whole.target === ANY ? verb : `${verb} some`;
}
