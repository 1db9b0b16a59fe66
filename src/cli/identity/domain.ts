import type { Command } from 'commander';
import {
  CreateDomainDocument,
  DeleteDomainDocument,
  DomainsDocument,
  UpdateDomainDocument,
} from '../../generated/documents.js';
import { findDomain } from '../common/find.js';
import { DESCRIPTION, registerChanges, withCreate, withList } from '../common/resource.js';
import { verb } from '../common/verb.js';

const DOMAIN = {
  noun: 'domain',
  plural: 'domains',
  example: 'acme',
  columns: [
    ['Name', 'name'],
    ['Description', 'description'],
    ['Created', 'createdAt'],
  ],
  wide: [
    ['Updated', 'updatedAt'],
    ['Id', 'id'],
  ],
  find: findDomain,
  update: UpdateDomainDocument,
  remove: DeleteDomainDocument,
  takes: 'its role assignments, tokens and API credentials',
  changes: [DESCRIPTION],
} as const;

export function registerDomain(noun: Command): void {
  withCreate(
    verb(noun, 'create <name>', 'create a domain', 'bailiwick domain create acme'),
    DOMAIN,
    CreateDomainDocument,
    (name, { description }: { description?: string }) => ({ name, description }),
  ).option('--description <text>', 'what it is for');
  withList(verb(noun, 'list', 'list domains', 'bailiwick domain list'), DomainsDocument, DOMAIN);
  registerChanges(noun, DOMAIN);
}
