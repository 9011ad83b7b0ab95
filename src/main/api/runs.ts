import { readEvents } from '../features/journal/read-events.ts';
import { readLog } from '../features/logs/read-log.ts';
import { readPoints } from '../features/metrics/point-rows.ts';
import { readLive } from '../features/metrics/read-live.ts';
import { readSeries } from '../features/metrics/series.ts';
import { api } from './implementer.ts';
import { splitNames } from './name-list.ts';

/** Every step. */
const [firstStep, lastStep] = [0, Number.MAX_SAFE_INTEGER];

const namesOf = (text: string | undefined) => (text === undefined ? null : splitNames(text));
const windowOf = (fromStep = firstStep, toStep = lastStep) => ({ fromStep, toStep });

export const runsApi = {
  create: api.runs.create.handler(({ input, context }) =>
    context.services().runs.create(context.userId, input),
  ),
  models: api.runs.models.handler(async ({ context }) => ({
    models: (await context.services().models()).map((model) => ({
      ...model,
      executors: [...model.executors],
      taskTypes: [...model.taskTypes],
    })),
  })),
  executors: api.runs.executors.handler(({ context }) => context.services().runs.executors()),
  list: api.runs.list.handler(({ input, context }) =>
    context.services().runs.views.list(context.userId, input),
  ),
  show: api.runs.show.handler(({ input, context }) => context.services().runs.views.show(input.run)),
  events: api.runs.events.handler(
    async ({ input: { run, after, limit, types, waitMs }, context, signal }) => {
      const query = { runId: run, after, limit, waitMs, signal };
      const page = await readEvents(context.services().readings, query);
      const wanted = namesOf(types);
      return wanted ? { ...page, events: page.events.filter(({ type }) => wanted.includes(type)) } : page;
    },
  ),
  metrics: api.runs.metrics.handler(({ input: { run, after, limit, waitMs }, context, signal }) =>
    readPoints(context.services().readings, { runId: run, after, limit, waitMs, signal }),
  ),
  live: api.runs.live.handler(({ input: { run, after, upTo = null, seen, waitMs }, context, signal }) =>
    readLive(context.services().readings, { runId: run, after, upTo, seen, waitMs, signal }),
  ),
  series: api.runs.series.handler(({ input: { run, names, maxPoints, fromStep, toStep }, context }) =>
    readSeries(context.services().readings.db, {
      runId: run,
      names: namesOf(names),
      maxPoints,
      window: fromStep === undefined && toStep === undefined ? null : windowOf(fromStep, toStep),
    }),
  ),
  logs: api.runs.logs.handler(
    ({ input: { run, level = null, search = null, from, limit, waitMs, movingSeen }, context, signal }) =>
      readLog(context.services().readings, {
        ...{ runId: run, from, limit, level, search, waitMs, movingSeen, signal },
      }),
  ),
  predictor: api.runs.predictor.handler(({ input, context }) =>
    context.services().predictions.predictor(input.run),
  ),
  predict: api.runs.predict.handler(({ input, context, signal }) =>
    context.services().predictions.predict({ ...input, signal }),
  ),
  cancel: api.runs.cancel.handler(({ input, context }) =>
    context.services().runs.commands.cancel(context.userId, input.run, input.graceMs),
  ),
  resume: api.runs.resume.handler(({ input, context }) =>
    context.services().runs.commands.resume(context.userId, input.run),
  ),
  retry: api.runs.retry.handler(({ input, context }) =>
    context.services().runs.commands.retry(context.userId, input.run),
  ),
  compare: api.runs.compare.handler(({ input, context }) =>
    context.services().runs.views.compare(input.runs),
  ),
  remove: api.runs.remove.handler(({ input, context }) =>
    context.services().runs.commands.remove(context.userId, input.run),
  ),
};
