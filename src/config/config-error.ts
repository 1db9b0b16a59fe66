/** Thrown for an invalid configuration; its message is for the person who starts the process. */
export class ConfigError extends Error {}
