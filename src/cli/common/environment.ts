import { homedir } from 'node:os';
import { join } from 'node:path';

export const DEFAULT_SERVER = 'http://127.0.0.1:4000';

/** The command line's environment variables; they are read only here. */
export interface Environment {
  /** The folder of the credentials file. */
  readonly home: string;
  readonly server: string | undefined;
  /** The name of a stored log-in. */
  readonly context: string | undefined;
  /** A file of authorities to trust in addition, in PEM. */
  readonly caFile: string | undefined;
  /** A token to use instead of a stored one. */
  readonly token: string | undefined;
  /** An API credential to use instead, as `id:key`, and a file with one. */
  readonly credential: string | undefined;
  readonly credentialFile: string | undefined;
  /** The TPM's transmission interface, in tpm2-tools' variable. */
  readonly tcti: string | undefined;
  /** Where to find programs. */
  readonly searchPath: string | undefined;
  /** Whether the user wants no colors, by https://no-color.org. */
  readonly noColor: boolean;
}

/**
 * Reads `BAILIWICK_HOME`, `BAILIWICK_SERVER`, `BAILIWICK_CONTEXT`, `BAILIWICK_CA_FILE`, `BAILIWICK_TOKEN`,
 * `BAILIWICK_CREDENTIAL`, `BAILIWICK_CREDENTIAL_FILE`, `XDG_CONFIG_HOME`, `TPM2TOOLS_TCTI`, `PATH` and `NO_COLOR`. An empty value counts as absent.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const config = variables.XDG_CONFIG_HOME || join(homedir(), '.config');
  return {
    home: variables.BAILIWICK_HOME || join(config, 'bailiwick'),
    server: variables.BAILIWICK_SERVER || undefined,
    context: variables.BAILIWICK_CONTEXT || undefined,
    caFile: variables.BAILIWICK_CA_FILE || undefined,
    token: variables.BAILIWICK_TOKEN || undefined,
    credential: variables.BAILIWICK_CREDENTIAL || undefined,
    credentialFile: variables.BAILIWICK_CREDENTIAL_FILE || undefined,
    tcti: variables.TPM2TOOLS_TCTI || undefined,
    searchPath: variables.PATH,
    noColor: Boolean(variables.NO_COLOR),
  };
}
