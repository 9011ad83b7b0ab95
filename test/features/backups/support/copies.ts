import path from 'node:path';
import { pino } from 'pino';
import { Copier } from '../../../../src/main/features/backups/copies/copier.ts';
import { Destinations } from '../../../../src/main/features/backups/copies/destinations.ts';
import { KeptDestinations } from '../../../../src/main/features/backups/copies/kept-destinations.ts';
import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import type { DestinationPlace } from '../../../../src/main/stores/destinations/destination.ts';
import { openDestination, type Patience } from '../../../../src/main/stores/destinations/open-destination.ts';
import { openSettings } from '../../../../src/main/stores/settings/settings-store.ts';
import type { AddDestinationInput } from '../../../../src/shared/contract/backup-destinations.ts';

/** What an engine has of the copies of a state folder's snapshots, with a clock that a test sets. */
export function copiesOf({ home, snapshots }: { readonly home: string; readonly snapshots: string }) {
  const settings = openSettings(home);
  const changes = new ChangeFeed();
  const kept = new KeptDestinations(settings);
  const open = (place: DestinationPlace, patience: Patience) =>
    openDestination(place, { home, openScratch: () => path.join(home, 'scratch'), patience });
  const clock = { aheadMs: 0 };
  const copier = new Copier({
    ...{ kept, open, changes, openFolder: () => snapshots, log: pino({ level: 'silent' }) },
    now: () => new Date(Date.now() + clock.aheadMs),
  });
  const destinations = new Destinations({ kept, copier, open, changes });
  return {
    ...{ kept, copier, destinations, clock },
    add: (place: string, part: Partial<AddDestinationInput> = {}) =>
      destinations.add({ ...{ place, endpoint: null, profile: null, takeOver: false }, ...part }),
    /** Looks, and waits until nothing is done any more. */
    settle: async (): Promise<void> => {
      await copier.look();
      for (const { id } of kept.all()) await copier.idle(id);
    },
    [Symbol.asyncDispose]: async () => {
      await copier[Symbol.asyncDispose]();
      settings[Symbol.dispose]();
    },
  };
}
