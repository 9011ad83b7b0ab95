import { api } from './implementer.ts';
import { splitNames } from './name-list.ts';

/** Every step. */
const [firstStep, lastStep] = [0, Number.MAX_SAFE_INTEGER];

const namesOf = (text: string | undefined) => (text === undefined ? null : splitNames(text));
const windowOf = (fromStep = firstStep, toStep = lastStep) => ({ fromStep, toStep });
const ending = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

/** The contract's runs. */
export const runsApi = {
  create: api.runs.create.handler(({ input, context }) =>
    context.services().runs.creation.create(context.userId, input),
  ),
  models: api.runs.models.handler(async ({ context }) => ({
    models: (await context.services().runs.views.models()).map((model) => ({
      ...model,
      taskTypes: [...model.taskTypes],
    })),
  })),
  list: api.runs.list.handler(({ input, context }) =>
    context.services().runs.views.list(context.userId, input),
  ),
  show: api.runs.show.handler(({ input, context }) => context.services().runs.views.show(input.run)),
  events: api.runs.events.handler(
    async ({ input: { run, after, limit, types, waitMs }, context, signal }) => {
      const page = await context
        .services()
        .events.read({ runId: run, after, limit, waitMs, ...ending(signal) });
      const wanted = namesOf(types);
      return wanted ? { ...page, events: page.events.filter(({ type }) => wanted.includes(type)) } : page;
    },
  ),
  metrics: api.runs.metrics.handler(({ input: { run, after, limit, waitMs }, context, signal }) =>
    context.services().metrics.read({ runId: run, after, limit, waitMs, ...ending(signal) }),
  ),
  series: api.runs.series.handler(({ input: { run, names, maxPoints, fromStep, toStep }, context }) =>
    context.services().series.read({
      runId: run,
      names: namesOf(names),
      maxPoints,
      window: fromStep === undefined && toStep === undefined ? null : windowOf(fromStep, toStep),
    }),
  ),
  logs: api.runs.logs.handler(
    ({ input: { run, level = null, search = null, from, limit, waitMs, movingSeen }, context, signal }) =>
      context
        .services()
        .logs.read({ runId: run, from, limit, level, search, waitMs, movingSeen, ...ending(signal) }),
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
