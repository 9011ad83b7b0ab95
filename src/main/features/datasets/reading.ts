import type { namesEncodings, Reading } from '../../../shared/contract/datasets.ts';

export type { Reading } from '../../../shared/contract/datasets.ts';

export type NamesEncoding = (typeof namesEncodings)[number];
export type KnownEncoding = Exclude<NamesEncoding, 'auto'>;

/** Nothing was said: what does not tell by itself is recognised. */
export const automatic: Reading = { classesAt: null, namesEncoding: 'auto' };
