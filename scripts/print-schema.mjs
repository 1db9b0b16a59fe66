// Writes schema/printed/, the schema as the server serves it, with its policies, and in api.graphql as clients of a router
// see it; `--check` fails on a difference.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { print } from 'graphql';
import { allPolicies } from '../dist/app.js';
import { DOMAINS } from '../dist/domains.js';
import { composeDomains } from '../dist/federation/compose.js';
import { typeDefsOf } from '../dist/server/graphql/schema.js';
import { stamp } from '../dist/server/graphql/stamp.js';

const isCheck = process.argv.includes('--check');
const policies = allPolicies();
const subgraph = (domains) => print(stamp(typeDefsOf(domains), policies));
const files = [
  ['api', composeDomains(DOMAINS, policies).publicSdl.trimEnd()],
  ['bailiwick', subgraph(DOMAINS)],
  ...DOMAINS.map((domain) => [domain.name, subgraph([domain])]),
];
mkdirSync(new URL('../schema/printed/', import.meta.url), { recursive: true });
for (const [name, printed] of files) {
  const path = new URL(`../schema/printed/${name}.graphql`, import.meta.url);
  const text = `${printed}\n`;
  if (!isCheck) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`schema/printed/${name}.graphql is not what the schema prints: run npm run print`);
    process.exitCode = 1;
  }
}
