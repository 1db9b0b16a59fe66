import { readCaseCheck } from './cases.js';
import { PolicyError, PolicySyntaxError, type SyntaxCode } from './errors.js';
import { type CheckWarning, parseServiceCheck, parseServiceDefault } from './service-checks.js';

/** A rule of another service, as its policy file or its defaults tell it. */
export interface ServiceRule {
  /** Rules of one file that belong together: only they may name each other. */
  readonly service: string;
  readonly name: string;
  readonly check: string;
  readonly deprecated: { readonly name: string; readonly check: string } | undefined;
  /** Whether an operator wrote it, in place of the default. */
  readonly isOverride: boolean;
}

/** Errors are rules that `policy evaluate` refuses to decide by; warnings are what it decides by, and tells of. */
export interface ServiceFinding<Rule> {
  readonly rule: Rule;
  readonly severity: 'error' | 'warning';
  readonly code: SyntaxCode | CheckWarning['code'];
  readonly message: string;
}

/** What would be refused of a service's rules, and what is doubtful about them, rule by rule. */
export function lintService<Rule extends ServiceRule>(rules: readonly Rule[]): readonly ServiceFinding<Rule>[] {
  const contexts = new Map<string, Context>();
  for (const { service, name, check, isOverride } of rules) {
    const context = contexts.get(service) ?? { rules: {}, overrides: {} };
    contexts.set(service, context);
    if (isOverride) context.overrides[name] = check;
    // What is overridden has a default, be it told or not.
    if (!isOverride || !Object.hasOwn(context.rules, name)) context.rules[name] = isOverride ? '!' : check;
  }
  return rules.flatMap((rule) => {
    const context = contexts.get(rule.service) ?? { rules: {}, overrides: {} };
    const isReplaced = !rule.isOverride && Object.hasOwn(context.overrides, rule.name);
    return isReplaced ? [] : findingsOf(rule, context);
  });
}

interface Context {
  readonly rules: Record<string, string>;
  readonly overrides: Record<string, string>;
}

function findingsOf<Rule extends ServiceRule>(rule: Rule, context: Context): readonly ServiceFinding<Rule>[] {
  const warnings: CheckWarning[] = [];
  try {
    readCaseCheck({ ...context, ...QUESTION, subject: { rule: rule.name }, deprecated: rule.deprecated });
    readOwnTexts(rule, (warning) => warnings.push(warning));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const code = error instanceof PolicySyntaxError ? error.code : 'INVALID_CHECK';
    return [{ rule, severity: 'error', code, message: error.message }];
  }
  return warnings.map((warning) => ({ rule, severity: 'warning', ...warning }));
}

/** With old defaults, so that the deprecated check is read too. */
const QUESTION = {
  scopeTypes: [],
  enforceScope: false,
  credentials: {},
  target: {},
  enforceNewDefaults: false,
  defaultRule: undefined,
} as const;

/** Without the rules that they name: those have findings of their own. */
function readOwnTexts({ name, check, deprecated, isOverride }: ServiceRule, warn: (warning: CheckWarning) => void) {
  if (isOverride) parseServiceCheck(check, `override of ${name}`, warn);
  else parseServiceDefault(check, `rule ${name}`, warn);
  if (deprecated) parseServiceDefault(deprecated.check, `deprecated check of ${name}`, warn);
}
