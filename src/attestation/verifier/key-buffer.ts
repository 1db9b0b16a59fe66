import { createPublicKey, X509Certificate } from 'node:crypto';

const DER_SEQUENCE = 0x30;

/** Buffers that the kernel measures under fixed names, which are not keyrings, whatever their content is. */
const NO_KEYRINGS: ReadonlySet<string> = new Set([
  'kexec-cmdline',
  'kernel_version',
  'selinux-state',
  'selinux-policy-hash',
  ...['dm_table_load', 'dm_table_clear', 'dm_device_resume', 'dm_device_remove', 'dm_device_rename'],
]);

/**
 * Whether a measured buffer is a key that was loaded on a keyring: a certificate or a public key in DER, with nothing
 * before or after it. The parsed key must equal the whole buffer, since parsers also find a key inside other text.
 */
export function isKeyBuffer(name: string, buffer: Buffer): boolean {
  return buffer[0] === DER_SEQUENCE && !NO_KEYRINGS.has(name) && KEYS.some((read) => readsAs(read, buffer));
}

const KEYS: readonly ((der: Buffer) => Buffer)[] = [
  (der) => new X509Certificate(der).raw,
  (der) => spki(der, 'spki'),
  // The end of its SPKI form: Node.js 24 reads a PKCS #1 key but cannot write it as PKCS #1.
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
