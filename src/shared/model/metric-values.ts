/** A metric's value by its name, which may be one that every object has ("constructor"); undefined where it has none. */
export function metricOf<Value>(
  values: Readonly<Record<string, Value>> | null | undefined,
  name: string,
): Value | undefined {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}
