import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { Registry } from 'prom-client';
import { TrainyardError } from '../shared/model/errors.ts';
import { createDoctor } from './adapters/doctor/create-doctor.ts';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './adapters/embedded/postgres/embedded-postgres.ts';
import { createPool } from './adapters/postgres/pool.ts';
import { createSchemaService } from './adapters/postgres/schema-service.ts';
import { openSettings } from './adapters/sqlite/settings-store.ts';
import { createRouter } from './api/router.ts';
import { localOwnerId } from './domain/identity/local-owner.ts';
import { ensureSample } from './domain/sample/first-start.ts';
import { keepHouse } from './engine-background.ts';
import { acquireEngineLock, ensureSecrets, openHome, removeEngineRecord, writeEngineRecord } from './home.ts';
import { createLog } from './log.ts';
import { appRoot } from './paths.ts';
import { sampleParts } from './sample-parts.ts';
import { Access } from './server/access.ts';
import type { Readiness } from './server/observability.ts';
import { Presence } from './server/presence.ts';
import { EngineServer } from './server/server.ts';
import { version } from './version.ts';
import { type Services, wire } from './wiring.ts';

export interface EngineOptions {
  /** Absolute. */
  readonly home: string;
  readonly profile: 'embedded';
  /** Make and train the sample project on the first start. */
  readonly sample: boolean;
  /** 0: any free one. Left out: the one of last time where it is free. */
  readonly port?: number;
  /** Stop by itself once nothing is under way and nobody has been there for so long. Left out: never. */
  readonly idleStopMs?: number;
}

export interface Engine {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly home: string;
  /** A fresh link that opens the UI once. */
  ticketUrl(): string;
  /** Resolves once everything is stopped. */
  readonly closed: Promise<void>;
  /**
   * Stops what the engine started, except trainers: they go on, and the next start adopts them. With `stopRuns` they are
   * cancelled after a last checkpoint. A second call with `stopRuns` does not wait for trainers any more.
   */
  stop(options: { readonly stopRuns: boolean }): Promise<void>;
}

const portKey = 'port';
const stopGraceMs = 10_000;

function alreadyRuns(home: string): TrainyardError {
  return new TrainyardError(
    'ENGINE_RUNNING',
    `Another engine has the state folder ${home}`,
    'Use that one, stop it first, or choose another TRAINYARD_HOME.',
    { status: 409 },
  );
}

/** Listens where the person says, else where it did last time, else anywhere: an open page finds the engine again. */
async function listen(server: EngineServer, lastPort: unknown, wanted: number | undefined): Promise<void> {
  if (wanted !== undefined) return server.listen(wanted);
  try {
    await server.listen(typeof lastPort === 'number' ? lastPort : 0);
  } catch (error) {
    if (!(error instanceof TrainyardError && error.code === 'PORT_TAKEN')) throw error;
    await server.listen(0);
  }
}

async function readinessOf(postgres: EmbeddedPostgres, pool: pg.Pool): Promise<Readiness> {
  try {
    await pool.query('SELECT 1');
    return { ready: true, checks: { database: { ok: true, message: postgres.report.message } } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ready: false, checks: { database: { ok: false, message } } };
  }
}

/** A run's log as text, a page at a time. */
async function* wholeLog({ readers }: Services, runId: string): AsyncGenerator<string> {
  for (let from = 0; ; ) {
    const { lines, next, total } = await readers.logs.read({
      runId,
      from,
      limit: 10_000,
      level: null,
      search: null,
      waitMs: 0,
    });
    yield lines.map(({ time, level, message }) => `${time} ${level.padEnd(7)} ${message}\n`).join('');
    if (next >= total) return;
    from = next;
  }
}

