import type { EventFact } from '../../../src/events/index.js';
import type { Json } from '../../harness/server.js';
import type { Persona } from './personas.js';
import type { World } from './world.js';

/** Something that may be read. */
export interface Thing {
  readonly name: string;
  /** Null when there is no such thing for the persona. */
  readonly id: string | null;
  /** The id of what it is found at, for what has no query of its own. */
  readonly at?: string;
  /** Where its fields lead to: an id by the field's path. */
  readonly links?: Readonly<Record<string, string | null>>;
}
/** Things by what they are read as. */
export type Things = Readonly<Record<string, readonly Thing[]>>;

/** A way to a thing: a root field to ask, and how the thing is found in its value. */
export interface Door {
  /** The field's name, for people. */
  readonly name: string;
  readonly ask: (thing: Thing, fields: string) => string;
  readonly find: (value: Json, thing: Thing) => Json | null;
}
/** How a type is read: by id, in a list, and by a router as an entity. */
export interface Doors {
  readonly fields: string;
  readonly byId?: Door;
  readonly list?: Door;
  /** The type's name, for an entity. */
  readonly entity?: string;
  /** What is read, of what exists once, whoever asks. */
  readonly single?: Thing;
}

/** One way to try a mutation. */
export interface Attempt {
  readonly target: string;
  /** Makes a well-formed input, and what it is aimed at: once, and anew after somebody changed that. */
  readonly input: (persona: Persona) => object | Promise<object>;
  /** True for an input that depends on who asks. */
  readonly isOwn?: boolean;
  /** True when it changes nothing even when it is allowed. */
  readonly isSilent?: boolean;
  /** How many audit entries it leaves; one by default. */
  readonly entries?: number;
  /** True for a machine's routine that only answers: it leaves nothing, and no audit entry. */
  readonly isRoutine?: boolean;
}
/** The ways to try a mutation; called once. */
export type Attempts = (world: World) => readonly Attempt[] | Promise<readonly Attempt[]>;

/** How a subscription is watched. */
export interface Watched {
  /** What events are about, as it is called among the things. */
  readonly type: string;
  readonly fields: string;
  readonly fact: (thing: Thing) => EventFact;
  readonly objectOf: (event: Json) => string | readonly string[] | undefined;
}

/** One request to a route. */
export interface Call {
  readonly target: string;
  readonly path: string;
  readonly body?: string;
}

/** What one domain adds to the matrix. Its file is called as the domain is, and exports it as `fixture`. */
export interface DomainFixture {
  /** By what is read. */
  readonly doors?: Readonly<Record<string, Doors>>;
  /** By the name of the mutation, of the subscription, and of the route. */
  readonly mutations?: Readonly<Record<string, Attempts>>;
  readonly watched?: Readonly<Record<string, Watched>>;
  readonly routes?: Readonly<Record<string, (world: World, persona: Persona) => Promise<Call[]>>>;
  /** Builds what is the same whoever asks; called once. */
  readonly sharedThings?: (world: World) => Promise<Things>;
  /** Builds what is the persona's own, beside the shared things. */
  readonly ownThings?: (world: World, persona: Persona) => Promise<Things>;
}
