import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { CliError, EXIT } from './errors.js';

/** SHA-256 of a public key (SubjectPublicKeyInfo, DER), in lower-case hexadecimal. */
export type Pin = string;

const PIN = /^sha256:([0-9a-f]{64})$/i;
/** Deeper chains are not followed: a server names its own certificate and a few authorities. */
const CHAIN_MAX = 10;
const HANDSHAKE_TIMEOUT_MS = 15_000;

/** Reads `sha256:` and 64 hexadecimal digits. @throws CliError for anything else. */
export function parsePin(text: string): Pin {
  const [, digits] = PIN.exec(text.trim()) ?? [];
  if (digits !== undefined) return digits.toLowerCase();
  throw new CliError(
    'a pin has the form sha256: and 64 hexadecimal digits',
    EXIT.usage,
    'openssl x509 -in ca.pem -noout -pubkey | openssl pkey -pubin -outform der | sha256sum',
  );
}

export function pinOf(certificate: X509Certificate): Pin {
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('hex');
}

/**
 * Asks a server for its chain of certificates, and returns the one with a pinned key, in PEM; with it as the only
 * authority, a connection then proves the rest. Nothing is sent but the handshake, so it does not matter who answers.
 *
 * @throws CliError with `EXIT.denied` when no certificate of the chain has a pinned key.
 */
export async function pinnedAuthority(
  server: string,
  pins: readonly Pin[],
  signal?: AbortSignal | undefined,
): Promise<string> {
  for (const certificate of await chainOf(new URL(server), signal))
    if (pins.includes(pinOf(certificate))) return certificate.toString();
  throw new CliError(
    `${server} sends no certificate with a pinned key`,
    EXIT.denied,
    'is it the right server and the right pin? A pin of the authority needs a server that sends the authority’s certificate with its own',
  );
}

function chainOf(url: URL, signal: AbortSignal | undefined): Promise<X509Certificate[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      // Only the keys count here, and nothing is sent; `pinnedAuthority` says what proves the rest.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    });
    const end = (error?: Error) => {
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      if (error !== undefined) reject(error);
    };
    const abort = () => end(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () => end(new Error('no answer in time')));
    socket.once('error', end);
    socket.once('secureConnect', () => {
      try {
        resolve(certificatesFrom(socket.getPeerCertificate(true)));
        end();
      } catch (error) {
        end(error as Error);
      }
    });
  });
}

/** Each certificate names its issuer, and a root names itself. */
function certificatesFrom(leaf: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let one = leaf; chain.length < CHAIN_MAX && one?.raw !== undefined; one = one.issuerCertificate) {
    chain.push(new X509Certificate(one.raw));
    if (one.issuerCertificate === one) break;
  }
  return chain;
}
