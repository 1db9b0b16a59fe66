import { describe, expect, test } from 'vitest';
import { mutate, request } from '../../src/cli/common/client.js';
import type { Connection } from '../../src/cli/common/connection.js';
import type { Column } from '../../src/cli/common/table.js';
import { CreateDomainDocument, DomainDocument, type DomainFragment } from '../../src/generated/documents.js';

/** What the compiler refuses; it fails the check of types once it no longer does. */
const REFUSED = [
  // @ts-expect-error the query takes an id
  (to: Connection) => request(to, DomainDocument, { name: 'acme' }),
  // @ts-expect-error the input has a name
  (to: Connection) => mutate(to, CreateDomainDocument, { title: 'acme' }),
  // @ts-expect-error the payload has a domain
  (to: Connection) => mutate(to, CreateDomainDocument, { name: 'acme' }, 'project'),
  // @ts-expect-error a domain has no such field
  (): Column<DomainFragment> => ['PARENT', 'parent.name'],
];

describe('documents and columns are typed from the schema', () => {
  test('invalid: variables, inputs, payloads and columns that the schema does not have', () => {
    expect(REFUSED).toHaveLength(4);
  });
});
