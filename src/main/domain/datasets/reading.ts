import type { z } from 'zod';
import type { namesEncodings, readingSchema } from '../../../shared/contract/datasets.ts';

/** How a source is read where it does not tell by itself; what somebody says here is not guessed. */
export type Reading = Readonly<z.infer<typeof readingSchema>>;

export type NamesEncoding = (typeof namesEncodings)[number];

export const automatic: Reading = { classesAt: null, namesEncoding: 'auto' };
