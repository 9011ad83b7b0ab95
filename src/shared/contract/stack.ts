import { z } from 'zod';
import { dockerErrors } from '../errors/docker.ts';
import { engineStartErrors } from '../errors/engine.ts';
import { stackErrors } from '../errors/stack.ts';
import { profiles, serviceNames, serviceStatuses, stackStatuses, stackVerbs } from '../model/stack.ts';
import { proceduresOf, sentences, time, waitMs } from './common.ts';

const { get, post } = proceduresOf('stack', {
  ...stackErrors,
  ...dockerErrors,
  PORT_TAKEN: engineStartErrors.PORT_TAKEN,
});

export const serviceName = z.enum(serviceNames);

/** Why something of the stack failed: one sentence, the command or step that fixes it, and the service's last lines. */
const stackCauseSchema = sentences.extend({ lines: z.array(z.string()) });
export type StackCause = z.infer<typeof stackCauseSchema>;

const stackServiceSchema = z.object({
  name: serviceName,
  status: z.enum(serviceStatuses),
  /** `127.0.0.1:15432`, without credentials; null while no port is chosen. */
  endpoint: z.string().nullable(),
  /** Host ports by purpose (`main`, and `console` or `ui` where there is one). */
  ports: z.record(z.string(), z.int()),
  image: z.string(),
  /** `sha256:…` of the image that the container runs, or would. */
  imageDigest: z.string().nullable(),
  /** What the server says of itself. */
  version: z.string().nullable(),
  containerId: z.string().nullable(),
  containerName: z.string().nullable(),
  volume: z.string().nullable(),
  startedAt: time.nullable(),
  restarts: z.int(),
  memoryLimitBytes: z.int().nullable(),
  cause: stackCauseSchema.nullable(),
});
export type StackService = z.infer<typeof stackServiceSchema>;

const stackOperationSchema = z.object({
  id: z.string(),
  verb: z.enum(stackVerbs),
  services: z.array(serviceName),
  status: z.enum(['running', 'done', 'failed']),
  startedAt: time,
  endedAt: time.nullable(),
  cause: stackCauseSchema.nullable(),
});
export type StackOperation = z.infer<typeof stackOperationSchema>;

/** Connection strings with their credentials; S3's as `http://KEY:SECRET@host:port`. */
const stackUrlsSchema = z.object({
  postgres: z.string(),
  mongo: z.string(),
  redis: z.string(),
  s3: z.string(),
  temporal: z.string(),
});
export type StackUrls = z.infer<typeof stackUrlsSchema>;

export const stackStateSchema = z.object({
  /** What the engine of this state folder works with, or would when it is started. */
  profile: z.enum(profiles),
  /** The stack's name (also its Compose project); null before its first `up`. */
  name: z.string().nullable(),
  status: z.enum(stackStatuses),
  services: z.array(stackServiceSchema),
  /** The one under way in this engine, else its last one. */
  operation: stackOperationSchema.nullable(),
  urls: stackUrlsSchema.optional(),
});
export type StackState = z.infer<typeof stackStateSchema>;

const ofOperation = { seq: z.int(), time, operation: z.string() };

/** Events of a running verb, in order; `seq` has no gaps within a process. The CLI prints these as lines of JSON. */
const stackEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...ofOperation,
    type: z.literal('begin'),
    verb: z.enum(stackVerbs),
    services: z.array(serviceName),
  }),
  z.object({
    ...ofOperation,
    type: z.literal('step'),
    /** A stable name, as `create`, `probe`, `migrations`, `mongo-indexes`; the UI has words for it. */
    step: z.string(),
    service: serviceName.nullable(),
    status: z.enum(['running', 'done', 'skipped', 'failed']),
    /** What was seen or done. */
    detail: z.string(),
    /** The same in Korean, where it has words. */
    detailKo: z.string().optional(),
    durationMs: z.number().nullable(),
  }),
  z.object({
    ...ofOperation,
    type: z.literal('pull'),
    service: serviceName,
    image: z.string(),
    layersDone: z.int(),
    layers: z.int(),
    bytesDone: z.int(),
    /** Known so far: it grows while layers are announced. */
    bytesTotal: z.int(),
    bytesPerSecond: z.number(),
  }),
  z.object({
    ...ofOperation,
    type: z.literal('service'),
    service: serviceName,
    status: z.enum(serviceStatuses),
  }),
  z.object({
    ...ofOperation,
    type: z.literal('end'),
    status: z.enum(['done', 'failed']),
    cause: stackCauseSchema.nullable(),
  }),
]);
export type StackEvent = z.infer<typeof stackEventSchema>;

