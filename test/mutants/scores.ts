import { createHash } from 'node:crypto';

/** What the tests said of a mutant; `none` is one that does not compile, and counts as no mutant. */
export type Verdict = 'killed' | 'survived' | 'none';

/** Which mutants a run looks at: a share of all, chosen by the seed. */
export interface Sample {
  readonly share: number;
  readonly seed: number;
}

export interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
  /** Why no test can notice it, or why none has to; null until somebody has said so. Written by hand. */
  readonly reason: string | null;
}

/** Of one folder. */
export interface Score extends Sample {
  readonly killed: number;
  readonly survived: number;
  /** Killed ones of all that compile, in percent. A reason raises it not. */
  readonly score: number;
  readonly survivors: readonly Survivor[];
}

export type Scores = Readonly<Record<string, Score>>;

export const digestOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** @throws Error for a share or a seed that is none. */
export function sampleIn({ MUTANTS_SHARE = '1', MUTANTS_SEED = '1' }: NodeJS.ProcessEnv): Sample {
  const [share, seed] = [Number(MUTANTS_SHARE), Number(MUTANTS_SEED)];
  if (!(share > 0 && share <= 1))
    throw new Error(`MUTANTS_SHARE is ${MUTANTS_SHARE}: give a number above 0, at most 1.`);
  if (!Number.isSafeInteger(seed)) throw new Error(`MUTANTS_SEED is ${MUTANTS_SEED}: give a whole number.`);
  return { share, seed };
}

/** Whether a mutant is in the sample; the same ones are, whatever else there is. */
export function isIn({ share, seed }: Sample, mutant: string): boolean {
  return Number.parseInt(digestOf(String(seed), mutant).slice(0, 8), 16) / 2 ** 32 < share;
}

/** @param known What was said of the folder before: reasons are kept for the same line with the same fault. */
export function scoreOf(
  sample: Sample,
  verdicts: readonly { readonly verdict: Verdict; readonly mutant: Omit<Survivor, 'reason'> }[],
  known: Score | undefined,
): Score {
  const count = (wanted: Verdict) => verdicts.filter(({ verdict }) => verdict === wanted).length;
  const [killed, survived] = [count('killed'), count('survived')];
  const survivors = verdicts.flatMap(({ verdict, mutant }) =>
    verdict === 'survived' ? [{ ...mutant, reason: reasonFor(mutant, known) }] : [],
  );
  const score = Math.floor((1000 * killed) / Math.max(1, killed + survived)) / 10;
  return { ...sample, killed, survived, score, survivors };
}

function reasonFor({ file, before, after }: Omit<Survivor, 'reason'>, known: Score | undefined): string | null {
  const isSame = (one: Survivor) => one.file === file && one.before === before && one.after === after;
  return known?.survivors.find(isSame)?.reason ?? null;
}

/** Folders whose score is lower than it was. Scores of different samples say nothing of each other. */
export function fallen(before: Scores, after: Scores): string[] {
  return Object.entries(after).flatMap(([folder, { share, seed, score }]) => {
    const was = before[folder];
    if (was === undefined || was.share !== share || was.seed !== seed || score >= was.score) return [];
    return [`${folder}: ${score} %, and it was ${was.score} %`];
  });
}

/** What is written down: of a folder of which more mutants were looked at before, that. */
export function recorded(before: Scores, after: Scores): Scores {
  const larger = Object.entries(before).filter(([folder, { share }]) => share > (after[folder]?.share ?? 0));
  return { ...before, ...after, ...Object.fromEntries(larger) };
}
