// Sends what an attack consists of, which its parent says, in a process of its own, until its parent goes. Tells the
// parent how often it was answered in which way.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** The kernel lets some of very many wait for longer. */
const CONNECTING_MAX_MS = 5000;

const { url, halves, requests, connections } = (await once(process, 'message'))[0];
const { hostname, port } = new URL(url);
const statuses = {};
const count = (status) => {
  statuses[status] = (statuses[status] ?? 0) + 1;
};

process.on('message', () => process.send(statuses));
process.on('disconnect', () => process.exit(0));

if (halves) {
  const open = halves.sources.flatMap((source) => Array.from({ length: halves.each }, () => hold(source)));
  await Promise.race([Promise.all(open), delay(CONNECTING_MAX_MS)]);
} else for (let n = 0; n < connections; n += 1) repeat(n);
process.send({});

/** A body that never comes to its end; begun again as soon as the server ends it. Resolves when it is connected. */
async function hold(source) {
  const socket = net.connect(Number(port), hostname);
  socket.write(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-forwarded-for: ${source}\r\n`);
  socket.write('content-length: 1000\r\n\r\n{');
  socket.once('data', (data) => count(String(data).slice(9, 12)));
  socket.on('error', () => {});
  socket.once('close', () => setTimeout(hold, 5, source));
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
}

/** One connection, on which the next request goes out when the one before is answered. */
async function repeat(first) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = first; ; n += 1) {
    const { body, token, source } = requests[n % requests.length];
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': source };
    if (token) headers.authorization = `Bearer ${token}`;
    count(await send(agent, headers, body).catch(({ code }) => String(code)));
  }
}

function send(agent, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path: '/graphql', method: 'POST', agent, headers }, (response) => {
      let beginning = '';
      response.setEncoding('utf8').on('data', (text) => {
        if (beginning === '') beginning = text.slice(0, 300);
      });
      response.once('end', () => {
        const [, told] = /"message":"(.{1,60})/.exec(beginning) ?? [];
        resolve(told ? `${response.statusCode} ${told}` : response.statusCode);
      });
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}
