import type { z } from 'zod';

/** A setting that a domain declares: configuration, documentation and types are derived from it. */
export interface Setting {
  /** The environment variable. */
  readonly variable: string;
  /** Its valid values, what they are converted to, and the default. */
  readonly form: z.ZodType;
  readonly purpose: string;
  /** For a path: the default is the data folder's name with this ending; and what people call the file. */
  readonly file?: { readonly ending: string; readonly called: string };
}

/** By the names that use cases read. */
export type DeclaredSettings = Readonly<Record<string, Setting>>;

/** The values of declared settings. */
export type SettingsOf<Declared extends DeclaredSettings> = {
  readonly [Name in keyof Declared]: z.output<Declared[Name]['form']>;
};

/** Settings that belong to no single domain; times in milliseconds. */
export interface ProcessSettings {
  readonly sweepIntervalMs: number;
  /** How far this machine's clock may be from the database's; beyond it, this process does not write. */
  readonly clockSkewMaxMs: number;
  /** How many bytes of content may be in memory at a time. */
  readonly contentMemoryBytes: number;
  /** How long events are kept for streams that resume. */
  readonly eventRetentionMs: number;
  /** How long revisions are kept after another one replaced them. */
  readonly revisionRetentionMs: number;
  /** How long a stream stays open at most. */
  readonly streamLifetimeMs: number;
  /** How long equal denials of one caller share one audit entry; 0 makes each an entry of its own. */
  readonly denialWindowMs: number;
  /** How long a stream's client may take to read what was sent. */
  readonly streamPatienceMs: number;
  /** Whether this is a demo, with machines that it simulates; pages say so. */
  readonly isDemo?: boolean;
}

/** Each domain adds the type of the settings that it declares. */
// biome-ignore lint/suspicious/noEmptyInterface: domains fill it where they declare settings.
export interface DomainSettings {}

/** Settings that use cases read. */
export type Settings = ProcessSettings & DomainSettings;
