import { createPublicKey, X509Certificate } from 'node:crypto';

const DER_SEQUENCE = 0x30;

/** Buffers that the kernel measures under names of its own, which are no keyrings, whatever is in them. */
const NO_KEYRINGS: ReadonlySet<string> = new Set([
  'kexec-cmdline',
  'kernel_version',
  'selinux-state',
  'selinux-policy-hash',
  ...['dm_table_load', 'dm_table_clear', 'dm_device_resume', 'dm_device_remove', 'dm_device_rename'],
]);

/**
 * Whether a measured buffer is a key that was loaded on a keyring: a certificate or a public key in DER and nothing
 * before or behind it. What it reads as must be all of it, since parsers look for a key in other text as well.
 */
export function isKeyBuffer(name: string, buffer: Buffer): boolean {
  return buffer[0] === DER_SEQUENCE && !NO_KEYRINGS.has(name) && KEYS.some((read) => readsAs(read, buffer));
}

const KEYS: readonly ((der: Buffer) => Buffer)[] = [
  (der) => new X509Certificate(der).raw,
  (der) => spki(der, 'spki'),
  // What SPKI ends with. Node.js 24 reads a PKCS #1 key and cannot write it as one again.
  (der) => spki(der, 'pkcs1').subarray(-der.length),
];

const spki = (key: Buffer, type: 'spki' | 'pkcs1') =>
  createPublicKey({ key, format: 'der', type }).export({ format: 'der', type: 'spki' });

function readsAs(read: (der: Buffer) => Buffer, buffer: Buffer): boolean {
  try {
    return read(buffer).equals(buffer);
  } catch {
    return false;
  }
}
