import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { BucketPlace } from '../../stores/destinations/bucket-place.ts';
import type { CopyProgress } from '../../stores/destinations/destination.ts';
import { type Command, type CommonOptions, defineCommand } from '../lib/define.ts';
import { translate } from '../lib/language.ts';
import { StatusLine, writeResult } from '../lib/output.ts';
import { addServerFlags, type ServerOptions } from './server-flags.ts';
import { snapshotsFolder } from './snapshots-folder.ts';

/** A connection to the bucket of `s3://bucket/prefix`. Keys and secrets stand in the environment or the AWS files, never in arguments. */
async function openPlace(text: string, { s3Endpoint, s3Profile }: ServerOptions): Promise<BucketPlace> {
  const [{ bucketOf }, { connectAws }] = await Promise.all([
    import('../../stores/objects/s3/place.ts'),
    import('../../stores/objects/s3/aws-connection.ts'),
  ]);
  const place = bucketOf(text);
  const connection = await connectAws({ endpoint: s3Endpoint ?? null, profile: s3Profile ?? null });
  return { connection, ...place, signal: new AbortController().signal, tries: 6 };
}

/** Shows how many files are there. */
async function shown<Result>(work: (onCopied: (progress: CopyProgress) => void) => Promise<Result>) {
  const status = new StatusLine();
  try {
    return await work(({ done, files }) => status.show(`${translate('files', '파일')}: ${done}/${files}`));
  } finally {
    status.clear();
  }
}

async function upload(
  reference: string,
  to: string,
  options: ServerOptions & CommonOptions,
): Promise<undefined> {
  const [{ findSnapshot }, { uploadSnapshot }, { hasMarker }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../stores/destinations/upload.ts'),
    import('../../stores/destinations/bucket-destination.ts'),
  ]);
  const folder = await findSnapshot(snapshotsFolder(), reference);
  const place = await openPlace(to, options);
  using _open = place.connection;
  const named = `s3://${place.bucket}/${place.prefix}`;
  // Its retention removes contents that nothing names yet.
  if (await hasMarker(place)) throw fault('DESTINATION_COPIES_ITSELF', { place: named });
  const { id } = await shown((onCopied) => uploadSnapshot(folder, place, onCopied));
  const at = `${named}${id}`;
  return writeResult(options, { id, place: at }, () =>
    translate(`${id} is in ${at}, whole.`, `${id} 스냅숏을 ${at}에 모두 올렸습니다.`),
  );
}

async function download(
  reference: string,
  from: string,
  into: string,
  options: ServerOptions & CommonOptions,
): Promise<undefined> {
  const [{ snapshotsInBucket }, { bucketSource }, { receiveSnapshot }] = await Promise.all([
    import('../../stores/destinations/bucket-place.ts'),
    import('../../stores/destinations/sources.ts'),
    import('../../stores/destinations/receive.ts'),
  ]);
  const place = await openPlace(from, options);
  using _open = place.connection;
  const ids = await snapshotsInBucket(place);
  const found = reference === 'last' ? ids.slice(-1) : ids.filter((id) => id.startsWith(reference));
  const [id] = found;
  if (id === undefined || found.length > 1) throw fault('SNAPSHOT_NOT_FOUND', { snapshot: reference });
  const folder = await shown((onCopied) =>
    receiveSnapshot(bucketSource(place, id), path.resolve(into), onCopied),
  );
  return writeResult(options, { id, path: folder }, () =>
    translate(
      `${id} is in ${folder}, whole. Restore it: trainyard backup restore ${folder} --yes`,
      `${id} 스냅숏을 ${folder}에 모두 받았습니다. 복원: trainyard backup restore ${folder} --yes`,
    ),
  );
}

/** `backup upload` and `backup download`: copies of snapshots in a bucket. */
export function defineBucketCopies(group: Command): void {
  addServerFlags(
    defineCommand(group, {
      usage: 'upload <snapshot> <place>',
      english:
        'copy a snapshot to s3://bucket/prefix; what is there already is not sent again, so one that was cut off goes on',
      korean:
        '스냅숏을 s3://버킷/접두사에 올립니다. 이미 있는 것은 다시 보내지 않으므로 끊겨도 이어서 올립니다',
      examples: [
        'backup upload last s3://offsite/trainyard',
        'backup upload last s3://offsite/trainyard --s3-endpoint https://nas:9000',
      ],
      json: '{"id", "place"}',
    }),
  ).perform<ServerOptions>((options, reference = '', to = '') => upload(reference, to, options));

  addServerFlags(
    defineCommand(group, {
      usage: 'download <snapshot> <place> <folder>',
      english:
        'copy a snapshot from s3://bucket/prefix into a folder, by its id, the first characters of it, or "last"; one that was cut off goes on',
      korean:
        's3://버킷/접두사의 스냅숏을 폴더로 받습니다. ID, ID의 앞부분 또는 "last"로 지정하며, 끊겨도 이어서 받습니다',
      examples: ['backup download last s3://offsite/trainyard /mnt/restored'],
      json: '{"id", "path"}',
    }),
  ).perform<ServerOptions>((options, reference = '', from = '', into = '') =>
    download(reference, from, into, options),
  );
}
