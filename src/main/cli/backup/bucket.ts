import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { CopyProgress } from '../../stores/snapshots/bucket-copies.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { translate } from '../lib/language.ts';
import { StatusLine, writeResult } from '../lib/output.ts';
import { snapshotsFolder } from './snapshots-folder.ts';

interface ServerOptions {
  readonly s3Endpoint?: string;
  readonly s3Profile?: string;
  readonly json?: true | undefined;
}

const addServerFlags = (command: Command): Command =>
  command
    .flag(
      '--s3-endpoint <url>',
      'server of the s3:// place (left out: as the AWS environment says)',
      's3:// 위치의 서버(생략하면 AWS 환경이 가리키는 서버)',
    )
    .flag(
      '--s3-profile <name>',
      'profile of the AWS files whose credentials are used there',
      '그곳에서 쓸 자격 증명이 든 AWS 파일의 프로필',
    );

/** A connection to the bucket of `s3://bucket/prefix`. Keys and secrets stand in the environment or the AWS files, never in arguments. */
async function openPlace(text: string, { s3Endpoint, s3Profile }: ServerOptions) {
  const [{ parsePlace }, { connectAws }] = await Promise.all([
    import('../../features/datasets/sources/s3-place.ts'),
    import('../../stores/objects/s3/aws-connection.ts'),
  ]);
  const { bucket, key } = parsePlace(text);
  const connection = await connectAws({ endpoint: s3Endpoint ?? null, profile: s3Profile ?? null });
  return { connection, place: { bucket, prefix: key === '' || key.endsWith('/') ? key : `${key}/` } };
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

async function upload(reference: string, to: string, options: ServerOptions): Promise<undefined> {
  const [{ findSnapshot }, { uploadSnapshot }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../stores/snapshots/bucket-copies.ts'),
  ]);
  const folder = await findSnapshot(snapshotsFolder(), reference);
  const { connection, place } = await openPlace(to, options);
  using _open = connection;
  const { id } = await shown((onCopied) => uploadSnapshot(folder, connection, place, onCopied));
  const at = `s3://${place.bucket}/${place.prefix}${id}`;
  return writeResult(options, { id, place: at }, () =>
    translate(`${id} is in ${at}, whole.`, `${id} 스냅숏을 ${at}에 모두 올렸습니다.`),
  );
}

async function download(
  reference: string,
  from: string,
  into: string,
  options: ServerOptions,
): Promise<undefined> {
  const { downloadSnapshot, snapshotsInBucket } = await import('../../stores/snapshots/bucket-copies.ts');
  const { connection, place } = await openPlace(from, options);
  using _open = connection;
  const ids = await snapshotsInBucket(connection, place);
  const found = reference === 'last' ? ids.slice(-1) : ids.filter((id) => id.startsWith(reference));
  const [id] = found;
  if (id === undefined || found.length > 1) throw fault('SNAPSHOT_NOT_FOUND', { snapshot: reference });
  const folder = await shown((onCopied) =>
    downloadSnapshot(connection, place, id, path.resolve(into), onCopied),
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
