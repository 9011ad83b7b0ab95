import { ORPCError } from '@orpc/server';
import type { AddDestinationInput, DestinationView } from '../../src/shared/contract/backup-destinations.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import type { TrainyardError } from '../../src/shared/errors/error.ts';
import { defaultKeep } from '../../src/shared/model/backup-schedule.ts';
import { os } from './fixture-api.ts';
import { ago, fixtureId } from './fixture-data.ts';
import type { FixtureState } from './fixture-state.ts';

const refused = ({ record, status }: TrainyardError) => {
  const { code, message, ...data } = record;
  return new ORPCError(code, { status, message, data });
};

export function destinationOf(part: Partial<DestinationView> = {}): DestinationView {
  return {
    ...{ id: fixtureId(8, 1), name: 'usb', kind: 'folder', place: '/mnt/usb/trainyard' },
    ...{ endpoint: null, profile: null, resolved: null, isSameDisk: false, freeBytes: 812_000_000_000 },
    ...{ keep: defaultKeep, copies: 5, newest: ago(180), waiting: 0, isBusy: false, current: null },
    ...{ failure: null, retryAt: null, warning: null, ...part },
  };
}

/** Where copies go, as far as a test says. */
export class FixtureDestinations {
  list: readonly DestinationView[] = [];
  private readonly onChange: () => void;

  constructor(onChange: () => void) {
    this.onChange = onChange;
  }

  set(list: readonly DestinationView[]): void {
    this.list = list;
    this.onChange();
  }

  find(reference: string): DestinationView {
    const found = this.list.find(({ id, name }) => id === reference || name === reference);
    if (!found) throw refused(fault('DESTINATION_NOT_FOUND', { destination: reference }));
    return found;
  }

  change(reference: string, part: Partial<DestinationView>): DestinationView {
    const changed = { ...this.find(reference), ...part };
    this.set(this.list.map((one) => (one.id === changed.id ? changed : one)));
    return changed;
  }

  add({ place, name, endpoint, profile, keep, takeOver }: AddDestinationInput): DestinationView {
    if (place.includes('taken') && !takeOver) throw refused(fault('DESTINATION_TAKEN', { place }));
    if (!/^(\/|s3:\/\/)/.test(place)) throw refused(fault('DESTINATION_PLACE_INVALID', { place }));
    const added = destinationOf({
      ...{ id: fixtureId(8, this.list.length + 1), name: name ?? place.split('/').at(-1) ?? '', place },
      ...{ kind: place.startsWith('s3:') ? 's3' : 'folder', endpoint, profile },
      ...{ keep: keep === undefined ? defaultKeep : keep, copies: 0, newest: null, waiting: 1, isBusy: true },
    });
    this.set([...this.list, added]);
    return added;
  }
}

export function fixtureDestinations({ destinations }: FixtureState) {
  const { backups } = os;
  const all = () => ({ destinations: [...destinations.list] });
  return {
    destinations: backups.destinations.handler(all),
    addDestination: backups.addDestination.handler(({ input }) => destinations.add(input)),
    testDestination: backups.testDestination.handler(({ input }) => destinations.find(input.destination)),
    copyToDestination: backups.copyToDestination.handler(({ input }) =>
      destinations.change(input.destination, { isBusy: true, failure: null }),
    ),
    keepAtDestination: backups.keepAtDestination.handler(({ input: { destination, keep } }) =>
      destinations.change(destination, { keep }),
    ),
    removeDestination: backups.removeDestination.handler(({ input }) => {
      const { id } = destinations.find(input.destination);
      destinations.set(destinations.list.filter((one) => one.id !== id));
      return all();
    }),
  };
}
