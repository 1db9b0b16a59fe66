/** Keeps the server from starting. Its message is one line for the person who starts it: what failed, what to do. */
export class CannotStart extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
