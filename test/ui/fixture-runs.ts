import { ORPCError } from '@orpc/server';
import { LiveLines } from '../../src/main/features/metrics/live-lines.ts';
import { torchModels } from '../../src/main/features/training/torch-models.ts';
import type { MovingLines } from '../../src/shared/contract/run-readings.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { isEnded, possibleActions } from '../../src/shared/model/run.ts';
import { found, matches, os, pageOf, refusal } from './fixture-api.ts';
import { emptyRun } from './fixture-data.ts';
import { predictionOf, predictorOf } from './fixture-predictions.ts';
import { type FixtureState, seriesOf } from './fixture-state.ts';

const noMoving: MovingLines = { version: '', lines: [] };
const bar: MovingLines = {
  version: 'bar',
  lines: [
    {
      attempt: 1,
      stream: 'stderr',
      time: '2026-11-23T22:40:31.123Z',
      message: 'Epoch 3:  42%|████████▍           | 84/200 [00:12<00:17,  6.8it/s, loss=0.412]',
    },
  ],
};

/** Runs: what they read grows as a test adds to the state. */
export function fixtureRuns(state: FixtureState) {
  const run = (id: string) => found(state.runs.get(id), `run ${id}`);
  return {
    create: os.runs.create.handler(({ input }) => {
      state.wishes.push(input);
      const { trainSplit } = input.overrides.dataset ?? {};
      if (trainSplit === 1) {
        throw new ORPCError('CONFIG_INVALID', {
          status: 400,
          message: 'The shares are more than the whole',
          data: { hint: 'Make them 1.', place: { field: 'overrides.dataset.trainSplit' } },
        });
      }
      const number = state.runs.size + 1;
      const { script } = input;
      if (script?.folder === '/gone') throw refusal(fault('SCRIPT_FOLDER_NOT_FOUND', script));
      const [anyDataset] = state.datasets.keys();
      const made = emptyRun(number, input.name ?? `cnn-${number}`, 'queued', {
        project: found(state.projects.get(input.project), 'such project'),
        dataset: found(state.datasets.get(input.dataset ?? (script && anyDataset) ?? ''), 'such dataset'),
      });
      if (script) Object.assign(made.run, { script, config: null, dataset: null, model: 'script/train.py' });
      state.runs.set(made.run.id, made);
      state.changed({ kind: 'run', id: made.run.id });
      return { runId: made.run.id };
    }),
    executors: os.runs.executors.handler(() => ({ executors: [...state.executors], gpus: [] })),
    models: os.runs.models.handler(() => ({
      models: [
        {
          id: 'builtin/cnn',
          executors: ['builtin'],
          license: null,
          taskTypes: ['classification'],
          description: {
            en: 'A small network that learns on the processor',
            ko: '프로세서로 학습하는 작은 신경망',
          },
          defaults: {
            training: {
              epochs: 8,
              batchSize: 64,
              learningRate: 0.002,
              optimizer: 'adam',
              scheduler: { type: 'cosine', warmupEpochs: 0 },
            },
          },
        },
        ...torchModels.map((model) => ({
          ...model,
          executors: [...model.executors],
          taskTypes: [...model.taskTypes],
        })),
      ],
    })),
    list: os.runs.list.handler(({ input }) => {
      const sign = input.order === 'asc' ? 1 : -1;
      const value = ({ run: one }: { run: { [key: string]: unknown; finalMetrics: unknown } }) => {
        const metrics: unknown = one.finalMetrics;
        const named =
          typeof metrics === 'object' && metrics !== null ? Reflect.get(metrics, input.sort) : null;
        return String(one[input.sort] ?? named ?? '');
      };
      const all = [...state.runs.values()]
        .filter(({ run: one }) => {
          return (
            matches(one.name, input.search) &&
            (input.status === undefined || one.status === input.status) &&
            (input.project === undefined || one.project.id === input.project)
          );
        })
        .sort((a, b) => sign * value(a).localeCompare(value(b), 'en', { numeric: true }));
      const { rows, ...rest } = pageOf(all, input);
      return { runs: rows.map(({ run: one }) => one), ...rest };
    }),
    show: os.runs.show.handler(({ input }) => run(input.run).run),
    events: os.runs.events.handler(async ({ input, signal }) => {
      const entry = run(input.run);
      const types = input.types?.split(',') ?? null;
      const events = await state.wait(input.waitMs, signal, () => {
        const fresh = entry.events.filter(
          ({ seq, type }) => seq > input.after && (types === null || types.includes(type)),
        );
        return fresh.length > 0 || isEnded(entry.run.status) ? fresh.slice(0, input.limit) : null;
      });
      return {
        events: events ?? [],
        next: entry.seq,
        ended: isEnded(entry.run.status),
      };
    }),
    metrics: os.runs.metrics.handler(async ({ input, signal }) => {
      const entry = run(input.run);
      const points = await state.wait(input.waitMs, signal, () => {
        const fresh = entry.points.filter(({ seq }) => seq > input.after);
        return fresh.length > 0 || isEnded(entry.run.status) ? fresh : null;
      });
      const page = (points ?? []).slice(0, input.limit);
      const more = (points ?? []).length > page.length;
      return {
        metrics: page,
        next: more ? (page.at(-1)?.seq ?? input.after) : Math.max(input.after, page.at(-1)?.seq ?? 0),
        more,
        ended: !more && isEnded(entry.run.status),
      };
    }),
    live: os.runs.live.handler(async ({ input, signal }) => {
      const entry = run(input.run);
      const points = await state.wait(input.waitMs, signal, () => {
        const fresh = entry.points.filter(({ seq }) => seq > input.after && seq <= (input.upTo ?? seq));
        return fresh.length > 0 || isEnded(entry.run.status) ? fresh : null;
      });
      const lines = new LiveLines();
      for (const { attempt, step, epoch, values } of points ?? []) {
        for (const [name, value] of Object.entries(values))
          lines.add(attempt, name, step, epoch, Number(value));
      }
      return {
        lines: lines.columns(),
        next: Math.max(input.after, points?.at(-1)?.seq ?? 0),
        stepsPerEpoch: lines.stepsPerEpoch,
        ...{ ahead: [], version: '', more: false, ended: isEnded(entry.run.status) },
      };
    }),
    series: os.runs.series.handler(({ input }) => {
      const entry = run(input.run);
      return {
        series: seriesOf(
          entry,
          input.maxPoints,
          input.names?.split(',') ?? null,
          input.fromStep ?? 0,
          input.toStep ?? Number.POSITIVE_INFINITY,
        ),
        cursor: entry.points.at(-1)?.seq ?? 0,
      };
    }),
    logs: os.runs.logs.handler(async ({ input, signal }) => {
      const entry = run(input.run);
      const { logs } = entry;
      const from = input.from < 0 ? Math.max(0, logs.length + input.from) : input.from;
      await state.wait(input.waitMs, signal, () =>
        logs.length > from || isEnded(entry.run.status) ? true : null,
      );
      const order = ['debug', 'info', 'warning', 'error'];
      const least = input.level === undefined ? 0 : order.indexOf(input.level);
      const next = Math.min(logs.length, from + input.limit);
      return {
        lines: logs
          .slice(from, next)
          .filter(({ level, message }) => order.indexOf(level) >= least && matches(message, input.search)),
        next,
        total: logs.length,
        moving: isEnded(entry.run.status) ? noMoving : bar,
        ended: isEnded(entry.run.status) && next >= logs.length,
      };
    }),
    predictor: os.runs.predictor.handler(({ input }) => predictorOf(run(input.run).run)),
    predict: os.runs.predict.handler(({ input }) => predictionOf(run(input.run).run)),
    cancel: os.runs.cancel.handler(({ input }) => {
      const entry = run(input.run);
      entry.run.cancelRequested = true;
      state.setStatus(entry, 'cancelled');
      return entry.run;
    }),
    resume: os.runs.resume.handler(({ input }) => {
      state.setStatus(run(input.run), 'queued');
      return run(input.run).run;
    }),
    retry: os.runs.retry.handler(({ input }) => {
      state.setStatus(run(input.run), 'queued');
      return run(input.run).run;
    }),
    compare: os.runs.compare.handler(({ input }) => {
      const runs = input.runs.split(',').map((id) => run(id).run);
      return {
        runs,
        differences: [
          { field: 'training.seed', values: runs.map(({ config }) => config?.training.seed) },
          { field: 'dataset.datasetId', values: runs.map(({ dataset }) => dataset?.name ?? null) },
        ],
        metricNames: [...new Set(runs.flatMap(({ finalMetrics }) => Object.keys(finalMetrics ?? {})))],
      };
    }),
    remove: os.runs.remove.handler(({ input }) => {
      const entry = run(input.run);
      if (possibleActions(entry.run.status, false).includes('cancel')) {
        throw new ORPCError('CONFLICT', {
          status: 409,
          message: 'The run is under way',
          data: { hint: 'Cancel it first.', place: {} },
        });
      }
      state.runs.delete(input.run);
      state.changed({ kind: 'run', id: input.run });
      return { id: input.run };
    }),
  };
}
