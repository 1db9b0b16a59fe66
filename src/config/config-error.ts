/** Said of a configuration that cannot be; its message is for who starts the process. */
export class ConfigError extends Error {}
