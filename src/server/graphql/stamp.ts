import { type DocumentNode, type FieldDefinitionNode, Kind, visit } from 'graphql';
import type { PolicyRegistry } from '../../platform/policy/index.js';

/**
 * Writes on every field of every object type which policy guards it: a directive for programs, a last line of the
 * description for people. It writes the policy's name, not its check, which operators may change.
 */
export function stamp(typeDefs: DocumentNode, policies: PolicyRegistry): DocumentNode {
  const onType = (node: {
    readonly name: { readonly value: string };
    readonly fields?: readonly FieldDefinitionNode[] | undefined;
  }) => ({
    ...node,
    fields: node.fields?.map((field) => {
      const policy = policies.policyFor(`${node.name.value}.${field.name.value}`)?.name;
      return policy === undefined ? field : stamped(field, policy);
    }),
  });
  return visit(typeDefs, { ObjectTypeDefinition: onType, ObjectTypeExtension: onType });
}

function stamped(field: FieldDefinitionNode, policy: string): FieldDefinitionNode {
  const text = [field.description?.value, `Policy: ${policy}.`].filter(Boolean).join('\n\n');
  return {
    ...field,
    description: { kind: Kind.STRING, value: text, block: true },
    directives: [
      ...(field.directives ?? []),
      {
        kind: Kind.DIRECTIVE,
        name: { kind: Kind.NAME, value: 'guardedBy' },
        arguments: [
          {
            kind: Kind.ARGUMENT,
            name: { kind: Kind.NAME, value: 'policy' },
            value: { kind: Kind.STRING, value: policy },
          },
        ],
      },
    ],
  };
}
