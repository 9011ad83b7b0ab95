import {
  type Examination,
  type ExaminationRequest,
  type ExaminationWatch,
  examineSource,
  openPlace,
  type SourceExaminer,
} from '../examination.ts';
import { defaultLimits } from '../limits.ts';
import { SharpImageReader } from '../pixels/sharp-image-reader.ts';
import { LocalSources } from '../sources/local-sources.ts';

/** Examines folders and archives of this machine in this thread, which has hardly time for anything else meanwhile. */
export class LocalExaminer implements SourceExaminer {
  private readonly sources: LocalSources;
  private readonly reader = new SharpImageReader();

  /** @param stateFolder the engine's own: nothing in it is examined */
  constructor(stateFolder: string) {
    this.sources = new LocalSources(defaultLimits, stateFolder);
  }

  async examine(request: ExaminationRequest, watch: ExaminationWatch): Promise<Examination> {
    const source = await openPlace(this.sources, request, request.reading);
    return examineSource(source, request, { ...watch, reader: this.reader, limits: defaultLimits });
  }
}
