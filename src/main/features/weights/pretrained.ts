import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { PinnedWeights, WeightsFile } from '../../../shared/model/pretrained-weights.ts';
import type { TrainingConfig } from '../../../shared/model/training-config.ts';
import { sha256Of } from '../../platform/sha256.ts';
import type { Db } from '../../postgres/db.ts';
import type { LocalObjects } from '../../stores/objects/ports.ts';
import { requireHubPlace } from './hub-files.ts';
import type { SourceFile } from './ports.ts';
import { findWeights, newestFor, weightsProgressOf } from './weights-rows.ts';
import { objectsOf } from './weights-storing.ts';

interface Parts {
  readonly db: Db;
  readonly local: LocalObjects;
  /** The files of weights at a path; see `files/weights-source.ts`. */
  readonly open: (path: string) => Promise<readonly SourceFile[]>;
  /** Where the caches of the hubs have, or would have, the weights of a model; null where that is not known. */
  readonly find: (model: string) => Promise<{
    readonly file: string | null;
    readonly wanted: { readonly file: string; readonly folder: string };
  } | null>;
}

const field = 'model.pretrainedWeights';

/** The weights that a training begins with: found before it is queued, and kept to. */
export class Pretrained {
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /**
   * Those that a config asks for: by the name or id of stored ones, by a path, or, where it names none, the newest that are stored for the model, else
   * those in the hubs' caches.
   * @returns null where the training begins with none
   * @throws TrainyardError WEIGHTS_UNKNOWN, WEIGHTS_UNFINISHED, WEIGHTS_NOT_FOUND, WEIGHTS_MISSING, WEIGHTS_NO_HUB, NOT_WEIGHTS, WEIGHTS_TRUNCATED
   */
  async resolve(
    userId: string,
    { source, name, pretrained, pretrainedWeights }: TrainingConfig['model'],
  ): Promise<PinnedWeights | null> {
    if (pretrainedWeights !== null)
      return (
        path.isAbsolute(pretrainedWeights)
          ? this.pinFiles(pretrainedWeights, source)
          : this.pinStored(userId, pretrainedWeights)
      ).catch(refusedInConfig);
    if (!pretrained) return null;
    const model = `${source}/${name}`;
    const stored = await newestFor(this.parts.db, userId, model);
    if (stored) return pinned(stored);
    const place = await this.parts.find(model);
    if (place?.file) return this.pinFiles(place.file, source);
    if (!place) requireHubPlace(model);
    const { file, folder } = place?.wanted ?? { file: '', folder: '' };
    throw fault('WEIGHTS_MISSING', { model, file, place: folder });
  }

  /**
   * Where a trainer on this machine reads them: they have the bytes that they had when the run was made.
   * @returns the file that has the weights, absolute; what belongs to it lies beside it
   * @throws TrainyardError WEIGHTS_GONE, WEIGHTS_NOT_FOUND, WEIGHTS_CHANGED
   */
  async locate({ id, name, main, files }: PinnedWeights): Promise<string> {
    if (id !== null) {
      const kept = await weightsProgressOf(this.parts.db, id);
      if (kept?.status !== 'ready') throw fault('WEIGHTS_GONE', { name });
      const keys = files.map((file) => `${objectsOf(id)}${file.name}`);
      const root = await this.parts.local.materialize('models', keys);
      return path.join(root, 'weights', id, main);
    }
    for (const now of await this.filesAt(name)) {
      const expected = files.find((one) => one.name === now.name)?.sha256;
      const found = await sha256Of(now.open());
      if (expected !== undefined && found !== expected)
        throw fault('WEIGHTS_CHANGED', { file: now.path, expected, found }, { place: { file: now.path } });
    }
    return name;
  }

  private async pinStored(userId: string, reference: string): Promise<PinnedWeights> {
    const found = await findWeights(this.parts.db, userId, reference);
    if (found.status === 'ready') return pinned(found);
    const why = found.error?.message ?? { en: 'they are still on their way', ko: '아직 저장하는 중' };
    throw fault('WEIGHTS_UNFINISHED', { name: found.name, why });
  }

  private async pinFiles(file: string, source: TrainingConfig['model']['source']): Promise<PinnedWeights> {
    const there = await this.filesAt(file);
    const [main] = there;
    const files: WeightsFile[] = [];
    for (const one of there) {
      // Only transformers reads the config beside weights; of others it may be anybody's, and become another.
      if (one !== main && source !== 'huggingface') continue;
      files.push({ name: one.name, sizeBytes: one.sizeBytes, sha256: await sha256Of(one.open()) });
    }
    return { id: null, name: main?.path ?? file, main: main?.name ?? '', files };
  }

  private filesAt(file: string): Promise<readonly SourceFile[]> {
    return this.parts.open(file).catch((error: unknown) => {
      if (error instanceof TrainyardError && error.code === 'PATH_NOT_FOUND')
        throw fault('WEIGHTS_NOT_FOUND', { file }, { place: { field } });
      throw error;
    });
  }
}

/** Whoever asks for a run named them in its config, and nowhere else. */
function refusedInConfig(error: unknown): never {
  if (!(error instanceof TrainyardError)) throw error;
  const { record } = error;
  throw TrainyardError.from({ ...record, place: { ...record.place, field: `overrides.${field}` } });
}

function pinned({
  id,
  name,
  files,
}: {
  readonly id: string;
  readonly name: string;
  readonly files: readonly WeightsFile[];
}): PinnedWeights {
  return { id, name, main: files[0]?.name ?? '', files: [...files] };
}