/**
 * Starts an engine on a state folder: its lock, PostgreSQL, the schema, the services, the server.
 * @throws TrainyardError ENGINE_RUNNING, PORT_TAKEN and what the database's start throws; nothing is left running then
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const home = openHome(options.home);
  const lock = acquireEngineLock(home);
  if (!lock) throw alreadyRuns(home);
  await using stack = new AsyncDisposableStack();
  stack.use(lock);
  const log = createLog(home);
  const { engineToken } = ensureSecrets(home);
  const settings = stack.use(openSettings(path.join(home, 'settings.sqlite')));
  const startedAt = new Date().toISOString();
  log.info({ version, home, node: process.version }, 'the engine starts');

  const postgres = await startEmbeddedPostgres(home);
  stack.defer(() => postgres.stop());
  log.info(postgres.report, postgres.report.message);
  const pool = createPool(postgres.connection, {
    onIdleError: (error) => log.warn({ err: error }, 'a connection to the database broke'),
  });
  stack.defer(() => pool.end());
  const schema = createSchemaService({ databaseUrl: postgres.url });
  const { done, head, drift } = await schema.upgrade();
  if (done.length > 0) log.info({ done }, 'the schema was brought to its newest revision');
  for (const difference of drift) log.warn({ difference }, 'the schema is not what its migrations left');

  const services = await wire({ home, pool, settings, log });
  stack.defer(() => services.close());
  const access = new Access(engineToken);
  const presence = new Presence();
  const describeDatabase = async () => {
    const { rows } = await pool.query("SELECT current_setting('server_version') AS version");
    return { version: String(rows[0]?.version), revision: (await schema.current()).revision, head };
  };
  const server: EngineServer = new EngineServer({
    router: createRouter({
      ...services,
      ...services.readers,
      system: {
        info: async () => ({
          version,
          profile: options.profile,
          home,
          pid: process.pid,
          startedAt,
          platform: `${process.platform}-${process.arch}`,
          node: process.version,
          cpuCount: cpus().length,
          memoryBytes: totalmem(),
          database: {
            ...(await describeDatabase()),
            how: postgres.report.how,
            message: postgres.report.message,
          },
          executors: ['builtin'],
        }),
        doctor: createDoctor({ home, database: describeDatabase }),
        news: services.news,
        ticket: () => server.ticketUrl(),
      },
    }),
    context: { userId: localOwnerId },
    access,
    presence,
    files: {
      readImage: (request) => services.datasets.readImage(request),
      readArtifact: (runId, artifactId) => services.runs.views.readArtifact(runId, artifactId),
      readLog: async (runId) => Readable.from(wholeLog(services, runId)),
      storeUpload: (uploadId, name, body) => services.uploads.store(uploadId, name, body),
    },
    readiness: () => readinessOf(postgres, pool),
    metrics: new Registry(),
    rendererFolder: path.join(appRoot(), 'out', 'renderer'),
    version,
    log,
  });
  await listen(server, settings.get(portKey), options.port);
  stack.defer(() => server.close());
  settings.set(portKey, server.port);
  writeEngineRecord(home, { url: server.url, token: engineToken, pid: process.pid, startedAt, version });
  stack.defer(() => removeEngineRecord(home));

  await services.runs.loop.start();
  await services.datasets.resumeImports();
  stack.use(
    keepHouse({
      postgres,
      pool,
      services,
      presence,
      log,
      idleStopMs: options.idleStopMs ?? null,
      stop: () => void stop({ stopRuns: false }),
    }),
  );
  if (options.sample) {
    // Beside everything else: the page is there at once, and shows how it goes on.
    ensureSample(sampleParts(services, settings)).catch((error: unknown) =>
      log.error({ err: error }, 'the sample could not be made'),
    );
  }
  log.info({ url: server.url }, 'the engine is ready');

  const everything = stack.move();
  const { promise: closed, resolve: resolveClosed, reject: rejectClosed } = Promise.withResolvers<void>();
  const hurry = new AbortController();
  let stopping = false;
  async function stop({ stopRuns }: { stopRuns: boolean }): Promise<void> {
    if (stopping) {
      if (stopRuns) hurry.abort();
      return closed;
    }
    stopping = true;
    log.info({ stopRuns }, 'the engine stops');
    try {
      if (stopRuns) {
        // Trainers that are not waited for keep their order to stop; the next start finds how they ended.
        const hurried = new Promise<void>((resolve) =>
          hurry.signal.addEventListener('abort', () => resolve()),
        );
        await Promise.race([services.runs.loop.stopAll({ graceMs: stopGraceMs }), hurried]);
      }
      await everything.disposeAsync();
      resolveClosed();
    } catch (error) {
      log.error({ err: error }, 'the engine could not stop cleanly');
      rejectClosed(error);
    }
    return closed;
  }
  return {
    url: server.url,
    token: engineToken,
    pid: process.pid,
    home,
    ticketUrl: () => server.ticketUrl().url,
    closed,
    stop,
  };
}
