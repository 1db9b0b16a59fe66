/** What a PCR policy says of one PCR, as the API tells it. */
interface PcrRule {
  readonly pcr: number;
  readonly values: readonly string[];
}

const ALGORITHMS: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256', 96: 'sha384', 128: 'sha512' };

/** The rules of a policy that is not published yet, for comparing; what is wrong with it, the server says. */
export function pcrRulesIn(text: string): readonly PcrRule[] | null {
  if (text.trim() === '') return null;
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy !== 'object' || policy === null) return null;
    return Object.entries(policy)
      .filter(([name]) => /^\d{1,2}$/.test(name))
      .map(([name, values]) => ({
        pcr: Number(name),
        values: [values].flat().map((value) => digestIn(String(value))),
      }));
  } catch {
    return null;
  }
}

const digestIn = (hex: string) => `${ALGORITHMS[hex.length] ?? 'unknown'}:${hex.toLowerCase()}`;
