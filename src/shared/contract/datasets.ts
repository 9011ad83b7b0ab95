import { z } from 'zod';
import { exportErrors } from '../errors/dataset-exports.ts';
import { datasetErrors } from '../errors/datasets.ts';
import { inboxErrors } from '../errors/inbox.ts';
import { s3SourceErrors } from '../errors/s3-sources.ts';
import { exportFormats } from '../model/export-formats.ts';
import { nameOf, pageInput, pageOutput, problem, proceduresOf, reference, time, waitMs } from './common.ts';
import { classCount, imageObject, labelCounts, splitCounts, splitNames } from './dataset-labels.ts';
import { readingSchema } from './dataset-reading.ts';
import { fileProgressSchema, importProgressSchema } from './file-progress.ts';

const { get, post, remove } = proceduresOf('datasets', {
  ...datasetErrors,
  ...exportErrors,
  ...s3SourceErrors,
  INBOX_DROP_IMPORTING: inboxErrors.INBOX_DROP_IMPORTING,
});

export const datasetFormats = ['imagenet', 'coco', 'yolo', 'pascal_voc'] as const;
export type DatasetFormat = (typeof datasetFormats)[number];
/** The format that somebody asks for; `auto` looks for the marks of all. */
const formatChoices = ['auto', ...datasetFormats] as const;
export type FormatChoice = (typeof formatChoices)[number];
export const importModes = ['copy', 'link', 'in_place'] as const;
export type ImportMode = (typeof importModes)[number];
const datasetStatuses = ['processing', 'ready', 'error', 'archived'] as const;

/** By what a format was recognised: the kind of mark, and the first file that has it. */
const formatMark = z.object({
  mark: z.enum(['coco_json', 'data_yaml', 'label_rows', 'annotation_xml', 'class_masks', 'no_labels']),
  file: z.string(),
});
const codeCount = z.object({ code: z.string(), count: z.int() });

/** What a validation found; `ok` is true where `errors` is empty. Paths are relative to the folder or archive. */
const validationSchema = z.object({
  ok: z.boolean(),
  errors: z.array(problem),
  warnings: z.array(problem),
  /** Counts beyond the problems listed here, where there were more than the report holds (1,000 of each). */
  moreErrors: z.int(),
  moreWarnings: z.int(),
  /** How many of each code there are, listed here or not, most first; empty in reports of versions before these were counted. */
  errorCounts: z.array(codeCount).default([]),
  warningCounts: z.array(codeCount).default([]),
  summary: z.object({
    format: z.enum(datasetFormats),
    images: z.int(),
    /** Those of `images` that an import leaves out with what is invalid; 0 in reports of versions before these were counted. */
    leftOut: z.int().default(0),
    bytes: z.int(),
    /** Of an ImageNet folder the count of images, of the others that of objects. */
    classes: z.array(classCount),
    /** Of labelled images only, where a class is of an object and not of the image. */
    ...labelCounts.partial().shape,
    /** How the format was found; null where somebody named it. */
    recognised: formatMark.nullable().default(null),
    /** Empty where the dataset has none; null in reports of versions before these were counted. */
    splits: splitCounts.nullable().default(null),
    widths: z.object({ min: z.int(), max: z.int() }).nullable(),
    heights: z.object({ min: z.int(), max: z.int() }).nullable(),
    channels: z.array(z.object({ channels: z.int(), count: z.int() })),
    fileTypes: z.array(z.object({ type: z.string(), count: z.int() })),
  }),
});
export type Validation = z.infer<typeof validationSchema>;

const datasetSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  format: z.string(),
  status: z.enum(datasetStatuses),
  /** The newest complete version; null while the first import is under way or when it failed. */
  version: z.int().nullable(),
  mode: z.enum(importModes).nullable(),
  storagePath: z.string(),
  images: z.int(),
  sizeBytes: z.int(),
  classes: z.array(classCount),
  /** Null where images have classes and no objects. */
  labels: labelCounts.nullable(),
  projects: z.array(z.object({ id: z.uuid(), name: z.string() })),
  createdAt: time,
  updatedAt: time,
  import: importProgressSchema.nullable(),
});
export type Dataset = z.infer<typeof datasetSchema>;

