import type { TrainingConfig } from '../../../shared/model/training-config.ts';

/** A value of a config by its dotted path; arrays are one value. */
function flatten(value: unknown, path: string, into: Map<string, unknown>): Map<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, child] of Object.entries(value)) flatten(child, path ? `${path}.${name}` : name, into);
  } else {
    into.set(path, value);
  }
  return into;
}

/**
 * The fields in which configs differ, in the order of the first config that has them.
 * @returns for each field its values, one for each config; null where a config lacks the field
 */
export function differencesOf(configs: readonly TrainingConfig[]): { field: string; values: unknown[] }[] {
  const flat = configs.map((config) => flatten(config, '', new Map()));
  const fields = new Set(flat.flatMap((values) => [...values.keys()]));
  return [...fields].flatMap((field) => {
    const values = flat.map((config) => config.get(field) ?? null);
    return new Set(values.map((value) => JSON.stringify(value))).size > 1 ? [{ field, values }] : [];
  });
}
