import { fieldSegments } from './field-path.ts';
import type { CollectionName, StoredDocument } from './ports.ts';
import { invalidDocument } from './validation.ts';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A copy of the document with fields set by dotted paths. Objects on the way are made where they are missing.
 * @throws TrainyardError DOCUMENT_INVALID where a path leads through something that is no object, sets `id`, or sets a part of
 *   what another path sets
 */
export function withFields(
  collection: CollectionName,
  document: StoredDocument,
  set: Readonly<Record<string, unknown>>,
): StoredDocument {
  const paths = Object.keys(set);
  for (const path of paths) {
    if (paths.some((other) => other.startsWith(`${path}.`))) {
      throw invalidDocument(collection, document.id, path, 'another path sets a part of it in the same step');
    }
    if (fieldSegments(path)[0] === 'id') {
      throw invalidDocument(collection, document.id, path, 'the id stays as it is');
    }
  }
  let changed: Readonly<Record<string, unknown>> = document;
  for (const [path, value] of Object.entries(set)) {
    const refuse = (at: string) =>
      invalidDocument(collection, document.id, at, `${path} leads through something that is no object`);
    changed = withField(changed, fieldSegments(path), 0, value, refuse);
  }
  return { ...changed, id: document.id };
}

function withField(
  object: Readonly<Record<string, unknown>>,
  segments: readonly string[],
  depth: number,
  value: unknown,
  refuse: (at: string) => Error,
): Readonly<Record<string, unknown>> {
  const segment = segments[depth] ?? '';
  if (depth === segments.length - 1) return { ...object, [segment]: value };
  // An inherited property (`constructor`, say) is no field of the document.
  const inner: unknown = Object.hasOwn(object, segment) ? object[segment] : {};
  if (!isObject(inner)) throw refuse(segments.slice(0, depth + 1).join('.'));
  return { ...object, [segment]: withField(inner, segments, depth + 1, value, refuse) };
}
