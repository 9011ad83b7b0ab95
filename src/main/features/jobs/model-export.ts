import { hash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { modelExportSchema } from '../../../shared/model/job-results.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { hashing } from '../../platform/sha256.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { JobKind } from './job-claims.ts';
import { parametersOf, readTensorHeader, type TensorDescription } from './tensor-header.ts';

export const weightsName = 'model.safetensors';
const cardName = 'card.json';

const argumentsSchema = z
  .object({
    runId: z.uuid(),
    attempt: z.int().min(1),
    files: z.array(
      z.object({ name: z.string(), objectKey: z.string(), sizeBytes: z.int(), sha256: z.string() }),
    ),
  })
  .transform((args) => ({ ...args, prefix: `${args.runId}/${args.attempt}` }));
export type ExportArguments = z.input<typeof argumentsSchema>;

const handedInSchema = z.object({
  parameters: z.int().min(0),
  files: z.array(
    z.object({ name: z.string(), key: z.string(), sizeBytes: z.int().min(0), sha256: z.string().length(64) }),
  ),
});

/**
 * `model.export`: a completed run's weights as safetensors, what describes them, and a card that lists all of it with hashes, in the
 * bucket `models`. The bytes do not depend on who writes them, so that writing them twice does no harm.
 * @param checkRoom throws DISK_FULL where so many bytes more do not fit into the store
 */
export function createModelExportJob(
  objects: Pick<ObjectStore, 'get' | 'put'>,
  checkRoom: (bytes: number, what: Bilingual) => Promise<void>,
): JobKind {
  async function run(args: Readonly<Record<string, unknown>>, signal: AbortSignal) {
    const checked = argumentsSchema.parse(args);
    const { prefix } = checked;
    const weights = checked.files.find(({ name }) => name === weightsName);
    if (!weights) throw new Error(`a job to export a model was made without ${weightsName}`);
    const tensors = await readTensorHeader(async (start, end) =>
      buffer(await objects.get('artifacts', weights.objectKey, { start, end })),
    );
    await checkRoom(
      checked.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      { en: 'The exported model', ko: '내보낼 모델' },
    );
    const files: z.infer<typeof handedInSchema>['files'] = [];
    for (const file of checked.files) {
      signal.throwIfAborted();
      files.push(await copy(file, `${prefix}/${file.name}`));
    }
    const card = Buffer.from(cardText(checked, tensors));
    const key = `${prefix}/${cardName}`;
    await objects.put('models', key, card);
    failpoint('job.export.after');
    const sha256 = hash('sha256', card);
    return {
      parameters: parametersOf(tensors),
      files: [...files, { name: cardName, key, sizeBytes: card.length, sha256 }],
    };
  }

  async function copy(file: ExportArguments['files'][number], key: string) {
    const { name, objectKey, sizeBytes, sha256 } = file;
    const checked = hashing(await objects.get('artifacts', objectKey), (found) => {
      if (found !== sha256) throw fault('ARTIFACT_DAMAGED', { name });
    });
    failpoint('job.export.before');
    await objects.put('models', key, checked);
    return { name, key, sizeBytes, sha256 };
  }

  return { name: 'model.export', plan, run, conclude };
}

/** JSON with its keys in order and without blanks; `resources/workers/celery` writes the very same. */
function cardText({ runId, attempt, files }: ExportArguments, tensors: readonly TensorDescription[]): string {
  return `${JSON.stringify({
    attempt,
    files: files.map(({ name, sha256, sizeBytes }) => ({ name, sha256, sizeBytes })),
    format: 'trainyard/model-card',
    parameters: parametersOf(tensors),
    runId,
    tensors: tensors.map(({ dtype, name, shape }) => ({ dtype, name, shape })),
    version: 1,
    weights: weightsName,
  })}\n`;
}

async function plan(args: Readonly<Record<string, unknown>>): Promise<unknown> {
  return { from: 'artifacts', to: 'models', ...argumentsSchema.parse(args) };
}

function conclude(args: Readonly<Record<string, unknown>>, handedIn: unknown) {
  const checked = argumentsSchema.parse(args);
  const { prefix } = checked;
  const { parameters, files } = handedInSchema.parse(handedIn);
  const result = modelExportSchema.parse({ bucket: 'models', prefix, parameters, files });
  const wanted = [...checked.files.map(({ name }) => name), cardName].map((name) => `${prefix}/${name}`);
  const written = files.map(({ key }) => key);
  if (wanted.sort().join() !== written.sort().join())
    throw new Error('other files were handed in than were to be written');
  return { status: 'done' as const, result, statistics: null };
}
