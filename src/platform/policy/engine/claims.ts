import { PolicyError } from '../language/errors.js';

interface Claimant {
  readonly name: string;
  readonly operations: readonly string[];
}

/** Which policy guards which schema coordinate. A claim on one field wins over a claim on its whole type. */
export class Claims {
  readonly #policies = new Map<string, string>();

  /** @throws PolicyError when two policies claim the same coordinate, or one claims it twice. */
  constructor(policies: readonly Claimant[]) {
    for (const { name, operations } of policies) {
      for (const operation of operations) {
        const other = this.#policies.get(operation);
        if (other !== undefined) throw new PolicyError(`policy ${name}: ${operation} is already claimed by ${other}`);
        this.#policies.set(operation, name);
      }
    }
  }

  /** The name of the policy that guards a coordinate `Type.field`; undefined if none does. */
  policyFor(coordinate: string): string | undefined {
    return this.#policies.get(coordinate) ?? this.#policies.get(wholeType(coordinate));
  }

  /** Whether a field has its own policy although another policy claims its whole type. */
  claimedApart(coordinate: string): boolean {
    const own = this.#policies.get(coordinate);
    const whole = this.#policies.get(wholeType(coordinate));
    return own !== undefined && whole !== undefined && own !== whole;
  }

  /** The coordinates that no policy guards. */
  uncovered(coordinates: readonly string[]): readonly string[] {
    return coordinates.filter((coordinate) => this.policyFor(coordinate) === undefined);
  }

  /** The claims on fields or types that do not exist. */
  unknown(coordinates: readonly string[]): readonly string[] {
    const known = new Set(coordinates.flatMap((coordinate) => [coordinate, wholeType(coordinate)]));
    return [...this.#policies.keys()].filter((claim) => !known.has(claim));
  }
}

function wholeType(coordinate: string): string {
  return `${coordinate.slice(0, coordinate.indexOf('.'))}.*`;
}
