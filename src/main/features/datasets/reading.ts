import type { namesEncodings, Reading } from '../../../shared/contract/dataset-reading.ts';

export type { Reading } from '../../../shared/contract/dataset-reading.ts';

export type NamesEncoding = (typeof namesEncodings)[number];
export type KnownEncoding = Exclude<NamesEncoding, 'auto'>;

/** The person chose nothing: everything is recognised. */
export const automatic: Reading = { classesAt: null, namesEncoding: 'auto' };
