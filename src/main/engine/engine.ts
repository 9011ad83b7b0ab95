import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import type { TrainyardError } from '../../shared/errors/error.ts';
import { executorNames } from '../../shared/model/executor.ts';
import type { Profile } from '../../shared/model/stack.ts';
import { BackupOperations } from '../features/backups/operations.ts';
import { ChangeFeed } from '../features/changes/change-feed.ts';
import { type DiskState, DiskWatch } from '../features/disk/disk-watch.ts';
import { localOwnerId } from '../features/identity/local-owner.ts';
import { ensureSample } from '../features/sample/sample.ts';
import { engineSocket } from '../platform/find-engine.ts';
import { removeEngineRecord, writeEngineRecord } from '../platform/home.ts';
import { appRoot } from '../platform/paths.ts';
import type { OnProgress } from '../platform/progress.ts';
import { startEmbeddedPostgres } from '../postgres/embedded/embedded-postgres.ts';
import { Access } from '../server/access.ts';
import { forgetPages, KnownPages } from '../server/known-pages.ts';
import { Presence } from '../server/presence.ts';
import { EngineServer } from '../server/server.ts';
import { openStores } from '../stores/profiles/open-stores.ts';
import type { Stores } from '../stores/profiles/stores.ts';
import { finishDecided, sweepLeft } from './decided-switch.ts';
import { engineSnapshotsOf } from './engine-snapshots.ts';
import { engineStackOf } from './engine-stack.ts';
import type { EngineOptions, HeldHome } from './held-home.ts';
import { stopWhenIdle } from './idle-shutdown.ts';
import { noteServed } from './last-served.ts';
import { listen } from './listen.ts';
import { describeDatabase, openServices } from './open-services.ts';
import { chooseProfile } from './profile.ts';
import { servedFiles } from './served-files.ts';
import { snapshotBefore } from './snapshot-before.ts';
import { StoreSupervisor } from './store-supervisor.ts';
import { version } from './version.ts';

export interface Engine {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly home: string;
  /** The room on its disks, as it last saw it. */
  readonly disk: DiskState;
  /** A fresh link that opens the UI once. */
  ticketUrl(): string;
  /** Resolves once everything is stopped. @throws TrainyardError ENGINE_FAULT if an error made it stop */
  readonly closed: Promise<void>;
  /**
   * Stops what the engine started, except trainers: they go on, and the next start adopts them. With `stopRuns` they are
   * cancelled after a last checkpoint. A second call with `stopRuns` does not wait for trainers any more.
   */
  stop(options: { readonly stopRuns: boolean }): Promise<void>;
}

const stopGraceMs = 10_000;
const loadAnswersMs = 100;

/**
 * Runs an engine on a state folder that is held: the stores of its profile, the services, the server.
 * @param holding gives the folder back
 * @throws TrainyardError PORT_TAKEN and what opening the stores throws; everything is taken back then
 */
