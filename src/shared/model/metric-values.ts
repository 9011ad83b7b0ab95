/** A metric's value by its name, which may be one that every object has ("constructor"); undefined if it has none. */
export function metricOf<Value>(
  values: Readonly<Record<string, Value>> | null | undefined,
  name: string,
): Value | undefined {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** A value as a JSON number where JSON (and jsonb, which has no -0) holds it, else as a string. */
export function exactJson(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : exactText(value);
}

/** A value as a string, -0 and what is not finite included. */
export function exactText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
