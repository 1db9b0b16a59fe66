export * from '../../../src/demo/machines/ima-log.js';

/** A file's signature as `security.ima` has it: struct signature_v2_hdr, then the signature. */
export function fileSignature(
  signature: Uint8Array,
  { type = 0x03, version = 2, algorithm = 4, keyId = 0xaabbccdd } = {},
) {
  const header = Buffer.alloc(9);
  header.set([type, version, algorithm]);
  header.writeUInt32BE(keyId, 3);
  header.writeUInt16BE(signature.length, 7);
  return Buffer.concat([header, signature]);
}
