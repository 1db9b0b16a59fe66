import type { Credential } from './credential.js';
import { sized, u32, WireReader } from './wire.js';

/** The header of the files that `tpm2_makecredential` writes and `tpm2_activatecredential` reads. */
const FILE_MAGIC = 0xbadcc0de;
const FILE_VERSION = 1;
/** An RSA-4096 ciphertext; every other part of a credential is smaller. */
const MAX_PART_BYTES = 512;

/** The file form of a credential for tpm2-tools: magic, version, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET. */
export function encodeCredentialFile(credential: Credential): Uint8Array {
  return Buffer.concat([u32(FILE_MAGIC), u32(FILE_VERSION), credential.credentialBlob, credential.encryptedSecret]);
}

/**
 * Reads a credential from tpm2-tools' file form.
 *
 * @throws TpmFormatError for another header, or when the parts do not fill the rest exactly.
 */
export function parseCredentialFile(bytes: Uint8Array): Credential {
  const reader = new WireReader('credential file', bytes);
  if (reader.u32('magic') !== FILE_MAGIC) reader.fail('magic', 'not 0xbadcc0de', { back: 4 });
  const version = reader.u32('version');
  if (version !== FILE_VERSION)
    reader.fail('version', `unsupported version ${version}`, { back: 4, code: 'UNSUPPORTED' });
  const credentialBlob = sized(reader.sized(MAX_PART_BYTES, 'credentialBlob'));
  const encryptedSecret = sized(reader.sized(MAX_PART_BYTES, 'encryptedSecret'));
  reader.end();
  return { credentialBlob, encryptedSecret };
}
