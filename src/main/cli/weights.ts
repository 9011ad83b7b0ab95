import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CachedWeights, Weights } from '../../shared/contract/weights.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import { areWeightsFor } from '../../shared/model/are-weights-for.ts';
import { sourceOf } from '../../shared/model/weights-source.ts';
import { type Command, defineCommand, given } from './lib/define.ts';
import { remarkDisk } from './lib/disk-remark.ts';
import { openReconnectingClient, withEngine } from './lib/engine.ts';
import { inOwnWords } from './lib/failure.ts';
import { formatBytes, formatStatus, formatTime } from './lib/format.ts';
import { translate } from './lib/language.ts';
import { addLimit, type ListLimit, readList, withRest } from './lib/list-pages.ts';
import { facts, remark, table, writeJson, writeLine, writeResult } from './lib/output.ts';
import { ProgressLine } from './lib/progress-line.ts';

type Client = Awaited<ReturnType<typeof openReconnectingClient>>;

const pickleNote = () =>
  translate(
    'They are a pickle: the trainer takes the tensors out of it and runs nothing of it.',
    'pickle 형식입니다. 학습할 때 텐서만 읽고 안에 든 코드는 실행하지 않습니다.',
  );

function describe(weights: Weights): string {
  const { name, id, model, format, sizeBytes, sha256 } = weights;
  return facts([
    [translate('Weights', '가중치'), name],
    ['ID', id],
    [translate('Model', '모델'), model ?? '–'],
    [translate('Format', '형식'), format ?? '–'],
    [translate('Size', '크기'), formatBytes(sizeBytes)],
    ['SHA-256', sha256 ?? '–'],
    [translate('Source', '출처'), sourceOf(weights)],
  ]);
}

/** Waits until weights are stored, with a line of progress. */
async function waitForEnd(client: Client, { id }: Weights, isQuiet: boolean): Promise<Weights> {
  const line = new ProgressLine(isQuiet);
  try {
    for (let afterDone = -1; ; ) {
      const progress = await client.api.weights.wait({ weightsId: id, afterDone, waitMs: 20_000 });
      if (progress.error) throw TrainyardError.from(progress.error);
      if (progress.phase === 'done') return await client.api.weights.show({ weights: id });
      line.showBytes(
        progress.done,
        progress.total,
        progress.phase === 'downloading' ? 'downloading' : 'storing',
      );
      afterDone = progress.done;
    }
  } finally {
    line.clear();
  }
}

async function writeStored(stored: Weights, json: true | undefined): Promise<undefined> {
  if (json) return void (await writeJson(stored));
  await writeLine(describe(stored));
  if (stored.format === 'pickle') remark(pickleNote());
}

function listed(weights: readonly Weights[], total: number): string {
  if (weights.length === 0)
    return translate(
      'No weights are stored. Fetch some: trainyard weights pull MODEL; or store a file: trainyard weights add FILE',
      '저장된 가중치가 없습니다. 받기: trainyard weights pull 모델, 파일 저장: trainyard weights add 파일',
    );
  const shown = table(weights, [
    [translate('NAME', '이름'), ({ name }) => name],
    [translate('MODEL', '모델'), ({ model }) => model ?? '–'],
    [translate('STATUS', '상태'), ({ status }) => formatStatus(status)],
    [translate('FORMAT', '형식'), ({ format }) => format ?? '–'],
    [translate('SIZE', '크기'), ({ sizeBytes }) => formatBytes(sizeBytes), 'right'],
    ['SHA-256', ({ sha256 }) => sha256?.slice(0, 12) ?? '–'],
    [translate('CREATED', '생성'), ({ createdAt }) => formatTime(createdAt)],
  ]);
  const faults = weights.flatMap(({ name, error }) => {
    if (error === null) return [];
    const { message, hint } = inOwnWords(error);
    return [`${name}: ${message} → ${hint}`];
  });
  return [withRest(shown, weights.length, total), ...faults].join('\n');
}

function listedCached(cached: readonly CachedWeights[]): string {
  const title = translate('In the caches of this machine:', '이 컴퓨터의 캐시에 있는 것:');
  const shown = table(cached, [
    [translate('MODEL', '모델'), ({ model }) => model],
    [translate('SIZE', '크기'), ({ sizeBytes }) => formatBytes(sizeBytes), 'right'],
    [translate('FILE', '파일'), ({ file }) => file],
  ]);
  return `${title}\n${shown}`;
}

