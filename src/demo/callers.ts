import { mutate } from '../cli/common/client.js';
import type { Connection } from '../cli/common/connection.js';
import { IssueTokenDocument, type ScopeRef, type TokenProof } from '../generated/documents.js';
import { ADMIN, type Person } from './cast.js';

/** The people of a demo at the server's own API: each logs in once, and takes a token for each scope. */
export class Callers {
  readonly #connection: Connection;
  readonly #password: string;
  readonly #tokens = new Map<string, Promise<string>>();

  /** @param password that of everybody. */
  constructor(connection: Connection, password: string) {
    this.#connection = connection;
    this.#password = password;
  }

  /** The first log-in of the administrator, who gets the password of all others in place of the first one. */
  async begin(firstPassword: string): Promise<void> {
    const { name: user, domain } = ADMIN;
    await this.#issue({ password: { user, domain, password: firstPassword, newPassword: this.#password } });
  }

  /** A connection with the token of a person for a scope. */
  async as(person: Person, scope: ScopeRef): Promise<Connection> {
    const { name: user, domain } = person;
    const unscoped = await this.#once(`${domain}/${user}`, () =>
      this.#issue({ password: { user, domain, password: this.#password } }),
    );
    const key = `${domain}/${user} ${JSON.stringify(scope)}`;
    const token = await this.#once(key, () => this.#issue({ token: unscoped }, scope));
    return { ...this.#connection, token };
  }

  #once(key: string, issue: () => Promise<string>): Promise<string> {
    const kept = this.#tokens.get(key) ?? issue();
    this.#tokens.set(key, kept);
    return kept;
  }

  async #issue(proof: TokenProof, scope?: ScopeRef): Promise<string> {
    return (await mutate(this.#connection, IssueTokenDocument, { proof, scope }, 'token')).token;
  }
}
