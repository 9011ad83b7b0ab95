import type { Filter, UpdateFilter } from 'mongodb';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { CollectionName, StoredDocument } from '../ports.ts';
import { checkedBaseItems } from '../validation.ts';
import { isLive } from './client.ts';
import { toTopName } from './names.ts';
import { type BsonDocument, toStored } from './stored-document.ts';

/** What `putFrom` writes, as data. */
export interface PutFrom {
  /** The live document whose array reaches the position. */
  readonly reaches: Filter<BsonDocument>;
  /**
   * Puts the items in front of what stood from the position on and keeps as many as were meant: one atomic operator, and the log of
   * a replica set carries the items rather than the whole document.
   */
  readonly change: UpdateFilter<BsonDocument>;
  /** Whether a missing document may be added by the same operation. */
  readonly addsAtOnce: boolean;
  /** The whole document for where none is; null where that one would have a gap. */
  readonly whole: BsonDocument | null;
  readonly gap: Error;
}

/** @throws TrainyardError DOCUMENT_INVALID, DOCUMENT_TOO_LARGE */
export function planPutFrom(
  collection: CollectionName,
  base: StoredDocument,
  field: string,
  position: number,
  items: readonly unknown[],
  now: Date,
): PutFrom {
  const baseItems = checkedBaseItems(collection, base, field, position, items);
  // Both what is added and what the document would be without it are checked by this.
  const itemsAlone = toStored(collection, { ...base, [field]: items });
  const whole =
    position === 0
      ? itemsAlone
      : position <= baseItems.length
        ? toStored(collection, { ...base, [field]: [...baseItems.slice(0, position), ...items] })
        : null;
  const name = toTopName(field);
  const { _id, [name]: stored, ...others } = itemsAlone;
  const addsAtOnce = position === 0;
  return {
    reaches: {
      $and: [
        { _id: { $eq: _id } },
        ...isLive(collection, now),
        ...(position > 0 ? [{ [`${name}.${position - 1}`]: { $exists: true } }] : []),
      ],
    },
    change: {
      $push: { [name]: { $each: stored, $position: position, $slice: position + items.length } },
      ...(addsAtOnce ? { $setOnInsert: others } : {}),
    } as UpdateFilter<BsonDocument>,
    addsAtOnce,
    whole,
    gap: fault('DOCUMENT_GAP', { collection, id: base.id, field, position }, { place: { field } }),
  };
}