export async function runEngine(
  { home, token, settings, profile, postgres, log, checkHome, ending }: HeldHome,
  holding: AsyncDisposableStack,
  options: EngineOptions,
): Promise<Engine> {
  await using stack = holding;
  if (options.newToken) forgetPages(settings);
  const startedAt = new Date().toISOString();
  log.info({ version, home, node: process.version }, 'the engine starts');

  const changes = new ChangeFeed();
  const folders = () => [path.join(home, 'runs'), ...(supervisor.open?.stores.folders ?? [])];
  const disk = stack.use(new DiskWatch(home, folders, changes, log));
  const access = new Access(token, new KnownPages(settings, log, () => server.port));
  const presence = new Presence();
  const engineStack = stack.use(engineStackOf(home, settings, log, () => supervisor));
  const backupOperations = new BackupOperations(changes, log);
  const engineSnapshots = stack.use(
    engineSnapshotsOf(home, settings, log, backupOperations, () => supervisor),
  );
  const beforeDataChange = snapshotBefore(home, settings, log);
  // The first that is opened is on its way up already.
  const underWay = postgres ? [postgres] : [];
  const openProfile = async (profile: Profile, onProgress: OnProgress | null): Promise<Stores> => {
    // One that failed half-way is gone through with before anything of it is used.
    await finishDecided(home, settings);
    const servers = {
      postgres: () => underWay.splice(0)[0] ?? startEmbeddedPostgres(home, { isPasswordTried: false }),
      stack: () => engineStack.endpoints(onProgress),
    };
    const stores = await openStores(profile, home, log, servers, { beforeDataChange });
    noteServed({ home, profile, log });
    return stores;
  };
  const supervisor: StoreSupervisor = stack.use(
    new StoreSupervisor(
      async (profile, onProgress) =>
        openServices(await openProfile(profile, onProgress), {
          ...{ home, settings, changes, disk, backupOperations, log },
        }),
      profile,
      changes,
      log,
    ),
  );
  let makesSample = options.sample;
  const server: EngineServer = new EngineServer({
    context: {
      userId: localOwnerId,
      services: () => {
        const { jobs, ...services } = supervisor.current.services;
        return { ...services, jobs: jobs.service };
      },
      engine: {
        info: async () => ({
          version,
          profile: supervisor.profile,
          home,
          pid: process.pid,
          startedAt,
          platform: `${process.platform}-${process.arch}`,
          node: process.version,
          cpuCount: cpus().length,
          memoryBytes: totalmem(),
          database: await describeDatabase(supervisor.open),
          executors: [...executorNames],
          makesSample,
        }),
        disk,
        doctor: async () => {
          const [{ createDoctor }, { readExternal }, { observeEnvironment }, { trainerEnvironmentOf }] =
            await Promise.all([
              import('../features/doctor/checks/create-doctor.ts'),
              import('../stores/profiles/external-file.ts'),
              import('../features/runs/venv/observe-environment.ts'),
              import('./trainer-environment.ts'),
            ]);
          return createDoctor({
            home,
            trainerPython: async () => observeEnvironment(await trainerEnvironmentOf(home, settings).state()),
            database: () => describeDatabase(supervisor.open),
            profile: () => supervisor.profile,
            servers: () => readExternal(home),
          });
        },
        settings: async () => (await import('./engine-settings.ts')).engineSettingsOf(home, settings),
        changes,
        ticket: () => server.ticketUrl(),
        ...engineStack.api,
        snapshots: engineSnapshots.api,
        profile: () => supervisor.profile,
        migrate: (to, replace, onProgress) =>
          supervisor.whileClosed(async () => {
            const { migrateStores } = await import('../stores/migration/migrate-stores.ts');
            const from = supervisor.profile;
            await migrateStores(from, to, replace, onProgress, openProfile);
            chooseProfile(settings, to);
            return to;
          }, onProgress),
      },
      checkRoom: (what) => {
        checkHome();
        disk.check(what);
      },
      diskRefused: () => disk.refused(),
    },
    access,
    presence,
    files: servedFiles(supervisor, disk),
    readiness: async () => {
      const { ready, checks } = await supervisor.readiness();
      return { ready: ready && disk.readiness.ok, checks: { ...checks, disk: disk.readiness } };
    },
    rendererFolder: path.join(appRoot(), 'out', 'renderer'),
    version,
    log,
  });
  stack.defer(() => server.close());
  await disk.start();
  const listening = listen(server, settings, options.port);
  // The embedded stores belong to the engine: without them it does not start. Others come and go, and it shows how they do.
  const begun = await Promise.allSettled([
    listening,
    supervisor.profile === 'embedded' ? supervisor.start() : null,
  ]);
  for (const one of begun) if (one.status === 'rejected') throw one.reason;
  const socket = engineSocket(home);
  if (socket) await server.listenLocally(socket);
  writeEngineRecord(home, { url: server.url, token, pid: process.pid, startedAt, version });
  stack.defer(() => removeEngineRecord(home));
  const makeSample = async () => {
    if (!options.sample) return;
    // Beside everything else: the page is there at once, and shows how it goes on.
    try {
      await ensureSample(supervisor.current.services, settings);
    } catch (error) {
      log.error({ err: error }, 'the sample could not be made');
    } finally {
      makesSample = false;
    }
  };
  if (supervisor.profile === 'embedded') void makeSample();
  else
    supervisor.start().then(makeSample, (error: unknown) => {
      makesSample = false;
      log.error({ err: error }, 'the stores cannot be opened');
    });
  if (options.idleStopMs !== undefined)
    stack.use(
      stopWhenIdle(
        options.idleStopMs,
        supervisor,
        backupOperations,
        presence,
        log,
        () => void stop({ stopRuns: false }),
      ),
    );
  void sweepLeft({ home, profile: supervisor.profile, settings, log });
  log.info({ url: server.url }, 'the engine is ready');
  // Whoever waited for the start asks at once, and what that needs is loaded with it: this is for those who come later.
  const loading = setTimeout(() => {
    server.loadAnswers().catch((error: unknown) => log.error({ err: error }, 'answers cannot be loaded'));
  }, loadAnswersMs);
  stack.defer(() => clearTimeout(loading));

  const everything = stack.move();
  const { promise: closed, resolve: resolveClosed, reject: rejectClosed } = Promise.withResolvers<void>();
  const hurry = new AbortController();
  let stopping = false;
  let endedBy: TrainyardError | null = null;
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
        const runs = supervisor.open?.services.runs;
        if (runs) await Promise.race([runs.loop.stopAll({ graceMs: stopGraceMs }), hurried]);
      }
      await everything.disposeAsync();
      if (endedBy) rejectClosed(endedBy);
      else resolveClosed();
    } catch (error) {
      log.error({ err: error }, 'the engine could not stop cleanly');
      rejectClosed(error);
    }
    return closed;
  }
  ending.inOrder = (met) => {
    endedBy = met;
    setTimeout(() => process.exit(1), stopGraceMs).unref();
    // `closed` reports how it went.
    stop({ stopRuns: false }).catch(() => undefined);
  };
  return {
    url: server.url,
    token,
    pid: process.pid,
    home,
    get disk() {
      return disk.state;
    },
    ticketUrl: () => server.ticketUrl().url,
    closed,
    stop,
  };
}
