import {
  compileRuntimePolicy,
  type LintWarning,
  lintPcrPolicy,
  lintRuntimePolicy,
  MAX_POLICY_BYTES,
  type PolicyProblem,
  parsePcrPolicy,
  RuntimePolicyError,
} from '../../../attestation/runtime-policy/index.js';
import { CliError, EXIT } from '../../common/errors.js';
import { readBinaryFile, readTextFile } from '../../common/files.js';
import { printable } from '../../common/output.js';
import { type Format, isData, isForPeople, toData } from '../../common/table.js';
import { print } from '../../common/terminal.js';
import { MAX_PCR_POLICY_BYTES, readExcludes } from './policy-files.js';

export interface LintOptions {
  readonly excludes?: string;
  readonly tpmPolicy?: string;
}

/** The report on a valid file: for scripts, for people, and its warnings. */
interface Report {
  readonly summary: object;
  readonly sentence: string;
  readonly warnings: readonly LintWarning[];
}

/**
 * Checks a list, a file of PCR values or both like the server, and prints warnings.
 *
 * @throws CliError with a line for each problem when one is not valid.
 */
export async function lint(file: string | undefined, options: LintOptions, format: Format): Promise<void> {
  const { excludes, tpmPolicy } = options;
  if (file === undefined && tpmPolicy === undefined) throw new CliError('give a list or --tpm-policy', EXIT.usage);
  if (file === undefined && excludes !== undefined) throw new CliError('--excludes belongs to a list', EXIT.usage);
  const reports = [
    ...(file === undefined ? [] : [await lintList(file, excludes)]),
    ...(tpmPolicy === undefined ? [] : [await lintPcrs(tpmPolicy, file !== undefined)]),
  ];
  const warnings = reports.flatMap((report) => report.warnings);
  if (isData(format)) {
    return print(toData(format, { ...Object.assign({}, ...reports.map(({ summary }) => summary)), warnings }));
  }
  for (const warning of warnings) print(describeWarning(warning));
  if (isForPeople(format)) for (const { sentence } of reports) print(sentence);
}

async function lintList(file: string, excludesFile: string | undefined): Promise<Report> {
  const excludes = excludesFile === undefined ? [] : await readExcludes(excludesFile);
  const content = await readBinaryFile(file, MAX_POLICY_BYTES);
  const compiled = valid(file, () => compileRuntimePolicy(content, excludes));
  const { format, files, contentDigest } = compiled;
  return {
    summary: { file, format, paths: files.count, digest: `sha256:${contentDigest}` },
    sentence: `${file} is valid: ${files.count} paths`,
    warnings: lintRuntimePolicy(compiled),
  };
}

async function lintPcrs(file: string, hasImaPolicy: boolean): Promise<Report> {
  const text = await readTextFile(file, MAX_PCR_POLICY_BYTES);
  const policy = valid(file, () => parsePcrPolicy(text, { hasImaPolicy }));
  const constrained = Object.keys(policy.values).map(Number);
  return {
    summary: { tpmPolicy: { file, pcrs: policy.pcrs, constrained } },
    sentence: `${file} is valid: ${policy.pcrs.length} PCRs to quote, ${constrained.length} with values`,
    warnings: lintPcrPolicy(policy),
  };
}

function valid<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RuntimePolicyError)) throw error;
    throw new CliError(error.problems.map((problem) => describe(file, problem)));
  }
}

function describeWarning({ code, message }: LintWarning): string {
  return printable(`warning: ${code}: ${message}`);
}

/** Policies as the command sends them. */
export interface PolicyTexts {
  readonly imaPolicy?: string | undefined;
  readonly excludes?: readonly string[] | undefined;
  readonly pcrPolicies: readonly string[];
}

/** Warnings about policies, one line each. Skips invalid policies, which the server refuses. */
export function doubtsAbout({ imaPolicy, excludes, pcrPolicies }: PolicyTexts): string[] {
  const lints = [
    ...(imaPolicy === undefined
      ? []
      : [() => lintRuntimePolicy(compileRuntimePolicy(Buffer.from(imaPolicy), excludes))]),
    ...pcrPolicies.map((text) => () => lintPcrPolicy(parsePcrPolicy(text))),
  ];
  return lints.flatMap((run) => {
    try {
      return run().map(describeWarning);
    } catch (error) {
      if (error instanceof RuntimePolicyError) return [];
      throw error;
    }
  });
}

/** `INVALID in FILE: line 3: /digests/~1bin~1sh: …` */
export function describe(file: string, { line, pointer, message }: PolicyProblem): string {
  const where = [line === undefined ? '' : `line ${line}: `, pointer === undefined ? '' : `${pointer}: `].join('');
  return printable(`INVALID in ${file}: ${where}${message}`);
}