const stackUsageSchema = z.object({
  time,
  services: z.array(
    z.object({
      name: serviceName,
      /** Of one processor: 200 is two processors. Null if it does not run. */
      cpuPercent: z.number().nullable(),
      memoryBytes: z.number().nullable(),
    }),
  ),
});
export type StackUsage = z.infer<typeof stackUsageSchema>;

const stackLogLineSchema = z.object({
  service: serviceName,
  /** With the daemon's nanoseconds, as it gave it. */
  time: z.string(),
  /** `gap`: lines before this one are missing, because the daemon discarded them before they were read; `text` is the time of the last one before. */
  stream: z.enum(['stdout', 'stderr', 'gap']),
  text: z.string(),
});
export type StackLogLine = z.infer<typeof stackLogLineSchema>;

const chosenServices = z.array(serviceName).default([]);
/** `cursor`: of `progress`, where the operation's events begin. */
const started = z.object({ operation: stackOperationSchema, cursor: z.int() });

export const destroyInput = z.strictObject({ name: z.string(), services: chosenServices });
export const migrateInput = z.strictObject({
  to: z.enum(profiles),
  /** What the target holds goes first: an older copy, for example. */
  replace: z.boolean().default(false),
});

export const stackContract = {
  status: get('/stack', 'The stack of this state folder, as the daemon has it now').output(stackStateSchema),
  up: post('/stack/up', 'Start services (none named: all) and make them ready')
    .input(z.strictObject({ services: chosenServices, profile: z.enum(['docker']).optional() }))
    .output(started),
  down: post('/stack/down', 'Stop services; data stays')
    .meta({ effect: 'needsNoRoom' })
    .input(z.strictObject({ services: chosenServices }))
    .output(started),
  restart: post('/stack/restart', 'Stop and start services')
    .input(z.strictObject({ services: chosenServices }))
    .output(started),
  destroy: post('/stack/destroy', 'Remove containers, networks and volumes that carry this stack’s labels', {
    description: '`name` must be the stack’s name. Services named: only theirs.',
  })
    .meta({ effect: 'needsNoRoom' })
    .input(destroyInput)
    .output(started),
  progress: get('/stack/progress', 'What verbs do, after a cursor; waits for changes', {
    description: '`state`: the stack as the last verb left it, where the events reach its end.',
  })
    .input(z.strictObject({ after: z.coerce.number().pipe(z.int().min(0)).default(0), waitMs }))
    .output(
      z.object({
        cursor: z.int(),
        events: z.array(stackEventSchema),
        state: stackStateSchema.nullable(),
      }),
    ),
  usage: get('/stack/usage', 'Processor and memory of each service now').output(stackUsageSchema),
  logs: get(
    '/stack/logs',
    'Lines of the services in the order of their times, after a cursor; waits for changes',
    { description: 'Without a cursor: the last `tail` lines of each.' },
  )
    .input(
      z.strictObject({
        services: chosenServices,
        after: z.string().max(2000).default(''),
        tail: z.coerce.number().pipe(z.int().min(0).max(10_000)).default(200),
        limit: z.coerce.number().pipe(z.int().min(1).max(10_000)).default(2000),
        search: z.string().max(200).default(''),
        waitMs,
      }),
    )
    .output(z.object({ cursor: z.string(), lines: z.array(stackLogLineSchema) })),
  reveal: post('/stack/reveal', 'Connection strings with their credentials')
    .meta({ effect: 'needsNoRoom' })
    .output(stackUrlsSchema),
  useProfile: post(
    '/stack/profile',
    'Choose the profile of this state folder; the engine switches to its stores at once',
  )
    .input(z.strictObject({ profile: z.enum(profiles) }))
    .output(z.object({ profile: z.enum(profiles) })),
  migrate: post(
    '/stack/migrate',
    'Copy everything to another profile’s stores, compare counts, then use them; the source stays as it was',
  )
    .input(migrateInput)
    .output(started),
};
