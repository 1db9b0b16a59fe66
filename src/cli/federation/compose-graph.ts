import { writeFile } from 'node:fs/promises';
import { parse } from 'graphql';
import { allPolicies } from '../../app.js';
import { ConfigError } from '../../config/config-error.js';
import { DOMAINS, domainsNamed } from '../../domains.js';
import { CompositionError, composeSubgraphs, type Subgraph, subgraphOf } from '../../federation/compose.js';
import { CliError, EXIT, messageOf } from '../common/errors.js';
import { readTextFile } from '../common/files.js';
import { print, tell } from '../common/terminal.js';

const SDL_BYTES_MAX = 16 * 1024 * 1024;

export interface ComposeOptions {
  readonly domains?: readonly string[];
  readonly subgraph?: ReadonlyMap<string, string>;
  readonly url?: ReadonlyMap<string, string>;
  readonly out?: string;
}

/** Composes the domains' subgraphs as the server serves them, and any others, and prints or writes the supergraph. */
export async function composeGraph({ domains, subgraph = new Map(), url = new Map(), out }: ComposeOptions) {
  const policies = allPolicies();
  const own = selected(domains).map((domain) => subgraphOf(domain, policies));
  const others = await Promise.all([...subgraph].map(([name, file]) => readSubgraph(name, file)));
  const subgraphs = [...own, ...others];
  requireNames(subgraphs, url);
  const { supergraphSdl } = composed(subgraphs.map((each) => ({ ...each, url: hrefOf(url.get(each.name)) })));
  if (out === undefined) return print(supergraphSdl.trimEnd());
  await writeFile(out, supergraphSdl).catch((error: unknown) => {
    throw new CliError(`cannot write ${out}: ${messageOf(error)}`, EXIT.usage);
  });
  tell(`wrote ${out}: ${subgraphs.map(({ name }) => name).join(', ')}`);
}

function selected(names: readonly string[] | undefined) {
  try {
    return names === undefined ? DOMAINS : domainsNamed(names);
  } catch (error) {
    throw error instanceof ConfigError ? new CliError(error.message, EXIT.usage) : error;
  }
}

async function readSubgraph(name: string, file: string): Promise<Subgraph> {
  const sdl = await readTextFile(file, SDL_BYTES_MAX);
  try {
    return { name, typeDefs: parse(sdl) };
  } catch (error) {
    throw new CliError(`${file}: ${messageOf(error)}`, EXIT.usage);
  }
}

/** Two subgraphs of one name, or a URL without a subgraph, are mistakes that a router would only report much later. */
function requireNames(subgraphs: readonly Subgraph[], urls: ReadonlyMap<string, string>): void {
  const names = subgraphs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CliError(`there are two subgraphs named ${twice}`, EXIT.usage);
  for (const [name, url] of urls) {
    if (!names.includes(name))
      throw new CliError(`there is no subgraph ${name}; the subgraphs are ${names.join(', ')}`, EXIT.usage);
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new CliError(`the address of ${name} must begin with http:// or https://`, EXIT.usage);
  }
}

/** The canonical form, which is safe in a string of the supergraph, whatever the user typed. */
const hrefOf = (url: string | undefined) => (url === undefined ? undefined : new URL(url).href);

function composed(subgraphs: readonly Subgraph[]) {
  try {
    return composeSubgraphs(subgraphs);
  } catch (error) {
    throw error instanceof CompositionError ? new CliError(error.reasons) : error;
  }
}
