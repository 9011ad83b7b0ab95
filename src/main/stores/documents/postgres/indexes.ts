import { type CollectionIndex, collections, type IndexedValue } from '../collections.ts';
import { fieldSegments } from '../field-path.ts';
import type { CollectionName } from '../ports.ts';

/** The expression that the migrations index for a field: only the same text is found by its index. */
export function indexedExpression(field: string): string {
  const segments = fieldSegments(field);
  return segments.length === 1 ? `(body -> '${field}')` : `(body #> '{${segments.join(',')}}')`;
}

/** First and last text under a path that leads through an array, as the migrations index them. */
export function outermostExpression(which: 'first' | 'last', field: string): string {
  const path = fieldSegments(field)
    .map((segment) => `."${segment}"`)
    .join('');
  return `(trainyard_${which}_text(body, '$${path}') COLLATE "C")`;
}

/** The expression of the text index on a field: words are parted by everything that is neither letter nor digit. */
export function wordsExpression(field: string): string {
  return `to_tsvector('simple', regexp_replace(body ->> '${fieldSegments(field).join()}', '[^[:alnum:]]+', ' ', 'g'))`;
}

/** What an index of the collection says about a field's values; undefined where no index has the field. */
export function indexedValue(collection: CollectionName, field: string): IndexedValue | undefined {
  return collections[collection].indexes.flatMap(({ keys }) => keys).find((key) => key.field === field)
    ?.holds;
}

/** The field of the collection's text index. */
export function textField(collection: CollectionName): string | undefined {
  return collections[collection].indexes.find(({ kind }) => kind === 'text')?.keys[0]?.field;
}

/** The names of PostgreSQL's indexes that together are a declared one. */
function postgresIndexes(collection: CollectionName, index: CollectionIndex): readonly string[] {
  // One index on `expires_at` serves every collection with a lifetime.
  if (index.kind === 'ttl') return ['idx_documents_expires_at'];
  // GIN for the array, a B-tree beside it: the planner joins them.
  if (collection === 'model_registry' && index.name === 'framework_task_types') {
    return ['idx_documents_model_registry_framework', 'idx_documents_model_registry_task_types'];
  }
  return [`idx_documents_${collection}_${index.name}`];
}

/** Every index that the declared collections need. */
export function neededIndexes(): readonly string[] {
  return Object.entries(collections).flatMap(([name, { indexes }]) =>
    indexes.flatMap((index) => postgresIndexes(name as CollectionName, index)),
  );
}

/** The declared field whose unique index has this name in PostgreSQL. */
export function uniqueField(
  collection: CollectionName,
  postgresIndex: string | undefined,
): string | undefined {
  const found = collections[collection].indexes.find(
    (index) => index.kind === 'unique' && postgresIndexes(collection, index).includes(postgresIndex ?? ''),
  );
  return found?.keys[0]?.field;
}
