import { isIP } from 'node:net';
import { invalid, limitReached } from '../../platform/errors.js';
import { hasUnseen } from '../../platform/text.js';
import { type Label, validLabels } from '../labels/index.js';
import type { FactsRow } from './tables.js';

const ADDRESSES_MAX = 64;
const TEXT_LENGTH_MAX = 255;
/** No IP address is longer, with its zone. */
const ADDRESS_LENGTH_MAX = 64;
const CPUS_MAX = 65_536;

type Maybe<T> = T | null | undefined;

export interface ReportNodeFacts {
  readonly os?: Maybe<string>;
  readonly kernel?: Maybe<string>;
  readonly architecture?: Maybe<string>;
  readonly cpus?: Maybe<number>;
  readonly memoryBytes?: Maybe<number>;
  readonly diskBytes?: Maybe<number>;
  readonly addresses?: Maybe<readonly string[]>;
  readonly bootedAt?: Maybe<Date>;
  readonly agentVersion?: Maybe<string>;
  readonly labels?: Maybe<readonly Label[]>;
}

/** Facts as they are stored. */
export type Facts = Omit<FactsRow, 'nodeId' | 'lastReportedAt'>;

/** @throws UserErrors INVALID, LIMIT_REACHED, before anything grows with what was sent. */
export function validFacts(input: ReportNodeFacts): Facts {
  const labels = validLabels(input.labels, 'reported', 'labels');
  return {
    os: validFact(input.os, 'os'),
    kernel: validFact(input.kernel, 'kernel'),
    architecture: validFact(input.architecture, 'architecture'),
    cpus: validNumber(input.cpus, CPUS_MAX, 'cpus'),
    memoryBytes: validNumber(input.memoryBytes, Number.MAX_SAFE_INTEGER, 'memoryBytes'),
    diskBytes: validNumber(input.diskBytes, Number.MAX_SAFE_INTEGER, 'diskBytes'),
    addresses: validAddresses(input.addresses),
    labels: labels.toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    bootedAt: input.bootedAt ?? null,
    agentVersion: validFact(input.agentVersion, 'agentVersion'),
  };
}

function validFact(text: Maybe<string>, field: string): string | null {
  if (text == null || text === '') return null;
  if (text.length <= TEXT_LENGTH_MAX && !hasUnseen(text)) return text;
  throw invalid(`A fact has at most ${TEXT_LENGTH_MAX} characters, none of them control or invisible ones.`, field);
}

function validNumber(value: Maybe<number>, max: number, field: string): number | null {
  if (value == null) return null;
  if (value >= 0 && value <= max) return value;
  throw invalid(`This number is from 0 to ${max}.`, field);
}

function validAddresses(addresses: Maybe<readonly string[]>): readonly string[] {
  if ((addresses?.length ?? 0) > ADDRESSES_MAX)
    throw limitReached(`A machine reports at most ${ADDRESSES_MAX} addresses.`, 'addresses');
  return (addresses ?? []).map((address, index) => {
    const isAddress = address.length <= ADDRESS_LENGTH_MAX && !hasUnseen(address) && isIP(address) !== 0;
    if (isAddress) return address.toLowerCase();
    throw invalid('A machine reports IP addresses.', 'addresses', String(index));
  });
}
