import { useDocument } from '../../api/queries.js';
import { ViewerPermissionsDocument } from '../../generated/documents.js';
import { type Permission, permissionFor } from '../../kit/permission.js';

/** What the server says about operations that are about no object yet, such as creating one. */
export function useCan(operations: readonly string[]): (operation: string) => Permission | undefined {
  const { data } = useDocument(ViewerPermissionsDocument, { operations: [...operations] });
  return (operation) => permissionFor({ viewerCan: data?.viewer?.can ?? null }, operation);
}
