import { z } from 'zod';

/** Encodings of an archive's names; `auto` looks at all of them. */
export const namesEncodings = [
  'auto',
  'utf-8',
  'cp949',
  'cp437',
  'shift_jis',
  'gbk',
  'big5',
  'windows-1252',
] as const;
export const deepestClasses = 8;

/** Which server a bucket is on; null: as the AWS environment says, or beside the other. */
const s3Server = z.object({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('http://host:port'),
  profile: z.string().min(1).max(255).nullable().default(null).describe('a profile of the AWS files'),
});

/** How a source is to be read if that cannot be seen from itself. */
export const readingSchema = z.object({
  classesAt: z
    .int()
    .min(1)
    .max(deepestClasses)
    .nullable()
    .default(null)
    .describe('the level of the class folders, 1 being the first; null: recognised by names and contents'),
  namesEncoding: z
    .enum(namesEncodings)
    .default('auto')
    .describe('the encoding of names in an archive that does not say it'),
  s3: s3Server
    .optional()
    .describe('the server of an s3:// path; left out: the profile’s own, or what the AWS environment says'),
});
export type Reading = Readonly<z.infer<typeof readingSchema>>;
