import { z } from 'zod';
import { declaredPolicies } from '../../../app.js';
import {
  buildRegistry,
  CREDENTIAL_FIELDS,
  type Credentials,
  type Decision,
  type Explanation,
  isListField,
  PolicyError,
  type PolicyName,
  type Subject,
  separate,
  type TargetValues,
} from '../../../platform/policy/index.js';
import { CliError, EXIT } from '../../common/errors.js';
import { readTextFile } from '../../common/files.js';
import { printable } from '../../common/output.js';
import { readPolicyEntries } from './policy-file.js';

const MAX_BYTES = 1024 * 1024;

/** The files that describe a decision. */
export interface QuestionFiles {
  readonly policies?: string;
  readonly credentials?: string;
  readonly target?: string;
  readonly scope?: string;
}

const credentialsForm = z.strictObject(
  Object.fromEntries(
    [...CREDENTIAL_FIELDS.keys()].map((field) => [
      field,
      (isListField(field) ? z.array(z.string()) : z.string()).nullish(),
    ]),
  ),
);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const targetForm = z.record(z.string(), z.union([scalar, z.array(scalar)]));

/** Decides one policy like the server, with the reasons. */
export async function ask(name: string, files: QuestionFiles): Promise<Explanation & { decision: Decision }> {
  const credentials =
    files.credentials === undefined ? {} : ((await readJson(files.credentials, credentialsForm)) as Credentials);
  const target: TargetValues | undefined =
    files.target === undefined ? undefined : await readJson(files.target, targetForm);
  const changes = files.policies === undefined ? { rules: {}, overrides: {} } : await readChanges(files.policies);
  const declared = declaredPolicies();
  try {
    const registry = buildRegistry({ ...declared, ...changes, rules: { ...declared.rules, ...changes.rules } });
    if (registry.get(name) === undefined) throw new CliError(`there is no policy ${name}`, EXIT.notFound);
    const subject: Subject = { scope: scopeOf(files.scope, credentials), credentials };
    return registry.explain(name as PolicyName, subject, target);
  } catch (error) {
    if (error instanceof PolicyError) throw new CliError(printable(error.message), EXIT.usage);
    throw error;
  }
}

async function readChanges(file: string) {
  return separate(await readPolicyEntries(file));
}

async function readJson<Form extends z.ZodType>(file: string, form: Form): Promise<z.infer<Form>> {
  let value: unknown;
  try {
    value = JSON.parse(await readTextFile(file, MAX_BYTES));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${file} is not JSON`, EXIT.usage);
  }
  const { data, error } = form.safeParse(value);
  if (error === undefined) return data;
  throw new CliError(
    error.issues.map(({ path, message }) => printable(`INVALID in ${file}: /${path.join('/')}: ${message}`)),
    EXIT.usage,
  );
}

/** The named scope, or the narrowest one in the credentials. */
function scopeOf(named: string | undefined, credentials: Credentials): Subject['scope'] {
  if (named === 'anonymous') return null;
  if (named !== undefined) return named as Subject['scope'];
  if (credentials.agent_id) return 'agent';
  if (credentials.system_scope) return 'system';
  if (credentials.project_id) return 'project';
  if (credentials.domain_id) return 'domain';
  return credentials.user_id ? 'unscoped' : null;
}
