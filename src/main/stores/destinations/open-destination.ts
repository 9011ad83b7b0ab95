import type { Destination, DestinationPlace } from './destination.ts';

/** How long a server that is away is waited for. */
export interface Patience {
  /** Ends what is asked of it. */
  readonly signal: AbortSignal;
  /** How often in a row it is asked, each time for up to some seconds. */
  readonly tries: number;
}

interface Surroundings {
  /** The state folder. */
  readonly home: string;
  /** Makes the folder for what is thrown away where it is missing, and answers its path. */
  readonly openScratch: () => string;
  readonly patience: Patience;
}

/** @throws TrainyardError S3_ENDPOINT_INVALID, S3_CREDENTIALS_… */
export async function openDestination(
  place: DestinationPlace,
  { home, openScratch, patience }: Surroundings,
): Promise<Destination> {
  // Loaded here: whoever copies nothing needs neither.
  if (place.kind === 'folder') {
    const { FolderDestination } = await import('./folder-destination.ts');
    return new FolderDestination(place.folder, home);
  }
  const [{ BucketDestination }, { connectAws }] = await Promise.all([
    import('./bucket-destination.ts'),
    import('../objects/s3/aws-connection.ts'),
  ]);
  const { bucket, prefix, endpoint, profile } = place;
  const connection = await connectAws({ endpoint, profile });
  return new BucketDestination({ connection, bucket, prefix, ...patience }, openScratch());
}
