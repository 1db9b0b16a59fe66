import type { PgTable } from 'drizzle-orm/pg-core';
import { requireFew } from '../db/among.js';
import { badInput } from '../platform/errors.js';
import type { PolicyName, PolicyRegistry } from '../platform/policy/index.js';
import type { Context, Requirement } from './context.js';

/** A query or a mutation, its policy, and what it requires beyond that. */
export interface Operation {
  readonly name: string;
  readonly policy: PolicyName;
  readonly requirement: Requirement | undefined;
}

/** The operations about objects of a type, and the policy that decides who reads these. */
export interface OperationsOn {
  readonly table: PgTable;
  readonly read: PolicyName;
  readonly operations: readonly Operation[];
}

type Known = Pick<Context, 'policies' | 'requirements'>;

/** They make an object: the row that their policy decides on is not there yet. */
const MAKES = /^(create|grant)[A-Z]/;

const ofObjects = new WeakMap<PolicyRegistry, Map<string, OperationsOn>>();

/** The mutations whose policy decides on rows of the type's table, and those that a requirement says are about it. */
export function operationsOn({ policies, requirements }: Known, type: string): OperationsOn {
  const known = ofObjects.get(policies) ?? new Map<string, OperationsOn>();
  ofObjects.set(policies, known);
  const found = known.get(type) ?? readOperationsOn(policies, requirements, type);
  known.set(type, found);
  return found;
}

function readOperationsOn(policies: PolicyRegistry, requirements: readonly Requirement[], type: string): OperationsOn {
  const read = policies.policyFor(`${type}.id`);
  const table = read && policies.targetOf(read.name)?.table;
  if (read === undefined || table === undefined) throw new Error(`no policy decides on rows of ${type}`);
  const isAbout = ({ name, policy, requirement }: Operation) =>
    (policies.targetOf(policy)?.table === table && !MAKES.test(name)) || requirement?.about === type;
  const operations = operationsOf(policies, requirements, ['Mutation']).filter(isAbout);
  return { table, read: read.name, operations };
}

const everywhere = new WeakMap<PolicyRegistry, readonly Operation[]>();

/** Every query and every mutation, served here or by another server of the same graph. */
export function allOperations({ policies, requirements }: Known): readonly Operation[] {
  const found = everywhere.get(policies) ?? operationsOf(policies, requirements, ['Query', 'Mutation']);
  everywhere.set(policies, found);
  return found;
}

function operationsOf(policies: PolicyRegistry, requirements: readonly Requirement[], roots: readonly string[]) {
  const all = policies.list().flatMap((policy) =>
    policy.operations.flatMap((coordinate): Operation[] => {
      const [root = '', name = ''] = coordinate.split('.');
      if (!roots.includes(root) || name.startsWith('_')) return [];
      const requirement = requirements.find(({ mutations }) => root === 'Mutation' && mutations.includes(name));
      return [{ name, policy: policy.name, requirement }];
    }),
  );
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Those of these names; all without names. @throws Refusal BAD_USER_INPUT for more than 1,000, and for the name of another operation. */
export function among(
  operations: readonly Operation[],
  names: readonly string[] | null | undefined,
): readonly Operation[] {
  if (names == null) return operations;
  requireFew(names);
  const wanted = new Set(names);
  const found = operations.filter(({ name }) => wanted.delete(name));
  const [unknown] = wanted;
  if (unknown === undefined) return found;
  throw badInput(`${JSON.stringify(unknown.slice(0, 64))} is no operation that can be asked about here.`, {
    argument: 'operations',
  });
}
