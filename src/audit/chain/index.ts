export { canonicalJson, type EntryForm } from './canonical.js';
export { type Checked, checkSeals, type Fault, type Seal } from './check.js';
export { type SignedPlace, signPlace, verifyPlace } from './heads.js';
export {
  generateKey,
  parsePublicKeys,
  parseSigningKeys,
  pemOf,
  type SigningKeys,
  type VerificationKeys,
} from './keys.js';
export { GENESIS, nextPlace, type Place } from './links.js';
