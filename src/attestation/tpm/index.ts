export type { Curve, HashAlgorithm, KeyScheme, SignatureScheme } from './algorithms.js';
export { DIGEST_BYTES, isHashAlgorithm } from './algorithms.js';
export { type Credential, makeCredential } from './credential.js';
export { encodeCredentialFile, parseCredentialFile } from './credential-file.js';
export { TpmFormatError, type TpmFormatErrorCode } from './errors.js';
export { keyFingerprint } from './fingerprint.js';
export { kdfa, kdfe } from './kdf.js';
export { attestationKeyProblems, endorsementKeyProblems, type KeyRules } from './key-rules.js';
export { knownAttestationKey } from './known-keys.js';
export { parsePcrSerialized, parsePcrValues } from './pcr-file.js';
export { encodePcrJson, parsePcrJson } from './pcr-json.js';
export { parsePcrList } from './pcr-list.js';
export { MAX_PCR, type PcrBanks, type PcrSelection, pcrDigest } from './pcrs.js';
export { parsePublicKeyPem } from './pem-key.js';
export {
  type EccPublicArea,
  type ObjectAttribute,
  type ObjectAttributes,
  type PublicArea,
  parsePublicArea,
  type RsaPublicArea,
  type SymmetricDefinition,
  type VerifyingKey,
} from './public-area.js';
export { type ClockInfo, parseQuote, type Quote } from './quote.js';
export { parsePlainSignature, parseSignature, type TpmSignature, verifyQuoteSignature } from './signature.js';
export { sized, u16, u32, WireReader } from './wire.js';
