import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type {
  AddDestinationInput,
  DestinationView,
} from '../../../../shared/contract/backup-destinations.ts';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { defaultKeep } from '../../../../shared/model/backup-schedule.ts';
import type { Retention } from '../../../../shared/model/retention.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import type { Destination, DestinationPlace } from '../../../stores/destinations/destination.ts';
import type { Patience } from '../../../stores/destinations/open-destination.ts';
import { bucketOf } from '../../../stores/objects/s3/place.ts';
import type { ChangeFeed } from '../../changes/change-feed.ts';
import type { Copier } from './copier.ts';
import { waitingFor } from './copy-state.ts';
import { destinationView, placeText } from './destination-view.ts';
import { isSamePlace, type KeptDestination, type KeptDestinations } from './kept-destinations.ts';

/** The id under which readers are notified of the list. */
const changeId = '00000000-0000-0000-0000-000000000002';

/** Of whom a person asks something now. */
const somebodyWaits = (): Patience => ({ signal: new AbortController().signal, tries: 2 });

/** @throws TrainyardError DESTINATION_PLACE_INVALID, S3_SOURCE_INVALID */
function placeOf({ place, endpoint, profile }: AddDestinationInput): DestinationPlace {
  if (place.startsWith('s3://')) return { kind: 's3', ...bucketOf(place), endpoint, profile };
  if (!path.isAbsolute(place) || place.includes('\0')) throw fault('DESTINATION_PLACE_INVALID', { place });
  return { kind: 'folder', folder: path.resolve(place) };
}

/** Where copies of snapshots go. */
export class Destinations {
  private readonly parts;

  constructor(parts: {
    readonly kept: KeptDestinations;
    readonly copier: Copier;
    readonly open: (place: DestinationPlace, patience: Patience) => Promise<Destination>;
    readonly changes: ChangeFeed;
  }) {
    this.parts = parts;
  }

  async list(): Promise<{ destinations: DestinationView[] }> {
    const { kept, copier } = this.parts;
    const snapshots = await copier.copyable();
    return {
      // What is kept and what is done now are of one moment.
      destinations: kept.all().map((one) =>
        destinationView(one, {
          waiting: waitingFor(one, snapshots),
          ...copier.stateOf(one.id),
          now: new Date().toISOString(),
        }),
      ),
    };
  }

  /**
   * Makes a place the destination of copies: of the newest snapshot, and of each that is made from now on. It is there once the place is its
   * own and was written to and read from.
   * @throws TrainyardError DESTINATION_…, S3_…
   */
  async add(input: AddDestinationInput): Promise<DestinationView> {
    const { kept, copier, open, changes } = this.parts;
    const place = placeOf(input);
    const name = input.name ?? (place.kind === 'folder' ? path.basename(place.folder) : place.bucket);
    const same = kept.all().find((one) => one.name === name || isSamePlace(one.place, place));
    if (same) throw fault('DESTINATION_EXISTS', { name: same.name, place: placeText(same.place) });
    const newest = (await copier.copyable())
      .map(({ id }) => id)
      .sort()
      .at(-1);
    const intended: KeptDestination = {
      id: kept.unclaimedAt(place)?.id ?? randomUUID(),
      ...{ name, place, isClaimed: false, keep: input.keep === undefined ? defaultKeep : input.keep },
      ...{ addedAt: new Date().toISOString(), first: newest ?? null, copied: [], failure: null },
      facts: { resolved: null, isSameDisk: false, freeBytes: null },
    };
    const { id } = intended;
    failpoint('destination.add.before');
    kept.put(intended);
    failpoint('destination.add.after');
    let isOwn = false;
    try {
      using destination = await open(place, somebodyWaits());
      await destination.claim(id, input.takeOver);
      isOwn = true;
      const facts = await destination.check(id);
      const copied = [...(await destination.list())];
      failpoint('destination.settle.before');
      kept.update(id, (one) => ({ ...one, isClaimed: true, facts, copied }));
      failpoint('destination.settle.after');
    } catch (error) {
      // Once the place is its own, the next try must know its id.
      if (!isOwn) kept.drop(id);
      throw error;
    }
    changes.changed('backup', changeId);
    void copier.look(id);
    return this.view(id);
  }

  /** Looks at the place; where it is there, copies what waits. @throws TrainyardError DESTINATION_NOT_FOUND, DESTINATION_AWAY, DESTINATION_TAKEN, FILE_…, S3_… */
  async test(reference: string): Promise<DestinationView> {
    const { kept, copier, open, changes } = this.parts;
    const { id, place } = kept.find(reference);
    using destination = await open(place, somebodyWaits());
    const facts = await destination.check(id);
    kept.update(id, (one) => ({ ...one, facts }));
    changes.changed('backup', id);
    void copier.look(id);
    return this.view(id);
  }

  /** @throws TrainyardError DESTINATION_NOT_FOUND */
  async copyNow(reference: string): Promise<DestinationView> {
    const { kept, copier } = this.parts;
    const { id } = kept.find(reference);
    await copier.look(id);
    return this.view(id);
  }

  /** Changes how many copies stay; null: all. What is removed by that goes now. @throws TrainyardError DESTINATION_NOT_FOUND */
  async keep(reference: string, keep: Retention | null): Promise<DestinationView> {
    const { kept, copier, changes } = this.parts;
    const { id } = kept.find(reference);
    kept.update(id, (one) => ({ ...one, keep }));
    changes.changed('backup', id);
    await copier.look(id);
    return this.view(id);
  }

  /** @throws TrainyardError DESTINATION_NOT_FOUND */
  async remove(reference: string): Promise<{ destinations: DestinationView[] }> {
    const { kept, copier, changes } = this.parts;
    const { id } = kept.find(reference);
    kept.drop(id);
    await copier.stop(id);
    changes.changed('backup', changeId);
    return this.list();
  }

  private async view(id: string): Promise<DestinationView> {
    const found = (await this.list()).destinations.find((one) => one.id === id);
    if (!found) throw fault('DESTINATION_NOT_FOUND', { destination: id });
    return found;
  }
}
