import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Returns the client address of a request. */
export type ClientAddressOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string;

/**
 * The client address: the peer's, or what a trusted proxy reports in X-Forwarded-For. In that header the last address
 * counts that is not a trusted proxy's own, since anybody may have written what is before it.
 * @param trusted Addresses and CIDR blocks of proxies. @throws RangeError for anything else.
 */
export function clientAddressReader(trusted: readonly string[]): ClientAddressOf {
  const proxies = new BlockList();
  for (const block of trusted) addBlock(proxies, block);
  const isTrusted = (address: string) => proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return ({ socket, headers }) => {
    // A Unix socket has no address; the file system decides who may open it.
    const peer = socket.remoteAddress === undefined ? null : plain(socket.remoteAddress);
    if (trusted.length === 0 || (peer !== null && !isTrusted(peer))) return group(peer ?? 'local');
    const forwarded = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((part) => plain(part.trim()));
    let clientAddress = peer ?? 'local';
    for (const address of forwarded.reverse()) {
      if (isIP(address) === 0) break;
      clientAddress = address;
      if (!isTrusted(address)) break;
    }
    return group(clientAddress);
  };
}

function addBlock(proxies: BlockList, block: string): void {
  const [address = '', bits] = block.split('/');
  const family = isIP(address);
  const length = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? length : Number(/^\d{1,3}$/.test(bits) ? bits : Number.NaN);
  if (family === 0 || !(prefix <= length)) throw new RangeError(`${block} is neither an address nor a CIDR block`);
  proxies.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address that is mapped into IPv6 becomes the IPv4 address. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** A client with one IPv6 address has its whole /64 network, so that counts as one address. */
function group(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4);
  return `${groups.map((part) => part.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
