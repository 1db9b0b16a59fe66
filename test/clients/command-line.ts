import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DocumentNode, type NameNode, parse, print, visit } from 'graphql';
import { ROOT } from '../cli/spawned.js';

const FOLDER = join(ROOT, 'src/cli');

/** Every document of the command line. */
function documents(): DocumentNode {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'));
  return parse(files.map((file) => readFileSync(join(FOLDER, file), 'utf8')).join('\n'));
}

/** The documents of the command line as a module for Relay, which wants its name in theirs. */
export function asRelayModule(name: string): { readonly text: string; readonly count: number } {
  const renamed = (node: { readonly name?: NameNode | undefined }, pattern: (old: string) => string) => ({
    ...node,
    name: { ...node.name, value: pattern(node.name?.value ?? '') },
  });
  const fragment = (old: string) => `${name}_${old}`;
  const { definitions } = visit(documents(), {
    OperationDefinition: (node) =>
      renamed(node, (old) => `${name}${old}${node.operation[0]?.toUpperCase()}${node.operation.slice(1)}`),
    FragmentDefinition: (node) => renamed(node, fragment),
    FragmentSpread: (node) => renamed(node, fragment),
  }) as DocumentNode;
  const tags = definitions.map((definition) => `graphql\`${print(definition)}\`;`);
  return { text: ["import { graphql } from 'react-relay';", ...tags].join('\n'), count: tags.length };
}
