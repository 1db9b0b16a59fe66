import type { Command } from 'commander';
import { SearchDocument, type SearchQuery } from '../../generated/documents.js';
import { request } from '../common/client.js';
import { openSession, printList } from '../common/session.js';
import type { Table } from '../common/table.js';
import { withExample } from '../common/verb.js';
import { withColumns } from '../common/view.js';

const HIT: Table<NonNullable<SearchQuery['items']>[number]> = {
  plural: 'results',
  columns: [
    ['Kind', 'kind'],
    ['Name', 'name'],
    ['Domain', 'domain.name'],
    ['Project', 'project.name'],
    ['Id', 'id'],
  ],
  name: ({ id }) => id,
};

export function registerSearch(command: Command): void {
  withColumns(withExample(command, 'bailiwick search web-'), HIT)
    .argument('<text>', 'an id, or what a name begins with')
    .action(async (text: string, _options: object, self: Command) => {
      const session = await openSession(self);
      const { items } = await request(session.connection, SearchDocument, { text });
      printList(session, items ?? [], HIT);
    });
}
