import { z } from 'zod';

/**
 * Values by name; not-finite ones, and those JSON numbers cannot hold, are strings ("NaN", "Infinity", "-Infinity"). Not zod's
 * record, which drops the name `__proto__`: to a trainer it is a name like others.
 */
export const metricValues = z.custom<Record<string, number | string>>(isMetricValues, {
  error: 'not an object of numbers and strings by name',
});

function isMetricValues(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return Object.values(given).every((value) => typeof value === 'number' || typeof value === 'string');
}
