import { AgentDocument } from '../../generated/documents.js';
import { request } from '../common/client.js';
import { ApiError, CliError, EXIT } from '../common/errors.js';
import { findUser } from '../common/find.js';
import type { Session } from '../common/session.js';

/** The id of a user or an agent that the caller may read; an id is taken as it is, since it may be of somebody gone. */
export async function findActor(session: Session, text: string): Promise<string> {
  if (/^(?:usr|agt)_/.test(text)) return text;
  const found = [await orNone(() => findUser(session, text)), await orNone(() => findAgent(session, text))];
  const [id, other] = found.flatMap((item) => item?.id ?? []);
  const hint = 'give an id, which audit list -o json shows: --actor';
  if (id === undefined)
    throw new CliError(`NOT_FOUND: No such user or agent: ${text}.`, EXIT.notFound, `${hint} usr_…`);
  if (other === undefined) return id;
  const both = `${hint} ${id} (the user) or --actor ${other} (the agent)`;
  throw new CliError(`${text} is a user and an agent`, EXIT.usage, both);
}

const findAgent = async ({ connection }: Session, name: string) =>
  (await request(connection, AgentDocument, { ref: { name } })).item;

/** Agents have names in a project only, and not everybody may read users. */
async function orNone<T>(find: () => Promise<T>): Promise<T | null> {
  try {
    return await find();
  } catch (error) {
    const isExpected =
      (error instanceof CliError && error.exitCode === EXIT.notFound) ||
      (error instanceof ApiError && ['FORBIDDEN', 'BAD_USER_INPUT'].includes(error.code));
    if (isExpected) return null;
    throw error;
  }
}
