import { type CollectionIndex, collectionNames, collections } from '../collections.ts';
import type { CollectionName } from '../ports.ts';

/** The names of PostgreSQL's indexes that together are a declared one. */
function postgresIndexes(collection: CollectionName, index: CollectionIndex): readonly string[] {
  // One index on `expires_at` serves every collection with a lifetime.
  if (index.kind === 'ttl') return ['idx_documents_expires_at'];
  // GIN for the array, a B-tree beside it: the planner joins them.
  if (collection === 'model_registry' && index.name === 'framework_task_types')
    return ['idx_documents_model_registry_framework', 'idx_documents_model_registry_task_types'];
  return [`idx_documents_${collection}_${index.name}`];
}

/** Every index that the declared collections need. */
export function neededIndexes(): readonly string[] {
  return collectionNames.flatMap((name) =>
    collections[name].indexes.flatMap((index) => postgresIndexes(name, index)),
  );
}

/** The declared field whose unique index has this name in PostgreSQL. */
export function uniqueField(collection: CollectionName, postgresIndex: string): string | undefined {
  const found = collections[collection].indexes.find(
    (index) => index.kind === 'unique' && postgresIndexes(collection, index).includes(postgresIndex),
  );
  return found?.keys[0]?.field;
}
