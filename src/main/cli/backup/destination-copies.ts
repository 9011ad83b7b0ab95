import path from 'node:path';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import { openStateFolder } from '../../platform/state-folder.ts';
import type { DestinationPlace } from '../../stores/destinations/destination.ts';
import type { CommonOptions } from '../lib/define.ts';
import { formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, table, writeResult } from '../lib/output.ts';
import type { ServerOptions } from './server-flags.ts';

/** A destination by its name, its id, or its place, whether an engine runs or not. */
async function placeOf(
  reference: string,
  { s3Endpoint, s3Profile }: ServerOptions,
): Promise<DestinationPlace> {
  if (reference.startsWith('s3://')) {
    const { bucketOf } = await import('../../stores/objects/s3/place.ts');
    return { kind: 's3', ...bucketOf(reference), endpoint: s3Endpoint ?? null, profile: s3Profile ?? null };
  }
  if (/[/\\]/.test(reference)) return { kind: 'folder', folder: path.resolve(reference) };
  const [{ openSettings }, { KeptDestinations }] = await Promise.all([
    import('../../stores/settings/settings-store.ts'),
    import('../../features/backups/copies/kept-destinations.ts'),
  ]);
  using settings = openSettings(openHome(homeFolder()));
  return new KeptDestinations(settings).find(reference).place;
}

/** Lists the copies at a destination, and says how the newest is restored. @throws TrainyardError DESTINATION_NOT_FOUND, DESTINATION_AWAY, S3_… */
export async function showCopies(
  reference: string,
  options: ServerOptions & CommonOptions,
): Promise<undefined> {
  const place = await placeOf(reference, options);
  const home = openHome(homeFolder());
  const [{ openDestination }, { placeText }, { timeOfSnapshot }] = await Promise.all([
    import('../../stores/destinations/open-destination.ts'),
    import('../../features/backups/copies/destination-view.ts'),
    import('../../stores/snapshots/manifest.ts'),
  ]);
  using destination = await openDestination(place, {
    ...{ home, openScratch: () => openStateFolder(home, 'scratch') },
    patience: { signal: new AbortController().signal, tries: 2 },
  });
  const copies = (await destination.list()).toReversed().map((id) => ({ id, at: timeOfSnapshot(id) }));
  const at = placeText(place);
  await writeResult(options, { place: at, copies }, () =>
    copies.length === 0
      ? translate(`There is no copy at ${at}.`, `${at}에 사본이 없습니다.`)
      : table(copies, [
          [translate('SNAPSHOT', '스냅숏'), ({ id }) => id],
          [translate('OF', '시점'), (copy) => formatTime(copy.at)],
        ]),
  );
  const [newest] = copies;
  if (options.json || !newest) return;
  if (place.kind === 'folder') {
    const folder = path.join(place.folder, newest.id);
    remark(
      `Restore the newest: trainyard backup restore ${folder} --yes`,
      `가장 최근 것 복원: trainyard backup restore ${folder} --yes`,
    );
  } else
    remark(
      `Fetch the newest: trainyard backup download last ${at} <folder>`,
      `가장 최근 것 내려받기: trainyard backup download last ${at} <폴더>`,
    );
}
