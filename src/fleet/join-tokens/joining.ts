import type { Act, Joined, Joining, JoiningKeys } from '../../authority/index.js';
import { existingProjects as existing, isOperatorsProject } from '../../identity/projects/index.js';
import { newId } from '../../platform/ids.js';
import { bearerHash, isKeptBearer } from '../../platform/secrets.js';
import type { NodeRow } from '../nodes/index.js';
import { bringMachine, firstFreeName, newJoinedNode } from './node.js';
import * as repository from './repository.js';
import type { JoinTokenRow } from './tables.js';
import { isPattern, numberedName } from './valid.js';

/** Of one token, at a time; the oldest go, so that somebody with many keys and a stolen token keeps nobody out. */
const BEGUN_MAX = 1000;
/** How many numbers of a pattern are looked at: names that operators gave to other nodes are skipped. */
const NUMBERS_TRIED = 1000;

/** How machines join: what attestation asks, which knows keys and secrets but no nodes. */
export const joining: Joining = {
  async begin(act: Act, token: string, keys: JoiningKeys) {
    const row = await repository.findByHash(act.tx, bearerHash('joinToken', token));
    if (!isUsable(act, row, token)) return null;
    const agentId = await repository.begin(act.tx, {
      ...keys,
      joinTokenId: row.id,
      agentId: newId('Agent'),
      begunAt: act.now,
    });
    await repository.forgetBeyond(act.tx, row.id, BEGUN_MAX);
    return { agentId, joinTokenId: row.id, domainId: row.domainId, projectId: row.projectId };
  },

  async complete(act: Act, token: string, secretHash: string) {
    const row = await repository.lockByHash(act.tx, bearerHash('joinToken', token));
    if (!isUsable(act, row, token)) return null;
    const begun = await repository.take(act.tx, row.id, secretHash);
    if (begun === undefined) return null;
    // Operators may have given the project back meanwhile.
    if (!(await isOperatorsProject(act.tx, row.projectId))) return null;
    const { node, nextNumber } = await nodeFor(act, row, begun);
    await repository.spend(act.tx, row, nextNumber);
    if (row.usedCount + 1 === row.uses) await repository.forgetAll(act.tx, row.id);
    return joinedAs(row, begun, node);
  },
};

/** Whether machines can join with a token now. The hashes are compared in constant time, whatever the look-up found. */
function isUsable({ now }: Act, row: JoinTokenRow | undefined, token: string): row is JoinTokenRow {
  return (
    isKeptBearer('joinToken', token, row?.tokenHash ?? null) &&
    row !== undefined &&
    row.expiresAt > now &&
    row.usedCount < row.uses
  );
}

function joinedAs(
  row: JoinTokenRow,
  { agentId, ...begun }: JoiningKeys & Pick<Joined, 'agentId'>,
  node: NodeRow,
): Joined {
  const { ekFingerprint, ekPublic, akName, akPublic, secretHash } = begun;
  return {
    keys: { ekFingerprint, ekPublic, akName, akPublic, secretHash },
    agentId,
    joinTokenId: row.id,
    domainId: row.domainId,
    projectId: row.projectId,
    allowlistId: row.allowlistId,
    tpmKind: row.tpmKind,
    createdBy: row.createdBy,
    nodeId: node.id,
    name: node.name,
  };
}

/** The node that a machine becomes, by what its token says, and by nothing that the machine says. */
async function nodeFor(act: Act, row: JoinTokenRow, { agentId }: Pick<Joined, 'agentId'>) {
  const { id: joinTokenId, nodeId, nodeName, nextNumber, address, availability, labels } = row;
  const details = { joinTokenId, agentId };
  const said = { address, availability, labels, tenants: row.tenants && (await existing(act.tx, row.tenants)) };
  if (nodeId !== null) {
    const node = await bringMachine(act, nodeId, said, details);
    return { node, nextNumber };
  }
  const pattern = nodeName ?? '';
  const numbers = isPattern(pattern) ? Array.from({ length: NUMBERS_TRIED }, (_, index) => nextNumber + index) : [1];
  const name = await firstFreeName(
    act.tx,
    numbers.map((number) => numberedName(pattern, number)),
  );
  const number = numbers.find((one) => numberedName(pattern, one) === name) ?? nextNumber;
  const node = await newJoinedNode(act, name, said, details);
  return { node, nextNumber: number + 1 };
}
