import { isIP } from 'node:net';

const HOST_LENGTH_MAX = 253;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** As the last label of a host name, URL parsers take it for a part of an IPv4 address. */
const NUMBER = /^([0-9]+|0x[0-9a-f]*)$/;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
/** No one machine has these: unspecified, multicast, broadcast. */
const SHARED = /^(0\.|22[4-9]\.|23[0-9]\.|255\.255\.255\.255$|::$|ff[0-9a-f]{2}:)/;

/**
 * The one form in which an address is stored and compared: IPv4 in four decimal numbers, IPv6 as RFC 5952 writes it, an
 * IPv4 address in IPv6 as IPv4, a host name in lower case without the dot of the root. Null for what is no address of
 * one machine.
 */
export function canonicalAddress(text: string): string | null {
  if (text.length > HOST_LENGTH_MAX + 1) return null;
  const address = isIP(text) === 0 ? canonicalHost(text) : canonicalIp(text);
  return address === null || SHARED.test(address) ? null : address;
}

function canonicalIp(text: string): string | null {
  if (isIP(text) === 4) return text;
  // A zone names an interface of the machine that connects.
  if (text.includes('%')) return null;
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(address);
  if (mapped === null) return address;
  const number = Number.parseInt(mapped[1] ?? '', 16) * 2 ** 16 + Number.parseInt(mapped[2] ?? '', 16);
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
}

function canonicalHost(text: string): string | null {
  const host = text.toLowerCase().replace(/\.$/, '');
  const labels = host.split('.');
  if (host.length > HOST_LENGTH_MAX || !labels.every((label) => LABEL.test(label))) return null;
  return NUMBER.test(labels.at(-1) ?? '') ? null : host;
}
