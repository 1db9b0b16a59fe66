import { type UserErrorFact, UserErrors } from '../../platform/errors.js';
import { decodeBase64 } from '../../platform/secrets.js';
import {
  attestationKeyProblems,
  endorsementKeyProblems,
  keyFingerprint,
  makeCredential,
  type PublicArea,
  parsePublicArea,
  TpmFormatError,
} from '../tpm/index.js';

/** The keys of a TPM, and what they are known by. */
export interface EnrollmentKeys {
  readonly ek: PublicArea;
  readonly ak: PublicArea;
  readonly ekFingerprint: string;
  readonly akName: string;
}

/** @throws UserErrors INVALID for keys that do not serve. */
export function readKeys(input: { readonly endorsementKey: string; readonly attestationKey: string }): EnrollmentKeys {
  const facts: UserErrorFact[] = [];
  const ek = readKey(input.endorsementKey, 'endorsementKey', endorsementKeyProblems, facts);
  const ak = readKey(input.attestationKey, 'attestationKey', attestationKeyProblems, facts);
  if (ek === null || ak === null || facts.length > 0) throw new UserErrors(facts);
  return { ek, ak, ekFingerprint: keyFingerprint(ek), akName: Buffer.from(ak.name).toString('base64') };
}

/** A credential that only the TPM with both keys can open. */
export function credentialFor({ ek, ak }: Pick<EnrollmentKeys, 'ek' | 'ak'>, secret: Uint8Array) {
  const { credentialBlob, encryptedSecret } = makeCredential(ek, ak.name, secret);
  return {
    credentialBlob: Buffer.from(credentialBlob).toString('base64'),
    encryptedSecret: Buffer.from(encryptedSecret).toString('base64'),
  };
}

function readKey(
  text: string,
  field: string,
  problemsOf: (area: PublicArea) => string[],
  facts: UserErrorFact[],
): PublicArea | null {
  const report = (message: string) => facts.push({ code: 'INVALID', message, path: [field] });
  const bytes = decodeBase64(text);
  if (bytes === null) {
    report('The key is not base64 of a plausible length.');
    return null;
  }
  try {
    const area = parsePublicArea(bytes);
    for (const problem of problemsOf(area)) report(`The key does not serve: ${problem}.`);
    return area;
  } catch (error) {
    if (!(error instanceof TpmFormatError)) throw error;
    report(error.message);
    return null;
  }
}
