import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { clientAddressReader } from '../../src/server/http/client-address.js';

/** The two parts of a request that its source is read from. */
const request = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('sourceReader', () => {
  test.each([
    ['the peer without trusted proxies', [], '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['the peer that is not trusted', ['10.0.0.0/8'], '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['what a trusted proxy says', ['10.0.0.0/8'], '10.1.2.3', '1.2.3.4', '1.2.3.4'],
    ['an IPv4 peer in IPv6 clothes', ['10.0.0.0/8'], '::ffff:10.1.2.3', '1.2.3.4', '1.2.3.4'],
    ['the last that is not a proxy', ['10.0.0.0/8'], '10.1.2.3', '6.6.6.6, 1.2.3.4, 10.9.9.9', '1.2.3.4'],
    ['the proxy without a header', ['10.0.0.1'], '10.0.0.1', undefined, '10.0.0.1'],
    ['the proxy when the header is rubbish', ['10.0.0.1'], '10.0.0.1', '1.2.3.4, rubbish', '10.0.0.1'],
    ['an IPv6 network as one', [], '2001:db8:0:1:a:b:c:d', undefined, '2001:db8:0:1::/64'],
    ['the same network spelt shorter', [], '2001:DB8:0:1::7', undefined, '2001:db8:0:1::/64'],
    ['an IPv6 proxy', ['fd00::/8'], 'fd00::1', '2001:db8::1', '2001:db8:0:0::/64'],
    ['a Unix socket', [], undefined, '1.2.3.4', 'local'],
    ['what a proxy says over a Unix socket', ['10.0.0.0/8'], undefined, '1.2.3.4', '1.2.3.4'],
  ])('ok: %s', (_name, trusted, peer, forwarded, source) => {
    expect(clientAddressReader(trusted)(request(peer, forwarded))).toBe(source);
  });

  test.each(['10.0.0.0/33', 'proxy.example', '10.0.0.0/', 'fd00::/129', ''])('invalid: the block %j', (block) => {
    expect(() => clientAddressReader([block])).toThrow(RangeError);
  });
});
