/** The names of a policy. */
interface Named {
  readonly name: string;
  readonly deprecated?: { readonly name?: string | undefined } | undefined;
}

/**
 * The operator's check for a policy, if there is one. The precedence is oslo.policy's (4.0): a check under the policy's
 * own name; then one under its deprecated name, unless that is only a reference to the new one, `rule:NAME`. An
 * operator's check stands alone: a deprecated default allows only beside the new default, see `CompileOptions`.
 */
export function overrideFor(policy: Named, overrides: Readonly<Record<string, string>>): string | undefined {
  const own = textAt(overrides, policy.name);
  const oldName = policy.deprecated?.name;
  if (own !== undefined || oldName === undefined) return own;
  const old = textAt(overrides, oldName);
  return old?.trim() === `rule:${policy.name}` ? undefined : old;
}

export function textAt(texts: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}
