import { fault } from '../../../shared/errors/catalogue.ts';
import { collections } from './collections.ts';
import type { CollectionName, DocumentFilter } from './ports.ts';

/** One condition of a filter, checked: `field` is `id`, or one that the collection declares an index on. */
interface Condition {
  readonly field: string;
  readonly operator: '=' | '>=' | '<';
  readonly value: string;
}

/** Whether a field of the collection holds times; null where no filter takes it. */
function holdsTime(collection: CollectionName, field: string): boolean | null {
  if (field === 'id') return false;
  const keys = collections[collection].indexes.flatMap((index) => index.keys);
  const holds = keys.find((key) => key.field === field)?.holds;
  return holds === 'string' || holds === 'time' ? holds === 'time' : null;
}

/**
 * The conditions of a filter, whatever the caller's types let through: only declared fields and texts are in them.
 * @throws TrainyardError DOCUMENT_FILTER_INVALID
 */
export function conditionsOf(collection: CollectionName, { equals, range }: DocumentFilter): Condition[] {
  const conditions = [
    ...Object.entries(equals ?? {}).map(([field, value]) => ({ field, operator: '=' as const, value })),
    ...Object.entries(range ?? {}).flatMap(([field, { from, to }]) => [
      ...(from === undefined ? [] : [{ field, operator: '>=' as const, value: from }]),
      ...(to === undefined ? [] : [{ field, operator: '<' as const, value: to }]),
    ]),
  ];
  for (const { field, operator, value } of conditions) {
    const isTime = holdsTime(collection, field);
    // Other texts stand in an order that differs from server to server.
    const isOrdered = operator === '=' || field === 'id' || isTime;
    if (isTime !== null && isOrdered && typeof value === 'string' && (!isTime || isTimeText(value))) continue;
    const name = JSON.stringify(field.slice(0, 100));
    throw fault(
      'DOCUMENT_FILTER_INVALID',
      { field: name, collection },
      { place: { field: field.slice(0, 100) } },
    );
  }
  return conditions;
}

/** A time as documents have it. */
export function isTimeText(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}
