import type { S3Endpoint } from '../../../platform/endpoints.ts';
import type { Examine } from '../examination.ts';
import { defaultLimits } from '../limits.ts';
import { sharpImageReader } from '../pixels/sharp-image-reader.ts';
import { sourcesOf } from '../sources/open-source.ts';
import { examineSource } from './examine-source.ts';

/**
 * Examines folders, archives and what lies in buckets in this thread, which has hardly time for anything else meanwhile.
 * @param stateFolder the engine's own: nothing in it is examined
 * @param s3 the profile's own server; null where it has none
 */
export function localExaminer(stateFolder: string, s3: S3Endpoint | null = null): Examine {
  const open = sourcesOf(defaultLimits, stateFolder, s3);
  return async (request, watch) =>
    examineSource(await open(request, request.reading), request, {
      ...watch,
      reader: sharpImageReader,
      limits: defaultLimits,
    });
}
