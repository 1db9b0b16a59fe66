import { type Context, mutate, requireOperation } from '../../authority/index.js';
import { unlessTaken } from '../../db/taken.js';
import { staleEtag } from '../../platform/errors.js';
import { changedFields, changesNothing, validChanges } from '../../platform/text.js';
import { allowlistUpdate } from './policies.js';
import * as repository from './repository.js';
import { type AllowlistAtEtag, audit, requireChangeable } from './service.js';
import { type AllowlistRow, allowlistsTaken } from './tables.js';

export interface UpdateAllowlist extends AllowlistAtEtag {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

/**
 * Changes how a list is called and what it is for. Agents stay bound to it, and are judged as before. Whoever may publish
 * may do this: people bind agents to lists by name, so a new name can change what they bind.
 */
export async function updateAllowlist(context: Context, input: UpdateAllowlist): Promise<AllowlistRow> {
  requireOperation(context, allowlistUpdate.name);
  const changes = validChanges(input);
  return mutate(context, { policy: allowlistUpdate.name }, async (act) => {
    const row = await requireChangeable(act, allowlistUpdate, input);
    if (changesNothing(row, changes)) return act.unchanged(row);
    const changed = await unlessTaken(allowlistsTaken, changes, () => repository.update(act, row, changes));
    if (changed === undefined) throw staleEtag();
    await audit(act, 'allowlist.updated', row, { newName: changed.name, changed: changedFields(row, changes) });
    return changed;
  });
}