export function defineWeights(group: Command): void {
  const list = defineCommand(group, {
    usage: 'list',
    english:
      'list the stored weights, newest first, and those in the caches of torch, Hugging Face and Ultralytics',
    korean: '저장된 가중치를 최신순으로, 그리고 torch, Hugging Face, Ultralytics 캐시에 있는 것을 나열합니다',
    examples: ['weights list', 'weights list --model timm/resnet18 --json'],
    json: '{"weights": [{"id", "name", "model", "status", "format", "sizeBytes", "sha256", "source", …}], "total", "cached": [{"model", "file", "sizeBytes", "cache"}]}',
  })
    .flag('--model <model>', 'only those for a model', '한 모델의 것만')
    .flag(
      '--search <text>',
      'only those whose name or model holds this',
      '이름이나 모델에 이 글자가 들어간 것만',
    );
  addLimit(list).perform<ListLimit & { model?: string; search?: string }>(
    async ({ model, search, json, ...limit }) => {
      const {
        items: weights,
        total,
        cached,
      } = await withEngine(async (api) => ({
        ...(await readList(
          limit,
          (page) => api.weights.list({ ...page, ...given({ model, search }) }),
          (answer) => answer.weights,
        )),
        cached: (await api.weights.cached({})).weights.filter(
          (one) => model === undefined || areWeightsFor(one.model, model),
        ),
      }));
      return writeResult({ json }, { weights, total, cached }, () =>
        cached.length === 0 ? listed(weights, total) : `${listed(weights, total)}\n\n${listedCached(cached)}`,
      );
    },
  );

  defineCommand(group, {
    usage: 'add <path>',
    english:
      'store a file of weights (.safetensors, .pt, .pth, .bin), or a folder that Hugging Face’s libraries wrote',
    korean: '가중치 파일(.safetensors, .pt, .pth, .bin)이나 Hugging Face 라이브러리가 만든 폴더를 저장합니다',
    examples: [
      'weights add resnet18.safetensors --model timm/resnet18',
      'weights add ./checkpoint --name mine',
    ],
    json: '{"id", "name", "model", "format", "sizeBytes", "sha256", "files": [{"name", "sizeBytes", "sha256"}], …}',
  })
    .flag('--model <model>', 'the model that they are for', '이 가중치를 쓸 모델')
    .flag('--name <name>', "their name (left out: the file's)", '이름(생략하면 파일 이름)')
    .perform<{ model?: string; name?: string }>(async ({ model, name, json }, file = '') => {
      const absolute = path.resolve(file);
      if (!existsSync(absolute))
        throw fault('PATH_NOT_FOUND', { path: absolute }, { place: { file: absolute } });
      using client = await openReconnectingClient();
      const begun = await client.once.weights.add({ path: absolute, ...given({ model, name }) });
      remarkDisk(await client.api.system.disk());
      return writeStored(await waitForEnd(client, begun, json ?? false), json);
    });

  defineCommand(group, {
    usage: 'pull <model>',
    english:
      'fetch the weights of a model from its hub and store them; a pull that was cut off goes on where it was. HF_TOKEN opens private models',
    korean:
      '모델의 가중치를 허브에서 받아 저장합니다. 끊긴 내려받기는 이어서 받습니다. 비공개 모델은 HF_TOKEN으로 받습니다',
    examples: [
      'weights pull timm/resnet18',
      'weights pull huggingface/nvidia/mit-b0 --mirror https://hf-mirror.com',
      'weights pull torchvision/deeplabv3_resnet50',
    ],
    json: '{"id", "name", "model", "format", "sizeBytes", "sha256", "files": [{"name", "sizeBytes", "sha256"}], …}',
  })
    .flag('--mirror <url>', "in place of the hub's address", '허브 대신 쓸 주소')
    .flag(
      '--sha256 <hash>',
      'refuse a file of weights with another hash',
      '가중치 파일의 해시가 이것과 다르면 거절',
    )
    .flag('--name <name>', "their name (left out: the model's)", '이름(생략하면 모델 이름)')
    .perform<{ mirror?: string; sha256?: string; name?: string }>(
      async ({ json, ...options }, model = '') => {
        // An engine that was started elsewhere does not have this shell's environment.
        const token = process.env.HF_TOKEN || undefined;
        using client = await openReconnectingClient();
        const begun = await client.once.weights.pull({ model, ...given({ ...options, token }) });
        return writeStored(await waitForEnd(client, begun, json ?? false), json);
      },
    );

  defineCommand(group, {
    usage: 'show <weights>',
    english: 'show stored weights, by name or id',
    korean: '이름이나 ID로 저장된 가중치를 보여 줍니다',
    examples: ['weights show resnet18.a1_in1k'],
    json: '{"id", "name", "model", "format", "sizeBytes", "sha256", "files", "source", "status", …}',
  }).perform(async (options, reference = '') => {
    const found = await withEngine((api) => api.weights.show({ weights: reference }));
    return writeResult(options, found, () => describe(found));
  });

  defineCommand(group, {
    usage: 'remove <weights>',
    english: 'remove stored weights; of those that are still being fetched nothing is kept',
    korean: '저장된 가중치를 지웁니다. 받는 중이면 멈추고 받은 것도 지웁니다',
    examples: ['weights remove mine'],
    json: '{"id", "name"}',
  }).perform(async (options, reference = '') => {
    const removed = await withEngine((api) => api.weights.remove({ weights: reference }));
    return writeResult(options, removed, () =>
      translate(`${removed.name} was removed.`, `${removed.name} 가중치를 지웠습니다.`),
    );
  });
}
