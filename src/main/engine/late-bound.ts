/**
 * Stands for a service that comes and goes with the stores: every use asks `get` for the one that is there now, and throws what it
 * throws where none is. Routes, once mounted, keep what they were given; so they are given this.
 */
export function lateBound<T extends object>(get: () => T): T {
  return new Proxy({} as T, {
    get: (_target, key) => {
      const service = get();
      const value: unknown = Reflect.get(service, key, service);
      return typeof value === 'function' ? value.bind(service) : value;
    },
  });
}
