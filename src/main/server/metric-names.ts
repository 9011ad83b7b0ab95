import { JSON_SCHEMA_REGISTRY } from '@orpc/zod/zod4';
import { metricValues } from '../../shared/model/metrics-by-name.ts';

JSON_SCHEMA_REGISTRY.add(metricValues, {
  type: 'object',
  additionalProperties: { anyOf: [{ type: 'number' }, { type: 'string' }] },
});

/** An object as JSON writes it: oRPC's serializers leave what is no plain object as it is. */
class AsItIs {
  constructor(fields: object) {
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(fields));
  }
}

/**
 * For oRPC's handlers. Their serializers copy objects by assignment, in which the name `__proto__` gets lost: an object that has
 * it (a metric may be called so) is handed to JSON whole. The type says nothing to a client, for whom such an object is one like others.
 */
export const namesKept = {
  type: 100,
  condition: (data: unknown) =>
    typeof data === 'object' &&
    data !== null &&
    Object.hasOwn(data, '__proto__') &&
    !(data instanceof AsItIs),
  serialize: (data: object) => new AsItIs(data),
  deserialize: (data: unknown) => data,
};
