import type { EventService } from '../features/journal/event-service.ts';
import type { LogService } from '../features/logs/log-service.ts';
import type { MetricService } from '../features/metrics/metric-service.ts';
import type { SeriesService } from '../features/metrics/series.ts';
import type { Runs } from '../features/runs/runs.ts';
import { api } from './implementer.ts';
import { splitNames } from './name-list.ts';

export interface RunServices {
  readonly runs: Pick<Runs, 'creation' | 'commands' | 'views'>;
  readonly events: EventService;
  readonly metrics: MetricService;
  readonly series: SeriesService;
  readonly logs: LogService;
}

/** Every step. */
const [firstStep, lastStep] = [0, Number.MAX_SAFE_INTEGER];

const namesOf = (text: string | undefined) => (text === undefined ? null : splitNames(text));
const windowOf = (fromStep = firstStep, toStep = lastStep) => ({ fromStep, toStep });
const ending = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

/** The contract's runs, by the services. */
export function runsApi({ runs, events, metrics, series, logs }: RunServices) {
  const { creation, commands, views } = runs;
  return {
    create: api.runs.create.handler(({ input, context }) => creation.create(context.userId, input)),
    models: api.runs.models.handler(async () => ({
      models: (await views.models()).map((model) => ({ ...model, taskTypes: [...model.taskTypes] })),
    })),
    list: api.runs.list.handler(({ input, context }) => views.list(context.userId, input)),
    show: api.runs.show.handler(({ input }) => views.show(input.run)),
    events: api.runs.events.handler(async ({ input: { run, after, limit, types, waitMs }, signal }) => {
      const page = await events.read({ runId: run, after, limit, waitMs, ...ending(signal) });
      const wanted = namesOf(types);
      return wanted ? { ...page, events: page.events.filter(({ type }) => wanted.includes(type)) } : page;
    }),
    metrics: api.runs.metrics.handler(({ input: { run, after, limit, waitMs }, signal }) =>
      metrics.read({ runId: run, after, limit, waitMs, ...ending(signal) }),
    ),
    series: api.runs.series.handler(({ input: { run, names, maxPoints, fromStep, toStep } }) =>
      series.read({
        runId: run,
        names: namesOf(names),
        maxPoints,
        window: fromStep === undefined && toStep === undefined ? null : windowOf(fromStep, toStep),
      }),
    ),
    logs: api.runs.logs.handler(
      ({ input: { run, level = null, search = null, from, limit, waitMs, movingSeen }, signal }) =>
        logs.read({ runId: run, from, limit, level, search, waitMs, movingSeen, ...ending(signal) }),
    ),
    cancel: api.runs.cancel.handler(({ input, context }) =>
      commands.cancel(context.userId, input.run, input.graceMs),
    ),
    resume: api.runs.resume.handler(({ input, context }) => commands.resume(context.userId, input.run)),
    retry: api.runs.retry.handler(({ input, context }) => commands.retry(context.userId, input.run)),
    compare: api.runs.compare.handler(({ input }) => views.compare(input.runs)),
    remove: api.runs.remove.handler(({ input, context }) => commands.remove(context.userId, input.run)),
  };
}
