import { isDeepStrictEqual } from 'node:util';
import type { CreateIndexesOptions, IndexDescription, IndexDescriptionInfo } from 'mongodb';
import { type CollectionIndex, collections } from '../collections.ts';
import type { CollectionName } from '../ports.ts';

export interface WantedIndex {
  readonly declared: CollectionIndex;
  readonly description: IndexDescription & {
    readonly name: string;
    readonly key: Readonly<Record<string, 1 | -1 | 'text'>>;
  };
}

/**
 * Words are indexed as they are written, in any language. The field that names a document's language is one that nobody uses, because
 * MongoDB refuses documents whose `language` (the default field) it does not know.
 */
const textOptions: CreateIndexesOptions = {
  default_language: 'none',
  language_override: 'textIndexLanguage',
};

/** A collection's declared indexes as MongoDB describes them. */
export function wantedIndexes(collection: CollectionName): readonly WantedIndex[] {
  return collections[collection].indexes.map((declared) => {
    const keys = declared.keys.map(({ field, order }) => {
      const direction = order === 'desc' ? (-1 as const) : (1 as const);
      return [field, declared.kind === 'text' ? ('text' as const) : direction] as const;
    });
    const description = {
      name: declared.name,
      key: Object.fromEntries(keys),
      ...(declared.kind === 'unique' ? { unique: true } : {}),
      ...(declared.kind === 'ttl' ? { expireAfterSeconds: 0 } : {}),
      ...(declared.kind === 'text' ? textOptions : {}),
    };
    return { declared, description };
  });
}

/** The options that change what an index finds, refuses or removes; versions and storage options do not. */
const meaningful = [
  'unique',
  'sparse',
  'hidden',
  'expireAfterSeconds',
  'partialFilterExpression',
  'collation',
  'default_language',
  'language_override',
  'weights',
] as const;

/** Whether an index that is there does what the wanted one does, whatever it is called. */
export function isSame(present: IndexDescriptionInfo, { description }: WantedIndex): boolean {
  return isDeepStrictEqual(meaningOf(present), meaningOf(description));
}

function meaningOf(index: IndexDescription | IndexDescriptionInfo): object {
  // A hash keeps no order, and the order of keys is the index.
  const keys = Object.entries(index.key);
  const fields = keys.flatMap(([field, direction]) =>
    direction === 'text' && field !== '_fts' ? [field] : [],
  );
  // A text index is listed with keys of its own; its fields stand in the weights.
  const isText = keys.some(([, direction]) => direction === 'text');
  const listed = {
    ...(fields.length > 0 ? { weights: Object.fromEntries(fields.map((field) => [field, 1])) } : {}),
    ...index,
  };
  const options = Object.entries<unknown>(listed).filter(
    ([name, value]) => meaningful.some((each) => each === name) && value !== false && value !== undefined,
  );
  return {
    keys: isText ? 'text' : keys.map(([field, direction]) => `${field} ${String(direction)}`),
    options: Object.fromEntries(options),
  };
}

/** Whether MongoDB takes only one of the two: they have the same keys, or both are text indexes (a collection has one at most). */
export function conflictsWith(present: IndexDescriptionInfo, { description }: WantedIndex): boolean {
  const words = (key: object) => Object.values(key).includes('text');
  if (words(present.key) || words(description.key)) return words(present.key) && words(description.key);
  return isDeepStrictEqual(Object.entries(present.key), Object.entries(description.key));
}