const datasetVersionSchema = z.object({
  version: z.int(),
  manifestSha256: z.string(),
  mode: z.enum(importModes),
  rootPath: z.string().nullable(),
  images: z.int(),
  sizeBytes: z.int(),
  /** With the count of images; where these are labelled, that of objects, in the order of the classes' indexes. */
  classes: z.array(classCount),
  format: z.enum(datasetFormats),
  labels: labelCounts.nullable(),
  /** Empty where the trainer makes the splits. */
  splits: splitCounts,
  /** Of `annotations.jsonl`, the labels of the images; null where there are none. */
  annotationsSha256: z.string().nullable(),
  createdAt: time,
  /** What would train badly on it, as its import found: at most one of each kind. Empty for versions that were imported before. */
  trainingRisks: z.array(problem),
  /**
   * Images of which an older import stored the size of the photo on its side: the right one is read from the images. Null for an
   * older version that was not used since.
   */
  correctedSizes: z.int().nullable(),
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

/** `thumbnailUrl` and `url` are paths on the engine's own origin. */
export const datasetImageSchema = z.object({
  path: z.string(),
  /** Null where objects have classes. */
  class: z.string().nullable(),
  split: splitNames.nullable(),
  sha256: z.string(),
  size: z.int(),
  width: z.int(),
  height: z.int(),
  channels: z.int(),
  /** Null where the image has a class; at most 200, without masks: `image` has all of an image. */
  objects: z.array(imageObject).nullable(),
  thumbnailUrl: z.string(),
  url: z.string(),
});

/** An export before it is made. */
const exportPlanSchema = z.object({
  datasetId: z.uuid(),
  name: z.string(),
  version: z.int(),
  format: z.enum(exportFormats),
  images: z.int(),
  objects: z.int(),
  files: z.int(),
  /** Of the tar that `url` gives. */
  tarBytes: z.int(),
  /** What the format can't hold of the version. */
  losses: z.array(problem),
  /** A path on the engine's own origin. */
  url: z.string(),
});
export type ExportPlan = z.infer<typeof exportPlanSchema>;

const checkInput = z.object({
  path: z.string().min(1),
  format: z.enum(formatChoices).default('auto'),
  reading: readingSchema.optional(),
});
/** What the reader saw last: `done` of its last answer. */
const afterDone = z.coerce.number().int().default(-1);

export const importInput = z.object({
  path: z
    .string()
    .min(1)
    .describe(
      'absolute path of a folder, zip or tar on the engine’s machine, s3://bucket/prefix or an archive in a bucket, or an upload:// id',
    ),
  project: reference,
  name: nameOf(255).optional(),
  description: z.string().max(10_000).optional(),
  format: z.enum(formatChoices).default('auto'),
  mode: z.enum(importModes).default('copy'),
  skipInvalid: z.boolean().default(false),
  reading: readingSchema.optional(),
});
export type ImportInput = z.infer<typeof importInput>;

export const datasetsContract = {
  list: get('/datasets', 'A page of the datasets, newest first')
    .input(
      z.strictObject({
        project: reference.optional(),
        search: z.string().max(255).optional(),
        ...pageInput,
      }),
    )
    .output(z.object({ datasets: z.array(datasetSchema), ...pageOutput })),
  show: get('/datasets/{dataset}', 'One dataset with its versions and last validation')
    .input(z.object({ dataset: reference }))
    .output(
      datasetSchema.extend({
        versions: z.array(datasetVersionSchema),
        validation: validationSchema.nullable(),
      }),
    ),
  validate: post('/datasets/validate', 'Check a folder or archive on the engine’s machine; imports nothing', {
    description:
      'Answers when every file was looked at; closing the connection ends the work. For progress use startCheck.',
  })
    .meta({ effect: 'harmless' })
    .input(checkInput)
    .output(validationSchema),
  startCheck: post(
    '/dataset-checks',
    'Start the same check in the background; read its progress with waitForCheck',
    {
      successStatus: 202,
      description: 'It ends by itself where nobody has asked for its progress for ten seconds.',
    },
  )
    .meta({ effect: 'harmless' })
    .input(checkInput)
    .output(z.object({ checkId: z.uuid() })),
  waitForCheck: get(
    '/dataset-checks/{checkId}',
    'A check’s progress, and at its end what it found; waits for a change',
  )
    .input(z.object({ checkId: z.uuid(), afterDone, waitMs }))
    .output(fileProgressSchema.extend({ validation: validationSchema.nullable() })),
  cancelCheck: remove('/dataset-checks/{checkId}', 'End a check; harmless where it has ended')
    .meta({ effect: 'harmless' })
    .input(z.object({ checkId: z.uuid() }))
    .output(z.object({ checkId: z.uuid() })),
  import: post('/datasets/import', 'Start an import; read its progress with waitForImport', {
    successStatus: 202,
    description:
      'The same name with the same bytes gives the version that is there; with other bytes the next version. Invalid input imports nothing unless skipInvalid is set.',
  })
    .input(importInput)
    .output(z.object({ datasetId: z.uuid(), importId: z.uuid() })),
  waitForImport: get('/dataset-imports/{importId}', 'An import’s progress; waits for a change')
    .input(z.object({ importId: z.uuid(), afterDone, waitMs }))
    .output(
      importProgressSchema.extend({
        datasetId: z.uuid(),
        version: z.int().nullable(),
        /** True if the very same bytes were there already. */
        reused: z.boolean(),
        validation: validationSchema.nullable(),
      }),
    ),
  cancelImport: remove('/dataset-imports/{importId}', 'Cancel an import; harmless where it has ended', {
    description:
      'Answers once it is written down, also for an engine that is killed meanwhile; waitForImport says “cancelled” when what was stored is removed. A dataset without a version goes with its only import.',
  })
    .meta({ effect: 'harmless' })
    .input(z.object({ importId: z.uuid() }))
    .output(z.object({ importId: z.uuid() })),
  images: get('/datasets/{dataset}/images', 'A page of the images of a version')
    .input(
      z.object({
        dataset: reference,
        version: z.coerce.number().int().min(1).optional(),
        class: z.string().optional(),
        split: splitNames.optional(),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(500).default(60),
      }),
    )
    .output(z.object({ images: z.array(datasetImageSchema), total: z.int() })),
  image: get('/datasets/{dataset}/image', 'An image of a version with all that is labelled in it')
    .input(
      z.object({
        dataset: reference,
        version: z.coerce.number().int().min(1).optional(),
        path: z.string().describe('as `images` gives it'),
      }),
    )
    .output(datasetImageSchema.extend({ findings: z.array(problem) })),
  exportPlan: get(
    '/datasets/{dataset}/export',
    'How a version is exported: its size, and what the format can’t hold',
    {
      description: 'The export itself is a tar, at `url` of the answer.',
    },
  )
    .input(
      z.object({
        dataset: reference,
        version: z.coerce.number().int().min(1).optional(),
        format: z.enum(exportFormats),
      }),
    )
    .output(exportPlanSchema),
  verify: post(
    '/datasets/{dataset}/verify',
    'Compare the files of a version with its manifest: changed, missing, added',
  )
    .meta({ effect: 'harmless' })
    .input(z.object({ dataset: reference, version: z.int().min(1).optional() }))
    .output(z.object({ ok: z.boolean(), problems: z.array(problem) })),
  link: post('/datasets/{dataset}/projects', 'Use a dataset in one more project')
    .input(z.object({ dataset: reference, project: reference }))
    .output(z.object({ id: z.uuid() })),
  remove: remove(
    '/datasets/{dataset}',
    'Move to the bin (soft delete); refused while a run that is not over uses it',
  )
    .input(z.object({ dataset: reference }))
    .output(z.object({ id: z.uuid() })),
};
