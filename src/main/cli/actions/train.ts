import { randomUUID } from 'node:crypto';
import { config } from 'zod';
import korean from 'zod/v4/locales/ko.js';
import { readConfigFile } from '../config-file.ts';
import type { CommonOptions } from '../define.ts';
import { remarkDisk } from '../disk-remark.ts';
import { inOwnWords } from '../failure.ts';
import { language, translate } from '../language.ts';
import { remark, writeJson, writeLine } from '../output.ts';
import { ReconnectingClient } from '../reconnecting-client.ts';
import { type HyperparameterOptions, overridesOf } from '../train-overrides.ts';
import { usageError } from '../usage-error.ts';
import { follow } from './runs-follow.ts';

export interface TrainOptions extends HyperparameterOptions {
  readonly project: string;
  readonly dataset: string;
  readonly datasetVersion?: number;
  readonly model: string;
  readonly name?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly config?: string;
  readonly follow?: true;
}

/** Queues a run; with `--follow` it stays until the run ends and ends as the run did. */
export async function train(options: TrainOptions & CommonOptions): Promise<number | undefined> {
  if (!/^[a-z]+\/\S+$/.test(options.model)) {
    throw usageError(
      translate(`--model ${options.model} is no model`, `--model ${options.model}은(는) 모델이 아닙니다`),
      translate('Write it as source/name, as builtin/cnn.', 'builtin/cnn처럼 출처/이름으로 쓰세요.'),
    );
  }
  if (language === 'ko') config(korean());
  const overrides = overridesOf(options, options.config ? await readConfigFile(options.config) : {});
  const { project, dataset, model, name, description, priority, datasetVersion } = options;
  // The same request asked twice, because an engine restarted in between, queues one run.
  const requestId = randomUUID();
  using client = await ReconnectingClient.open();
  const { runId } = await client.ask((api) =>
    api.runs.create({
      project,
      dataset,
      model,
      overrides,
      requestId,
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(priority === undefined ? {} : { priority }),
      ...(datasetVersion === undefined ? {} : { version: datasetVersion }),
    }),
  );
  remarkDisk(await client.ask((api) => api.system.disk()));
  const { versions } = await client.ask((api) => api.datasets.show({ dataset }));
  const trained = versions.find(({ version }) => datasetVersion === undefined || version === datasetVersion);
  for (const { message, hint } of (trained?.trainingRisks ?? []).map(inOwnWords))
    remark(`${message}\n  → ${hint}`);
  if (options.json) await writeJson({ runId });
  else await writeLine(translate(`Run ${runId} is queued.`, `실행 ${runId}이(가) 대기열에 들어갔습니다.`));
  if (options.follow) return await follow(client, runId, { after: 0, json: options.json ?? false });
  if (!options.json)
    remark(translate(`Watch it: trainyard runs follow ${runId}`, `지켜보기: trainyard runs follow ${runId}`));
}
