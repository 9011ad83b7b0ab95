import { z } from 'zod';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { type DestinationPlace, placeSchema } from '../../../stores/destinations/destination.ts';
import type { SettingsStore } from '../../../stores/settings/settings-store.ts';
import { keptErrorSchema } from '../schedule-state.ts';

const name = 'backupDestinations';
const count = z.int().min(0);
const time = z.iso.datetime();

const destinationSchema = z.object({
  /** Stands in the file at the place, too, which says whose that is. */
  id: z.uuid(),
  name: z.string(),
  /** Written before the place is made its own: until then nothing is copied there. */
  isClaimed: z.boolean(),
  place: placeSchema,
  /** How many copies stay there; null: all. */
  keep: z.object({ last: count, daily: count, weekly: count, monthly: count }).nullable(),
  addedAt: time,
  /** The id of the first snapshot that is copied; earlier ones are not. Null: there was none yet. */
  first: z.string().nullable(),
  /** Ids of the copies that are its own: no others are counted or removed by its retention. */
  copied: z.array(z.string()),
  /** The last look at it. */
  facts: z.object({
    resolved: z.string().nullable(),
    isSameDisk: z.boolean(),
    freeBytes: z.number().nullable(),
  }),
  /** Null: the last attempt succeeded. */
  failure: z.object({ since: time, at: time, count: z.int().min(1), error: keptErrorSchema }).nullable(),
});
/** A place that copies go to, and what came of it. Times are UTC, ISO 8601. */
export type KeptDestination = Readonly<z.infer<typeof destinationSchema>>;

/** The destinations of a state folder, as its settings keep them. */
export class KeptDestinations {
  private readonly settings: Pick<SettingsStore, 'get' | 'set'>;

  constructor(settings: Pick<SettingsStore, 'get' | 'set'>) {
    this.settings = settings;
  }

  /** Those that are at work. @throws where it cannot be read: nobody would see that nothing is copied any more */
  all(): readonly KeptDestination[] {
    return this.read().filter(({ isClaimed }) => isClaimed);
  }

  /** By its id, and nobody has claimed its place yet where a kill came between; null: there is none. */
  unclaimedAt(place: DestinationPlace): KeptDestination | null {
    return this.read().find((one) => !one.isClaimed && isSamePlace(one.place, place)) ?? null;
  }

  /** By its name or its id. @throws TrainyardError DESTINATION_NOT_FOUND */
  find(reference: string): KeptDestination {
    const found = this.all().find(({ id, name }) => id === reference || name === reference);
    if (!found) throw fault('DESTINATION_NOT_FOUND', { destination: reference });
    return found;
  }

  /** Keeps one, in place of that with its id. */
  put(destination: KeptDestination): void {
    const others = this.read().filter(({ id }) => id !== destination.id);
    this.settings.set(name, [...others, destination]);
  }

  /** Changes one as it is now; one that was removed meanwhile stays away. */
  update(id: string, change: (destination: KeptDestination) => KeptDestination): void {
    const all = this.read();
    if (!all.some((one) => one.id === id)) return;
    this.settings.set(
      name,
      all.map((one) => (one.id === id ? change(one) : one)),
    );
  }

  drop(id: string): void {
    this.settings.set(
      name,
      this.read().filter((one) => one.id !== id),
    );
  }

  private read(): readonly KeptDestination[] {
    const value = this.settings.get(name);
    return value === undefined ? [] : z.array(destinationSchema).parse(value);
  }
}

/** Whether copies for two places would lie among one another. */
export function isSamePlace(left: DestinationPlace, right: DestinationPlace): boolean {
  if (left.kind === 'folder') return right.kind === 'folder' && left.folder === right.folder;
  return (
    right.kind === 's3' &&
    left.bucket === right.bucket &&
    left.prefix === right.prefix &&
    left.endpoint === right.endpoint
  );
}
