/** What keeps the server from starting. Its message is one line for whoever starts it: what failed, and what to do. */
export class CannotStart extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
