/** A leaf of a document. */
export type FieldValue = string | number | boolean | null;

function isLeaf(value: unknown): value is FieldValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** A document's leaves by their dotted path; a list is one leaf. */
export function flatten(document: unknown, prefix = ''): Record<string, FieldValue> {
  if (typeof document !== 'object' || document === null) return {};
  const leaves: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(document)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (isLeaf(value)) leaves[path] = value;
    else if (Array.isArray(value)) leaves[path] = value.join(', ');
    else Object.assign(leaves, flatten(value, path));
  }
  return leaves;
}

/** The opposite: a document from leaves by dotted path. */
export function unflatten(leaves: Readonly<Record<string, FieldValue>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(leaves)) {
    const parts = path.split('.');
    const last = parts.pop() ?? path;
    let place = root;
    for (const part of parts) {
      const found = place[part];
      const inner: Record<string, unknown> = typeof found === 'object' && found !== null ? { ...found } : {};
      place[part] = inner;
      place = inner;
    }
    place[last] = value;
  }
  return root;
}

/** A document without some fields, each a leaf or a part of it, by their dotted paths. */
export function withoutFields<Document extends object>(
  document: Document,
  fields: readonly string[],
): Document {
  const copy = structuredClone(document);
  for (const field of fields) {
    const parts = field.split('.');
    const last = parts.pop() ?? field;
    let place: unknown = copy;
    for (const part of parts) place = (place as Record<string, unknown> | undefined)?.[part];
    if (typeof place === 'object' && place !== null) Reflect.deleteProperty(place, last);
  }
  return copy;
}
