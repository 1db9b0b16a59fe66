// Checks that Prometheus accepts the server's metrics: their names and help, and the alert rules, which may only name
// existing metrics. Needs promtool and a build.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RULES = fileURLToPath(new URL('../docs/prometheus-rules.yml', import.meta.url));
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const TOKEN = 'a-bearer-of-this-check-and-of-nothing-else';

const text = await measured();
execFileSync('promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'inherit', 'inherit'] });
execFileSync('promtool', ['check', 'rules', RULES], { stdio: 'inherit' });
const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
const asked = new Set(readFileSync(RULES, 'utf8').match(/\b(bailiwick|nodejs|process)_[a-z0-9_]+/g));
const missing = [...asked].filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')));
if (missing.length > 0) throw new Error(`${RULES} asks for metrics that do not exist: ${missing.join(', ')}`);
console.log(`${known.size} metrics, ${asked.size} of them in alert rules`);

async function measured() {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-metrics-'));
  const env = {
    PATH: process.env.PATH,
    BAILIWICK_PORT: '0',
    BAILIWICK_DATA_DIR: join(folder, 'data'),
    BAILIWICK_LOG_LEVEL: 'silent',
    BAILIWICK_METRICS_TOKEN: TOKEN,
  };
  const server = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const address = await said(server, /http:\/\/[\d.]+:\d+/);
    const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
    return await response.text();
  } finally {
    server.kill();
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true });
  }
}

function said(child, pattern) {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = pattern.exec(text);
      if (found) resolve(found[0]);
    });
    child.once('exit', () => reject(new Error(`the server ended before it listened: ${text}`)));
  });
}
