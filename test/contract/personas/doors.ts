import type { Json } from '../../harness/server.js';
import type { Door, Doors, Thing } from './fixture.js';

export const quoted = (text: string | null | undefined): string => JSON.stringify(text ?? '');
export const among = (nodes: Json[], { id }: Thing): Json | null => nodes.find((node) => node.id === id) ?? null;

/** A field without arguments that answers the thing. */
export const only = (name: string): Door => ({
  name,
  ask: (_, fields) => `${name} { ${fields} }`,
  find: (value) => value,
});
/** @param root A field of Query, with its arguments. @param called What people call the one thing that it answers. */
export const single = (root: string, fields: string, called: string): Doors => ({
  fields,
  byId: { name: root, ask: () => `${root} { ${fields} }`, find: (value) => value },
  single: { name: called, id: root },
});
export const byId = (name: string): Door => ({
  name,
  ask: ({ id }, fields) => `${name}(id: ${quoted(id)}) { ${fields} }`,
  find: (value) => value,
});
export const byRef = (name: string): Door => ({
  name,
  ask: ({ id }, fields) => `${name}(ref: { id: ${quoted(id)} }) { ${fields} }`,
  find: (value) => value,
});

/** What costs too much for many objects at once; by id it is asked for. */
export const withoutPages = (fields: string) =>
  fields.replaceAll(/\w+\(first: \d+\) \{ nodes \{ id \} \}|imaPolicy\b|v?tpmPcrs \{[^}]*\}/g, '');

export const listed = (name: string, filter: (thing: Thing) => string = () => ''): Door => ({
  name,
  ask: (thing, fields) =>
    `${name}(first: 200${filter(thing)}) { nodes { ${withoutPages(fields)} } pageInfo { hasNextPage } }`,
  find: (page, thing) => {
    if (page.pageInfo.hasNextPage) throw new Error(`${name} has more than one page, so that absence proves nothing`);
    return among(page.nodes, thing);
  },
});
