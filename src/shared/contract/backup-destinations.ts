import { z } from 'zod';
import { destinationErrors } from '../errors/destinations.ts';
import { s3SourceErrors } from '../errors/s3-sources.ts';
import { snapshotErrors } from '../errors/snapshots.ts';
import { storeServerErrors } from '../errors/store-servers.ts';
import { keepSchema } from './backup-schedule.ts';
import { proceduresOf, time, workError } from './common.ts';

const count = z.int();

const destinationViewSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.enum(['folder', 's3']),
  place: z.string().describe('the folder, or s3://bucket/prefix'),
  endpoint: z.string().nullable().describe('of S3; null: what the environment of AWS says'),
  profile: z.string().nullable().describe('a section of the AWS files whose credentials are used'),
  resolved: z.string().nullable().describe('the folder without links, where that is another one'),
  isSameDisk: z.boolean().describe('it is on the disk that the state folder is on, and is lost with it'),
  freeBytes: count.nullable().describe('when it was last looked at; null where nobody says'),
  keep: keepSchema.nullable().describe('how many copies stay there; null: all of them'),
  copies: count.describe('of this state folder’s snapshots, when it was last looked at'),
  newest: time.nullable().describe('of which time the newest snapshot is that has a copy there'),
  waiting: count.describe('snapshots whose copies are to come'),
  isBusy: z.boolean().describe('it is being looked at, copied to, or old copies are being removed'),
  current: z
    .object({ snapshot: z.string(), done: count, files: count })
    .nullable()
    .describe('what is being copied, in files'),
  failure: z
    .object({ at: time, since: time, error: workError })
    .nullable()
    .describe('why nothing could be copied, or removed, the last time; since when that goes on'),
  retryAt: time.nullable().describe('when that is tried again'),
  warning: z
    .enum(['failing', 'away'])
    .nullable()
    .describe('its copies have been behind for long; away: the disk is not attached'),
});
export type DestinationView = z.infer<typeof destinationViewSchema>;

/** What a destination is added with. */
export const addDestinationInput = z.strictObject({
  place: z.string().trim().min(1).max(4096).describe('an absolute path of a folder, or s3://bucket/prefix'),
  name: z.string().trim().min(1).max(100).exactOptional().describe('left out: made of the place'),
  endpoint: z.string().trim().min(1).max(2048).nullable().default(null),
  profile: z.string().trim().min(1).max(200).nullable().default(null),
  keep: keepSchema
    .nullable()
    .exactOptional()
    .describe('left out: as the schedule keeps by default; null: all'),
  takeOver: z
    .boolean()
    .default(false)
    .describe('make a place with copies of another destination this one’s, and count those copies'),
});
export type AddDestinationInput = z.infer<typeof addDestinationInput>;

const named = z.strictObject({
  destination: z.string().trim().min(1).max(100).describe('its name or its id'),
});
/** What a destination’s retention is changed with. */
export const keepDestinationInput = named.extend({ keep: keepSchema.nullable() });

const listSchema = z.object({ destinations: z.array(destinationViewSchema) });

const { get, post } = proceduresOf('backups', {
  ...destinationErrors,
  ...s3SourceErrors,
  ...storeServerErrors,
  ...snapshotErrors,
});

export const backupDestinationsContract = {
  destinations: get(
    '/backups/destinations',
    'Where copies of snapshots are kept, and how the last ones went',
  ).output(listSchema),
  addDestination: post(
    '/backups/destinations',
    'Keep copies of snapshots at a place: the newest one, and each that is made from now on',
  )
    .meta({ effect: 'needsNoRoom' })
    .input(addDestinationInput)
    .output(destinationViewSchema),
  testDestination: post(
    '/backups/destinations/test',
    'Look whether a destination is there, and can be written to and read from',
  )
    .meta({ effect: 'harmless' })
    .input(named)
    .output(destinationViewSchema),
  copyToDestination: post('/backups/destinations/copy', 'Copy now what waits, and do not wait for it')
    .meta({ effect: 'harmless' })
    .input(named)
    .output(destinationViewSchema),
  keepAtDestination: post('/backups/destinations/keep', 'Change how many copies stay at a destination')
    .meta({ effect: 'needsNoRoom' })
    .input(keepDestinationInput)
    .output(destinationViewSchema),
  removeDestination: post(
    '/backups/destinations/remove',
    'Copy nothing to a destination any more; the copies that are there stay',
  )
    .meta({ effect: 'needsNoRoom' })
    .input(named)
    .output(listSchema),
};
