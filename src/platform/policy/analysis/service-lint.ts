import type { ParsedCheck } from '../language/ast.js';
import { PolicyError, PolicySyntaxError, type SyntaxCode } from '../language/errors.js';
import { expandCheck, type Rules } from '../language/expand.js';
import { type CheckWarning, parseServiceCheck, parseServiceDefault } from './service-checks.js';

/** A rule of another service, from its policy file or its defaults. */
export interface ServiceRule {
  /** Rules of one file that belong together: only they may name each other. */
  readonly service: string;
  readonly name: string;
  readonly check: string;
  readonly deprecated: { readonly name: string; readonly check: string } | undefined;
  /** Whether an operator wrote it to replace the default. */
  readonly isOverride: boolean;
}

/** Errors are rules that `policy evaluate` refuses to decide by; warnings are those that it decides by and reports. */
export interface ServiceFinding<Rule> {
  readonly rule: Rule;
  readonly severity: 'error' | 'warning';
  readonly code: SyntaxCode | CheckWarning['code'];
  readonly message: string;
}

/** What would be refused in a service's rules, and what is doubtful about them, rule by rule. */
export function lintService<Rule extends ServiceRule>(rules: readonly Rule[]): readonly ServiceFinding<Rule>[] {
  const services = new Map<string, Map<string, Reading<Rule>>>();
  for (const rule of rules) {
    const inForce = services.get(rule.service) ?? new Map<string, Reading<Rule>>();
    services.set(rule.service, inForce);
    // An operator's rule replaces the default, wherever it is in the file.
    if (rule.isOverride || !inForce.has(rule.name)) inForce.set(rule.name, readRule(rule));
  }
  return [...services.values()].flatMap((inForce) => {
    const called: Rules = { get: (name) => orThrow(inForce.get(name)?.check) };
    return [...inForce.values()].flatMap((reading) => findingsOf(reading, called));
  });
}

/** A rule with its texts parsed, once for all the rules that call it; or the error of a text. */
interface Reading<Rule> {
  readonly rule: Rule;
  readonly check: ParsedCheck | PolicyError;
  readonly old: ParsedCheck | PolicyError | undefined;
  readonly warnings: readonly CheckWarning[];
}

function readRule<Rule extends ServiceRule>(rule: Rule): Reading<Rule> {
  const { name, check, deprecated, isOverride } = rule;
  const warnings: CheckWarning[] = [];
  const warn = (warning: CheckWarning) => warnings.push(warning);
  return {
    rule,
    check: orFault(() =>
      isOverride
        ? parseServiceCheck(check, `override of ${name}`, warn)
        : parseServiceDefault(check, `rule ${name}`, warn),
    ),
    old: deprecated && orFault(() => parseServiceDefault(deprecated.check, `deprecated check of ${name}`, warn)),
    warnings,
  };
}

function findingsOf<Rule extends ServiceRule>(
  { rule, check, old, warnings }: Reading<Rule>,
  called: Rules,
): readonly ServiceFinding<Rule>[] {
  const refuseUnusable = (part: ParsedCheck | PolicyError | undefined, origin: string) => {
    const parsed = orThrow(part);
    if (parsed) expandCheck(parsed, { origin, rules: called, hasKey: () => true });
  };
  try {
    refuseUnusable(check, `rule ${rule.name}`);
    refuseUnusable(old, `deprecated check of ${rule.name}`);
    return warnings.map((warning) => ({ rule, severity: 'warning', ...warning }));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const code = error instanceof PolicySyntaxError ? error.code : 'INVALID_CHECK';
    return [{ rule, severity: 'error', code, message: error.message }];
  }
}

function orFault(parse: () => ParsedCheck): ParsedCheck | PolicyError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}

function orThrow(part: ParsedCheck | PolicyError | undefined): ParsedCheck | undefined {
  if (part instanceof PolicyError) throw part;
  return part;
}
