import type { Examine } from '../examination.ts';
import { defaultLimits } from '../limits.ts';
import { sharpImageReader } from '../pixels/sharp-image-reader.ts';
import { sourcesOf } from '../sources/open-source.ts';
import { examineSource } from './examine-source.ts';

/**
 * Examines folders and archives of this machine in this thread, which has hardly time for anything else meanwhile.
 * @param stateFolder the engine's own: nothing in it is examined
 */
export function localExaminer(stateFolder: string): Examine {
  const open = sourcesOf(defaultLimits, stateFolder);
  return async (request, watch) =>
    examineSource(await open(request, request.reading), request, {
      ...watch,
      reader: sharpImageReader,
      limits: defaultLimits,
    });
}
