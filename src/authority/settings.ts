import type { z } from 'zod';

/** A setting that a domain declares: configuration, documentation and types come from it. */
export interface Setting {
  /** The variable of the environment. */
  readonly variable: string;
  /** What it may be, what that comes to, and the default. */
  readonly form: z.ZodType;
  readonly purpose: string;
  /** Of a path: the file that it is by default, the data folder's name with an ending; and what people call it. */
  readonly file?: { readonly ending: string; readonly called: string };
}

/** By the names that use cases read them under. */
export type DeclaredSettings = Readonly<Record<string, Setting>>;

/** What declared settings come to. */
export type SettingsOf<Declared extends DeclaredSettings> = {
  readonly [Name in keyof Declared]: z.output<Declared[Name]['form']>;
};

/** Settings that no domain has to itself; lengths of time in milliseconds. */
export interface ProcessSettings {
  readonly sweepIntervalMs: number;
  /** How far this machine's clock may be from the database's for this process to write. */
  readonly clockSkewMaxMs: number;
  /** Bytes of content that may be in memory at a time. */
  readonly contentMemoryBytes: number;
  /** How long events are kept, to be resumed from. */
  readonly eventRetentionMs: number;
  /** How long revisions are kept after another took their place. */
  readonly revisionRetentionMs: number;
  /** How long a stream stays open at most. */
  readonly streamLifetimeMs: number;
  /** For how long the same denials of one caller are one entry of the audit log; 0 makes each an entry of its own. */
  readonly denialWindowMs: number;
  /** How long a stream's client may take to read what was sent. */
  readonly streamPatienceMs: number;
}

/** Each domain adds the type of what it declares. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled where the settings are declared.
export interface DomainSettings {}

/** Settings that use cases read. */
export type Settings = ProcessSettings & DomainSettings;
