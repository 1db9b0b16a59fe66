import type { Credentials } from '../engine/policy.js';
import type { Target, TargetValues } from '../engine/target.js';
import { atomsOf, type Check, type Comparison } from '../language/ast.js';
import type { Scalar, TargetValue } from '../language/values.js';

/** The name of the question whether any row could be allowed, of whatever kind. */
export const ANY_ROW = 'any row';

/** Credential fields that identify a domain; a key that is compared with one identifies the domain of a row. */
const DOMAIN_FIELDS: ReadonlySet<string> = new Set(['domain_id', 'project_domain_id', 'user_domain_id']);
const PROJECT_FIELD = 'project_id';

/** Most kinds of rows for one relation; a key that would make more of them keeps only its first value. */
const KINDS_MAX = 12;

/** How a row relates to a caller. */
const RELATIONS = ['own', 'own project', 'own domain', 'sibling', 'foreign', 'system'] as const;
type Relation = (typeof RELATIONS)[number];

/**
 * A row of every kind that checks can distinguish, by a name for people: whose it is (the caller's own, another's in
 * its project, its domain's, another's in its domain, another domain's, nobody's), and what else the checks look at.
 */
export function sampleRows(
  target: Target,
  checks: readonly Check[],
  credentials: Credentials,
): readonly (readonly [name: string, values: TargetValues])[] {
  const comparisons = checks.flatMap(atomsOf).filter((atom) => atom.kind === 'comparison');
  const keys = [...target.keys].map(([name, { type, list = false }]) => ({
    name,
    type,
    list,
    ...usesOf(name, comparisons),
  }));
  const owning = keys.filter(({ type, fields }) => type === 'text' && fields.length > 0);
  const rest = keys.filter((key) => !owning.includes(key) && (key.type === 'boolean' || key.literals.length > 0));
  const kinds = combinations(rest);
  const isOwnedTwice = owning.some(isOfProject) && owning.some(isOfPrincipal);
  const relations = RELATIONS.filter((relation) => relation !== 'own project' || isOwnedTwice);
  return relations.flatMap((relation) => {
    const owners = owning.map(
      (key) => [key.name, listed(ownerOf(relation, key.fields, credentials), key.list)] as const,
    );
    return kinds.map((kind) => {
      const also = kind.map(([name, value]) => `, ${name} ${String(value)}`).join('');
      return [`${relation}${also}`, Object.fromEntries([...unset(target), ...owners, ...kind])] as const;
    });
  });
}

interface Key {
  readonly name: string;
  readonly type: string;
  readonly list: boolean;
  /** Credential fields that it is compared with. */
  readonly fields: readonly string[];
  readonly literals: readonly Scalar[];
}

const isOfProject = ({ fields }: Key) => fields.includes(PROJECT_FIELD);
/** Not compared with the fields of a project or domain: it identifies the owner within them. */
const isOfPrincipal = ({ fields }: Key) =>
  fields.every((field) => field !== PROJECT_FIELD && !DOMAIN_FIELDS.has(field));

function usesOf(name: string, comparisons: readonly Comparison[]): Pick<Key, 'fields' | 'literals'> {
  const uses = comparisons.filter(({ matched }) => matched.kind === 'key' && matched.name === name);
  const fields = uses.flatMap(({ known }) => (known.kind === 'credential' ? [known.path[0] ?? ''] : []));
  // When a check asks whether there is no value, the samples need a value too; null is always among the values.
  const literals = uses.flatMap(({ known }) => (known.kind === 'literal' ? [known.value ?? 'another'] : []));
  return { fields: [...new Set(fields)], literals: [...new Set(literals)] };
}

const unset = (target: Target) => [...target.keys].map(([name, { relation }]) => [name, relation ? [] : null] as const);

function ownerOf(relation: Relation, fields: readonly string[], credentials: Credentials): string | null {
  const own = () => fields.map((field) => Reflect.get(credentials, field)).find((value) => typeof value === 'string');
  const isDomain = fields.some((field) => DOMAIN_FIELDS.has(field));
  switch (relation) {
    case 'own':
      return own() ?? 'own';
    case 'own project':
      return isDomain || fields.includes(PROJECT_FIELD) ? (own() ?? 'own') : 'another';
    case 'own domain':
      return isDomain ? (own() ?? 'own') : fields.includes(PROJECT_FIELD) ? null : 'another';
    case 'sibling':
      return isDomain ? (own() ?? 'own') : 'another';
    case 'foreign':
      return 'another';
    case 'system':
      return null;
  }
}

const listed = (value: string | null, isList: boolean): TargetValue => (isList && value !== null ? [value] : value);

/** Every combination of the values that checks name for keys, and of one that no check names. */
function combinations(keys: readonly Key[]): readonly (readonly (readonly [string, TargetValue])[])[] {
  let kinds: readonly (readonly (readonly [string, TargetValue])[])[] = [[]];
  for (const { name, type, list, literals } of keys) {
    const values: readonly Scalar[] = type === 'boolean' ? [true, false] : literals;
    const given = [...values.map((value): TargetValue => (list ? [value] : value)), null];
    const some = kinds.length * given.length > KINDS_MAX ? given.slice(0, 1) : given;
    kinds = kinds.flatMap((kind) => some.map((value) => [...kind, [name, value] as const]));
  }
  return kinds;
}
