/** A driver's object in which some methods are replaced. */
export const over = <T extends object>(object: T, methods: Readonly<Record<PropertyKey, unknown>>): T =>
  new Proxy(object, { get: (target, key) => methods[key] ?? Reflect.get(target, key) });
