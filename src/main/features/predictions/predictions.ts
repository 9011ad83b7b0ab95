import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Prediction } from '../../../shared/contract/predictions.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { whyNoPrediction } from '../../../shared/errors/predictions.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { RunViews } from '../runs/run-views.ts';
import { placeOfSource, releaseSource, type Uploads, uploadIdOf } from '../uploads/uploads.ts';
import { filesOf, type ModelDescription, modelDescription } from './model-description.ts';
import type { Predictor } from './ports.ts';

type Artifact = Run['artifacts'][number];

/** A run's model that predicts, with the artifacts that hold its files. */
interface RunModel {
  readonly description: ModelDescription;
  readonly attempt: number;
  readonly files: readonly Artifact[];
}

interface PredictionsParts {
  readonly runs: Pick<RunViews, 'show' | 'readArtifact'>;
  readonly uploads: Uploads;
  readonly predictor: Predictor;
  /** Copies a file's bytes. */
  readonly writeFile: (file: string, body: Readable) => Promise<void>;
  readonly log: Pick<Logger, 'warn'>;
}

interface PredictionInput {
  readonly run: string;
  /** An absolute path, or `upload://ID`. */
  readonly image: string;
  readonly preview: boolean;
  readonly signal?: AbortSignal | undefined;
}

const descriptionName = 'model.json';
/** A description names classes: a hundred thousand of them are some megabytes. */
const longestDescription = 16 * 2 ** 20;

/** What runs' models make of images that people give. */
export class Predictions {
  private readonly parts: PredictionsParts;

  constructor(parts: PredictionsParts) {
    this.parts = parts;
  }

  /** Whether a run's model predicts here. @throws TrainyardError RUN_NOT_FOUND */
  async predictor(
    runId: string,
  ): Promise<{ model: Prediction['model'] | null; fault: TrainyardError['record'] | null }> {
    const run = await this.parts.runs.show(runId);
    const found = await this.modelOf(run);
    if ('fault' in found) return { model: null, fault: found.fault.record };
    const fault = this.parts.predictor.whyNot(found.description.format);
    return { model: described(found), fault: fault?.record ?? null };
  }

  /**
   * What a run's model finds in an image. An upload is removed afterwards.
   * @throws TrainyardError RUN_NOT_FOUND, RUN_CANNOT_PREDICT, ONNX_RUNTIME_MISSING, PATH_NOT_ABSOLUTE, UPLOAD_NOT_FOUND, and those of {@link Predictor.predict}
   */
  async predict({ run: runId, image, preview, signal }: PredictionInput): Promise<Prediction> {
    const { runs, uploads, predictor } = this.parts;
    try {
      const run = await runs.show(runId);
      const model = await this.modelOf(run);
      if ('fault' in model) throw model.fault;
      const why = predictor.whyNot(model.description.format);
      if (why) throw why;
      if (uploadIdOf(image) === null && !path.isAbsolute(image))
        throw fault('PATH_NOT_ABSOLUTE', { path: image });
      const { path: file } = await placeOfSource(uploads, image);
      const { description, files } = model;
      const placed = {
        key: files.map(({ id, createdAt }) => `${id} ${createdAt}`).join(' '),
        description,
        writeTo: (folder: string) => this.write(runId, files, folder),
      };
      const found = await predictor.predict({ model: placed, image: file, wantsPreview: preview, signal });
      return { ...found, model: described(model) };
    } finally {
      // The answer is there, or why there is none: neither gives way to an image that stays behind.
      await releaseSource(uploads, image).catch((error: unknown) =>
        this.parts.log.warn({ err: error }, 'the image of a prediction could not be removed'),
      );
    }
  }

  private async write(runId: string, files: readonly Artifact[], folder: string): Promise<void> {
    for (const { id, name } of files) {
      const { body } = await this.parts.runs.readArtifact(runId, id);
      await this.parts.writeFile(path.join(folder, name), body);
    }
  }

  /** The newest attempt's model; why there is none. */
  private async modelOf(run: Run): Promise<RunModel | { readonly fault: TrainyardError }> {
    const not = (reason: keyof typeof whyNoPrediction) => ({
      fault: fault('RUN_CANNOT_PREDICT', { name: run.name, ...whyNoPrediction[reason] }),
    });
    const described = run.artifacts.findLast(({ name }) => name === descriptionName);
    if (!described) {
      if (!isEnded(run.status)) return not('underWay');
      return not(run.artifacts.some(({ name }) => name.endsWith('.onnx')) ? 'notDescribed' : 'none');
    }
    const description = await this.read(run.id, described);
    if (!description) return not('notDescribed');
    const files = filesOf[description.format].flatMap(
      (name) => run.artifacts.findLast((one) => one.name === name && one.attempt === described.attempt) ?? [],
    );
    if (files.length < filesOf[description.format].length)
      return not(isEnded(run.status) ? 'noOnnx' : 'underWay');
    return { description, attempt: described.attempt, files };
  }

  /** Null where it is another thing than our trainers write. @throws TrainyardError ARTIFACT_NOT_FOUND */
  private async read(runId: string, { id }: Artifact): Promise<ModelDescription | null> {
    const { body, size } = await this.parts.runs.readArtifact(runId, id);
    if (size > longestDescription) {
      body.destroy();
      return null;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    try {
      return modelDescription.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    } catch {
      return null;
    }
  }
}

function described({ description, attempt }: RunModel): Prediction['model'] {
  const { task, classes, epoch } = description;
  return { task, classNames: classes, attempt, epoch };
}
