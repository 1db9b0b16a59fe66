import { CallerDocument } from '../../generated/documents.js';
import type { Caller } from './caller.js';
import { request } from './client.js';
import type { Connection } from './connection.js';
import { isBare } from './refs.js';
import type { Session } from './session.js';

type Domain = NonNullable<Caller['scope']['domain']>;

/** A command asks once. */
const known = new WeakMap<Connection, Promise<Domain | null>>();

/** The domain in which names without one are looked up: that of the token's scope, otherwise that of its user. */
export function ownDomain({ connection }: Session): Promise<Domain | null> {
  const asked = known.get(connection) ?? ask(connection);
  known.set(connection, asked);
  return asked;
}

async function ask(connection: Connection): Promise<Domain | null> {
  const { item } = await request(connection, CallerDocument, {});
  return item?.scope.domain ?? item?.user?.domain ?? null;
}

/** The name of that domain if one of the texts is a name without a domain; undefined when nobody needs it. */
export async function domainFor(
  session: Session,
  ...texts: readonly (string | undefined)[]
): Promise<string | undefined> {
  if (!texts.some((text) => text !== undefined && isBare(text))) return undefined;
  return (await ownDomain(session))?.name;
}
