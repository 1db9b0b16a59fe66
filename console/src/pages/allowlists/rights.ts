import { useDocument } from '../../api/queries.js';
import { AllowlistRightsDocument } from '../../generated/documents.js';
import type { Permission } from '../../kit/permission.js';

/** What the server says about an operation that is about no list yet, or about another object. */
export function useRight(operation: string): Permission | undefined {
  const { data, fault } = useDocument(AllowlistRightsDocument, {});
  if (fault) return undefined;
  return data?.viewer?.can?.find((one) => one.operation === operation);
}
