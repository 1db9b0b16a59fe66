import { useDocument } from '../../api/queries.js';
import { ResultToPutRightDocument } from '../../generated/documents.js';
import { entriesOf } from './missing-entries.js';

/** What a result says the list lacks; nothing where no result is named. */
export function useProposal(resultId: string | undefined) {
  const found = useDocument(ResultToPutRightDocument, { id: resultId ?? '' }, { isPaused: resultId === undefined });
  const result = resultId === undefined ? null : (found.data?.attestationResult ?? null);
  const isAwaited = resultId !== undefined && found.data === undefined && found.fault === null;
  return { isAwaited, agent: result?.agent ?? null, entries: result === null ? [] : entriesOf(result.failures) };
}
