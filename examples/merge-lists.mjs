// Merges lists of `sha256sum` lines into one runtime policy in Keylime's JSON, where a path may have several digests:
//
//   node merge-lists.mjs FILE… > policy.json
import { readFileSync } from 'node:fs';

const digests = new Map();
for (const file of process.argv.slice(2)) {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, digest, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (digest !== undefined) digests.set(path, (digests.get(path) ?? new Set()).add(digest));
  }
}
const policy = { meta: { version: 1 }, digests: Object.fromEntries([...digests].map(([path, set]) => [path, [...set]])) };
console.log(JSON.stringify(policy, null, 1));
