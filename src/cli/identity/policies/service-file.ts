import { z } from 'zod';
import type { ServiceRule } from '../../../platform/policy/index.js';
import { CliError, EXIT } from '../../common/errors.js';
import { readTextFile } from '../../common/files.js';
import { type PolicyFile, parsePolicyFile } from './policy-file.js';
import { deprecationsIn } from './service-deprecations.js';

const MAX_BYTES = 1024 * 1024;
/** The largest OpenStack service has a few hundred. */
const MAX_RULES = 2000;

/** The rules of a service, and the parts of the file that are not rules. */
export interface ServiceFile {
  readonly rules: readonly (ServiceRule & { readonly line: number })[];
  readonly problems: PolicyFile['problems'];
}

/**
 * Reads the policies of another service: a sample from `oslopolicy-sample-generator`, in YAML with the defaults in
 * comments or in JSON; a policy file; or one line of JSON per rule.
 *
 * @throws CliError for a file that cannot be read, or has too many rules.
 */
export async function readServiceFile(file: string): Promise<ServiceFile> {
  const text = await readTextFile(file, MAX_BYTES);
  const lines = text.split('\n');
  const read = isJsonLines(lines) ? readJsonLines(lines) : readSample(lines);
  if (read.rules.length > MAX_RULES) throw new CliError(`${file} has more than ${MAX_RULES} rules`, EXIT.usage);
  const seen = new Set<string>();
  const isRepeated = ({ service, name, isOverride }: ServiceRule) => {
    const key = JSON.stringify([service, name, isOverride]);
    return seen.has(key) || !seen.add(key);
  };
  const repeated = read.rules.filter(isRepeated);
  const message = 'there is another rule of this name before it';
  return {
    rules: read.rules.filter((rule) => !repeated.includes(rule)),
    problems: [...read.problems, ...repeated.map(({ name, line }) => ({ policy: name, line, message }))],
  };
}

/** A default in a comment of a sample; prose has a space after the `#`. */
const COMMENTED = /^#(?="[^"]+": ?".*"\s*$)/;

/**
 * In a file with defaults in comments, the other entries are an operator's; in a file without any, they are the
 * defaults.
 */
function readSample(lines: readonly string[]): ServiceFile {
  const isDefault = lines.map((line) => COMMENTED.test(line));
  const hasDefaults = isDefault.includes(true);
  const { entries, problems } = parsePolicyFile(lines.map((line) => line.replace(COMMENTED, '')).join('\n'), {
    uniqueKeys: false,
  });
  const deprecations = deprecationsIn(lines);
  const rules = entries.map(({ name, check, line }) => {
    const isOverride = hasDefaults && isDefault[line - 1] !== true;
    const deprecated = isOverride ? undefined : deprecations.get(name);
    return { service: '', name, check, line, isOverride, deprecated };
  });
  return { rules, problems };
}

const jsonLine = z.object({
  service: z.string().default(''),
  name: z.string(),
  check_str: z.string(),
  deprecated: z.object({ name: z.string(), check_str: z.string() }).nullish(),
});

function isJsonLines(lines: readonly string[]): boolean {
  const first = parseJson(lines.find((line) => line.trim() !== '') ?? '');
  return typeof first === 'object' && first !== null && 'check_str' in first;
}

function readJsonLines(lines: readonly string[]): ServiceFile {
  const rules: ServiceFile['rules'][number][] = [];
  const problems: PolicyFile['problems'][number][] = [];
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const line = index + 1;
    const { data, error } = jsonLine.safeParse(parseJson(text));
    if (data) {
      const { service, name, check_str: check, deprecated: old } = data;
      rules.push({
        service,
        name,
        check,
        line,
        isOverride: false,
        deprecated: old ? { name: old.name, check: old.check_str } : undefined,
      });
    } else {
      const message = error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`).join('; ');
      problems.push({ policy: '-', line, message });
    }
  }
  return { rules, problems };
}

/** The value; undefined when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
