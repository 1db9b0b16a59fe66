import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Context } from '../../authority/index.js';
import { beyond, Refusal, unavailable } from '../../platform/errors.js';
import type { Guarded } from '../guard/enforce.js';
import { readDocument } from '../limits/document.js';
import { queryIn } from '../limits/json-outline.js';

/** Inputs that carry whole content. All others are small. */
export const CONTENT_INPUTS: readonly string[] = ['ImaPolicyInput.content', 'SubmitEvidenceInput.imaLog'];
/** Bytes of large bodies that are read and parsed at the same time, in total. */
const BYTES_AT_ONCE = 64 * 1024 * 1024;
const BUSY_RETRY_SECONDS = 2;

/** Allows a large body only when its operation takes content and its caller may run the operation. */
export class LargeBodies {
  readonly #guarded: Guarded;
  readonly #mutations: ReadonlySet<string>;
  #bytes = 0;

  constructor(guarded: Guarded) {
    this.#guarded = guarded;
    this.#mutations = new Set(contentMutations(guarded.bare));
  }

  /**
   * Decides from the beginning of a body, before the rest is read.
   * @param size How many bytes it may have.
   * @returns The query that was checked, and a function to call when the body is no longer needed.
   * @throws Refusal BAD_USER_INPUT where no large body is allowed, UNAVAILABLE while there are too many.
   */
  admit(context: Context, beginning: Buffer, size: number, max: number): { readonly query: string; done(): void } {
    const query = queryIn(beginning);
    if (query === undefined || !this.#isForContent(context, query))
      throw beyond(
        'body',
        `The body is larger than ${max} bytes, which only ${[...this.#mutations].join(', ')} take, with "query" before "variables"; send large content with createUpload.`,
      );
    if (this.#bytes + size > BYTES_AT_ONCE) throw busy();
    this.#bytes += size;
    let isDone = false;
    const done = () => {
      if (!isDone) this.#bytes -= size;
      isDone = true;
    };
    return { query, done };
  }

  #isForContent(context: Context, query: string): boolean {
    if (context.actor.principal === null) return false;
    const document = parsed(query);
    return document !== null && this.#isOfContent(document) && this.#guarded.allowsAll(document, context);
  }

  #isOfContent({ definitions }: DocumentNode): boolean {
    const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    // Fragments may only select from results: a spread beside the operation's own fields is refused.
    return operations.length > 0 && operations.every(({ selectionSet }) => this.#areOfContent(selectionSet));
  }

  #areOfContent({ selections }: SelectionSetNode): boolean {
    return selections.every((node) => node.kind === Kind.FIELD && this.#mutations.has(node.name.value));
  }
}

function busy(): Refusal {
  const { message } = unavailable();
  return new Refusal('UNAVAILABLE', message, { retryAfterSeconds: BUSY_RETRY_SECONDS });
}

function parsed(query: string): DocumentNode | null {
  try {
    return readDocument(query);
  } catch {
    return null;
  }
}

/** Names of the mutations whose inputs contain content. */
export function contentMutations(schema: GraphQLSchema): string[] {
  const leads = (typeName: string, seen: ReadonlySet<string>): boolean => {
    const type = schema.getType(typeName);
    if (!isInputObjectType(type) || seen.has(typeName)) return false;
    return Object.values(type.getFields()).some(
      (field) =>
        CONTENT_INPUTS.includes(`${typeName}.${field.name}`) ||
        leads(getNamedType(field.type).name, new Set([...seen, typeName])),
    );
  };
  return Object.values(schema.getMutationType()?.getFields() ?? {})
    .filter(({ args }) => args.some(({ type }) => leads(getNamedType(type).name, new Set())))
    .map(({ name }) => name);
}
