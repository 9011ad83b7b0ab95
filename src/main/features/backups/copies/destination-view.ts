import type { DestinationView } from '../../../../shared/contract/backup-destinations.ts';
import type { DestinationPlace } from '../../../stores/destinations/destination.ts';
import { timeOfSnapshot } from '../../../stores/snapshots/manifest.ts';
import { retryOf, warningOf } from './copy-state.ts';
import type { KeptDestination } from './kept-destinations.ts';

/** A place as people write it. */
export const placeText = (place: DestinationPlace): string =>
  place.kind === 'folder' ? place.folder : `s3://${place.bucket}/${place.prefix}`;

/** A destination as people are shown it. */
export function destinationView(
  destination: KeptDestination,
  {
    waiting,
    now,
    ...busy
  }: Pick<DestinationView, 'isBusy' | 'current'> & {
    readonly waiting: readonly string[];
    readonly now: string;
  },
): DestinationView {
  const { id, name, place, keep, copied, facts, failure } = destination;
  const newest = copied.toSorted().at(-1);
  return {
    ...{ id, name, kind: place.kind, place: placeText(place), ...facts },
    ...(place.kind === 's3'
      ? { endpoint: place.endpoint, profile: place.profile }
      : { endpoint: null, profile: null }),
    ...{ keep, copies: copied.length, newest: newest === undefined ? null : timeOfSnapshot(newest) },
    ...{ waiting: waiting.length, ...busy },
    failure: failure && { at: failure.at, since: failure.since, error: failure.error },
    retryAt: retryOf(destination),
    warning: warningOf(destination, waiting, now),
  };
}
