import { CliError, EXIT } from './errors.js';

/** A stored token, with what commands show about it. */
export interface KeptToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A stored log-in: a user of one server, and its tokens. */
export interface Context {
  /** No token of it is ever sent to another server. */
  readonly server: string;
  /** A file of authorities to trust in addition. */
  readonly caFile?: string | undefined;
  readonly user: string;
  readonly domain: string;
  /** Kept so that another scope needs no password while the token is valid. */
  readonly unscoped: KeptToken;
  readonly scoped?: KeptToken & { readonly scope: string };
}

export interface Credentials {
  readonly version: 2;
  /** The context of commands that name neither a context nor a server. */
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, Context>>;
  /** The context of a server that was used last, by the server. */
  readonly latest: Readonly<Record<string, string>>;
}

export const NO_CREDENTIALS: Credentials = { version: 2, current: null, contexts: {}, latest: {} };

/** How a context is called unless the user names it. */
export function contextName({ server, user, domain }: Pick<Context, 'server' | 'user' | 'domain'>): string {
  return `${domain === 'default' ? '' : `${domain}/`}${user}@${server.replace(/^https?:\/\//, '')}`;
}

/** Keeps a context, and makes it the current one. */
export function withContext(credentials: Credentials, name: string, context: Context): Credentials {
  const contexts = { ...credentials.contexts, [name]: context };
  return withCurrent({ ...credentials, contexts }, name);
}

/** @throws CliError for a name that no context has. */
export function withCurrent(credentials: Credentials, name: string): Credentials {
  const { server } = getContext(credentials, name);
  return { ...credentials, current: name, latest: { ...credentials.latest, [server]: name } };
}

/** @throws CliError with the names that exist. */
export function getContext({ contexts }: Credentials, name: string): Context {
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context !== undefined) return context;
  const names = Object.keys(contexts);
  const choice = names.length === 0 ? 'there is none: see bailiwick login --help' : `choose from ${names.join(', ')}`;
  throw new CliError(`no context ${name}`, EXIT.usage, choice);
}

/** Forgets a context. If it is the current one, no other replaces it: a command must not go where nobody sent it. */
export function withoutContext(credentials: Credentials, name: string): Credentials {
  const { [name]: _, ...contexts } = credentials.contexts;
  const latest = Object.fromEntries(Object.entries(credentials.latest).filter(([, kept]) => kept !== name));
  return { ...credentials, current: credentials.current === name ? null : credentials.current, contexts, latest };
}

/** The context for a server: the current one, or the one that was used last, or the only one. */
export function contextFor({ current, contexts, latest }: Credentials, server: string): string | null {
  const names = Object.keys(contexts).filter((name) => contexts[name]?.server === server);
  const known = [current, latest[server]].find((name) => name !== null && name !== undefined && names.includes(name));
  return known ?? (names.length === 1 ? (names[0] ?? null) : null);
}

/** What names a context or a server. */
export interface Named {
  readonly context?: string | undefined;
  readonly server?: string | undefined;
}

/** The name of the context that a command uses, and its server; null when no context is kept for it. */
export interface Choice {
  readonly name: string | null;
  readonly server: string;
}

/**
 * Chooses where a command goes: options have priority over the environment, and that over the current context.
 *
 * @throws CliError for a context that does not exist, or that belongs to another server than the one that is named.
 */
export function chooseContext(credentials: Credentials, named: readonly Named[], defaultServer: string): Choice {
  for (const { context: name, server } of named) {
    if (name !== undefined) {
      const context = getContext(credentials, name);
      if (server === undefined || server === context.server) return { name, server: context.server };
      throw new CliError(`the context ${name} belongs to ${context.server}, and not to ${server}`, EXIT.usage);
    }
    if (server !== undefined) return { name: contextFor(credentials, server), server };
  }
  const { current } = credentials;
  if (current !== null) return { name: current, server: getContext(credentials, current).server };
  return { name: contextFor(credentials, defaultServer), server: defaultServer };
}

/** The scoped token, or the unscoped one when no scope was chosen. */
export function tokenOf(context: Context | undefined): KeptToken | undefined {
  return context?.scoped ?? context?.unscoped;
}

/** Whether a stored token is still worth trying. */
export function isAlive(kept: KeptToken, now: number): boolean {
  return Date.parse(kept.expiresAt) > now;
}
