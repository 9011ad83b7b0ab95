import {
  type Examination,
  type ExaminationRequest,
  type ExaminationWatch,
  examineSource,
  openPlace,
  type SourceExaminer,
} from '../../domain/datasets/examination.ts';
import { defaultLimits } from '../../domain/datasets/limits.ts';
import { LocalSources } from '../files/local-sources.ts';
import { SharpImageReader } from '../images/sharp-image-reader.ts';

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
