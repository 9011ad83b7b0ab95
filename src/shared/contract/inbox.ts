import { z } from 'zod';
import { inboxErrors } from '../errors/inbox.ts';
import { s3SourceErrors } from '../errors/s3-sources.ts';
import { storeServerErrors } from '../errors/store-servers.ts';
import { proceduresOf, time, workError } from './common.ts';
import { datasetFormats } from './datasets.ts';

const { get, post } = proceduresOf('inbox', { ...inboxErrors, ...s3SourceErrors, ...storeServerErrors });

/** `arriving`: something was put there a moment ago. `waiting`: it can be imported. The others: what became of it as it lies there. */
const dropStates = ['arriving', 'waiting', 'importing', 'imported', 'dismissed'] as const;

/** What somebody put into the inbox: a folder at its top with all that is below it, or an archive. */
const dropSchema = z.object({
  name: z.string(),
  kind: z.enum(['folder', 'archive']),
  source: z.string().describe('what to import: `path` of datasets.import'),
  files: z.int(),
  images: z.int().describe('by their names; 0 of an archive, which is not looked into'),
  bytes: z.int(),
  changedAt: time,
  format: z
    .enum(datasetFormats)
    .nullable()
    .describe('what it looks like by the names of its files; null where they say nothing'),
  state: z.enum(dropStates),
  dataset: z
    .object({ id: z.uuid(), name: z.string() })
    .nullable()
    .describe('that it is imported to, or was last'),
  failed: z.boolean().describe('its last import failed or was cancelled'),
});
export type Drop = z.infer<typeof dropSchema>;

const inboxSchema = z.object({
  bucket: z
    .object({ name: z.string(), place: z.string() })
    .nullable()
    .describe('its name and the server’s host:port; null: the profile in use has no S3 server'),
  problem: workError.nullable().describe('why it can’t be looked at'),
  drops: z.array(dropSchema),
  more: z.int().describe('drops beyond those listed (200)'),
  handled: z.int().describe('drops that were imported or dismissed, listed or not'),
  leftOut: z.object({
    count: z.int().describe('objects that belong to no drop'),
    keys: z.array(z.string()).describe('the first of them'),
  }),
});
export type InboxView = z.infer<typeof inboxSchema>;

const dropInput = z.object({ name: z.string().min(1).max(1024) });

/** A bucket of the profile's own S3 server into which people put datasets by other programs. A drop is imported by `datasets.import`. */
export const inboxContract = {
  show: get('/inbox', 'What lies in the inbox, newest first', {
    description:
      'Changes are followed for a minute after each call: system.changes says “inbox” where something was put there or removed.',
  })
    .input(
      z.object({
        all: z
          .stringbool()
          .or(z.boolean())
          .default(false)
          .describe('those that were imported or dismissed too'),
      }),
    )
    .output(inboxSchema),
  dismiss: post(
    '/inbox/dismissals',
    'Leave a drop out of the list for as long as it stays as it is; its files stay',
    {},
  )
    .input(dropInput)
    .output(z.object({ name: z.string() })),
  restore: post('/inbox/restorations', 'Take a dismissal back; harmless where there is none')
    .input(dropInput)
    .output(z.object({ name: z.string() })),
};
