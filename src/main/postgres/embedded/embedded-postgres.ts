import { existsSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { ensureSecrets, openHome } from '../../platform/home.ts';
import { readStateText } from '../../platform/state-file.ts';
import { clientConfig, type PostgresAddress } from '../pool.ts';
import { type Binaries, type Installation, prepareBinaries, type ServerPackage } from './binaries.ts';
import { writeConfiguration } from './configuration.ts';
import { databaseName, initialise, resetPassword, roleName } from './initialise.ts';
import { launch, logTail, type Postmaster, removeStaleFiles, settle, stopPostmaster } from './launch.ts';
import {
  findLocation,
  type Location,
  locate,
  openPassage,
  releaseSocketFolder,
  socketPort,
} from './location.ts';
import { readNote } from './location-notes.ts';
import { clearOrphans, isPostmaster, readPostmasterFile } from './postmaster.ts';
import { closedFolder, serverUser } from './server-user.ts';
import { watchPostmaster } from './watch.ts';

/** Where and as whom to connect; `host` is a socket folder except on Windows. */
export type PostgresConnection = Exclude<PostgresAddress, { readonly url: string }>;

/** How the server came to run, and a sentence that says it. */
export interface StartReport {
  readonly how: 'initialised' | 'started' | 'adopted' | 'recovered' | 'replaced' | 'unlocked';
  readonly pid: number;
  readonly dataDirectory: string;
  readonly message: string;
}

interface Running {
  readonly postmaster: Postmaster;
  readonly port: number;
  readonly how: StartReport['how'];
}

/** The server's process is gone though nobody stopped it; its last words. */
export interface PostmasterExit {
  readonly pid: number;
  readonly log: string;
}

const messages: Record<StartReport['how'], string> = {
  initialised: 'Made a new database and started PostgreSQL.',
  started: 'Started PostgreSQL.',
  adopted: 'Took over the PostgreSQL that an engine, gone without stopping it, had left running.',
  recovered: 'PostgreSQL had ended without being stopped; started it, and it replayed its log.',
  unlocked: 'PostgreSQL did not take the password of secrets.json; gave it that one and started it.',
  replaced: 'The PostgreSQL left running did not answer; stopped it and started it anew.',
};

/**
 * Starts the PostgreSQL of a state folder, or adopts the one that a killed engine left. The caller holds the folder's
 * engine lock. Kill it at any moment: the next start finds what was left and goes on.
 * @param options.isPasswordTried false: a server that was only started is not asked; where it refuses the caller's first connection
 *   (28P01), it is to be unlocked
 * @param options.source programs of the version that the data is of, where that is not the one that came with this program
 * @throws TrainyardError POSTGRES_… with the cause and the hint
 */
export async function startEmbeddedPostgres(
  home: string,
  options: { readonly isPasswordTried?: boolean; readonly source?: ServerPackage } = {},
): Promise<EmbeddedPostgres> {
  const root = openHome(home);
  const user = serverUser();
  const location = locate(root, user);
  const binaries = prepareBinaries(location.copies, user, options.source);
  const server = new EmbeddedPostgres({ location, binaries, user }, ensureSecrets(root).postgresPassword);
  await server.restart(options);
  return server;
}

/** Lets the server's account, where there is one, through a state folder to those within it, so that their data lies there too. */
export function openWayToInner(home: string): void {
  const user = serverUser();
  const root = realpathSync(home);
  if (user && closedFolder(path.dirname(root), user) === null) openPassage(root, user);
}

/**
 * Removes the PostgreSQL of a state folder that is to be removed: one that a kill left running is stopped, and what lies outside of the
 * folder goes. Harmless where there is none.
 */
export async function removeEmbeddedPostgres(home: string): Promise<void> {
  const user = serverUser();
  // Without a note of its own it has none: the place that one would get may be the place of data that was moved from here into service.
  if (readNote(realpathSync(home)) === null) return;
  const location = findLocation(home, user);
  const found = readPostmasterFile(location.dataDirectory);
  if (found && isPostmaster(found.pid, location)) {
    const binaries = prepareBinaries(location.copies, user);
    await stopPostmaster({ pid: found.pid, child: null }, { location, binaries }, 'immediate');
  }
  if (existsSync(location.dataDirectory)) await clearOrphans(location);
  if (existsSync(location.socketDirectory)) releaseSocketFolder(location);
  await rm(location.folder === 'postgres' ? location.area : path.dirname(location.area), {
    recursive: true,
    force: true,
    maxRetries: 3,
  });
}

export class EmbeddedPostgres {
  private readonly installation: Installation;
  private readonly location: Location;
  private readonly password: string;
  private readonly listeners = new Set<(exit: PostmasterExit) => void>();
  private running: { postmaster: Postmaster; port: number; report: StartReport; unwatch: () => void } | null =
    null;

  constructor(installation: Installation, password: string) {
    this.installation = installation;
    this.location = installation.location;
    this.password = password;
  }

  /** How it was last started. */
  get report(): StartReport {
    return this.current().report;
  }

  /** The folder with all of it. */
  get area(): string {
    return this.location.area;
  }

  get connection(): PostgresConnection {
    return this.connectionAt(this.current().port);
  }

  get url(): string {
    return urlOf(this.connection);
  }

  /** Calls back when the server ends though nobody stopped it; answers how to take that back. `restart` fixes it. */
  onExit(listener: (exit: PostmasterExit) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts it where it does not run, and says how; where it runs and answers, it is adopted. */
  async restart({ isPasswordTried = true } = {}): Promise<StartReport> {
    this.running?.unwatch();
    this.running = null;
    return this.run(await this.bringUp(isPasswordTried));
  }

  /** Gives our password to a server that runs and refuses it, and starts it anew. @throws TrainyardError POSTGRES_PASSWORD_REFUSED */
  async unlock(): Promise<StartReport> {
    const { postmaster, port, unwatch } = this.current();
    unwatch();
    this.running = null;
    return this.run({ postmaster: await this.launchWithNewPassword(postmaster), port, how: 'unlocked' });
  }

  private run({ postmaster, port, how }: Running): StartReport {
    const report: StartReport = {
      how,
      pid: postmaster.pid,
      dataDirectory: this.location.dataDirectory,
      message: messages[how],
    };
    const unwatch = watchPostmaster(
      postmaster,
      this.connectionAt(port),
      () => isPostmaster(postmaster.pid, this.location),
      () => this.ended(postmaster.pid),
    );
    this.running = { postmaster, port, report, unwatch };
    return report;
  }

  /** Ends sessions, writes everything out and resolves when no process is left. Safe to repeat. */
  async stop(): Promise<void> {
    const running = this.running;
    if (!running) return;
    running.unwatch();
    this.running = null;
    failpoint('postgres.stop.before');
    await stopPostmaster(running.postmaster, this.installation, 'fast');
    releaseSocketFolder(this.location);
    failpoint('postgres.stop.after');
  }

  private current() {
    if (this.running) return this.running;
    throw fault('POSTGRES_NOT_RUNNING', { log: this.location.log });
  }

  private ended(pid: number): void {
    this.running?.unwatch();
    this.running = null;
    const exit = { pid, log: logTail(this.location.log) };
    for (const listener of this.listeners) listener(exit);
  }

  private connectionAt(port: number): PostgresConnection {
    return connectionTo(this.location, port, this.password);
  }

  private async bringUp(isPasswordTried: boolean): Promise<Running> {
    const { location, binaries, user } = this.installation;
    const made = await initialise(this.installation, this.password);
    requireMajor(location, binaries);
    const found = readPostmasterFile(location.dataDirectory);
    const alive = found !== null && isPostmaster(found.pid, location);
    if (alive) {
      const adopted = await this.adopt();
      if (adopted) return adopted;
    }
    const hangs = alive && isPostmaster(found.pid, location);
    if (hangs) await stopPostmaster({ pid: found.pid, child: null }, this.installation, 'immediate');
    if (found) await clearOrphans(location);
    removeStaleFiles(location);
    const port = process.platform === 'win32' ? await freePort() : socketPort;
    writeConfiguration(location, process.platform === 'win32' ? port : null, user);
    failpoint('postgres.launch.before');
    try {
      const postmaster = await launch(this.installation);
      failpoint('postgres.launch.after');
      const how = made ? 'initialised' : hangs ? 'replaced' : found && !alive ? 'recovered' : 'started';
      const refuses = isPasswordTried && !made && (await this.knock(port)) === 'refused';
      if (!refuses) return { postmaster, port, how };
      return { postmaster: await this.launchWithNewPassword(postmaster), port, how: 'unlocked' };
    } catch (error) {
      // One that a killed engine had only just started may have come first.
      const adopted = await this.adopt();
      if (adopted) return adopted;
      throw error;
    }
  }

  /** The secrets were lost or replaced: the data is ours all the same, and takes the password that we have now. */
  private async launchWithNewPassword(postmaster: Postmaster): Promise<Postmaster> {
    await stopPostmaster(postmaster, this.installation, 'fast');
    await resetPassword(this.installation, this.password);
    return launch(this.installation);
  }

  /** The server that runs already, once it is done with starting or stopping; null if none answers. */
  private async adopt(): Promise<Running | null> {
    await settle(this.location);
    const found = readPostmasterFile(this.location.dataDirectory);
    if (!found || !isPostmaster(found.pid, this.location)) return null;
    const postmaster = { pid: found.pid, child: null };
    const answer = await this.knock(found.port);
    if (answer === 'refused')
      return { postmaster: await this.launchWithNewPassword(postmaster), port: found.port, how: 'unlocked' };
    return answer === 'open' ? { postmaster, port: found.port, how: 'adopted' } : null;
  }

  /** Whether the server takes a connection and is of the version that came with this program, or refuses our password. */
  private async knock(port: number): Promise<'open' | 'refused' | 'silent'> {
    const client = new pg.Client({
      ...clientConfig(this.connectionAt(port)),
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    client.on('error', () => {
      // Said again by the query that follows, or of no interest after it.
    });
    try {
      await client.connect();
      const { rows } = await client.query('SHOW server_version');
      return String(rows[0]?.server_version).startsWith(this.installation.binaries.version)
        ? 'open'
        : 'silent';
    } catch (error) {
      return hasCode(error, '28P01') ? 'refused' : 'silent';
    } finally {
      await client.end();
    }
  }
}

/** How to connect to the server of a state folder. */
export function connectionTo(location: Location, port: number, password: string): PostgresConnection {
  const host = process.platform === 'win32' ? '127.0.0.1' : location.socketDirectory;
  return { host, port, user: roleName, password, database: databaseName };
}

/** A connection as a URL; it holds the password. */
export function urlOf({ host, port, user, password, database }: PostgresConnection): string {
  return `postgres://${user}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${port}/${database}`;
}

function requireMajor(location: Location, binaries: Binaries): void {
  const file = path.join(location.dataDirectory, 'PG_VERSION');
  const backup = { en: 'Put it back from a backup.', ko: '백업에서 되돌리세요.' };
  const found = readStateText(file, { hint: backup, owners: 'any' })?.trim() ?? null;
  const major = binaries.version.split('.')[0] ?? '';
  if (found === major) return;
  const folder = location.dataDirectory;
  if (found === null)
    throw fault('POSTGRES_DATA_MAJOR', {
      what: {
        en: `${folder} is no data folder of PostgreSQL (it has no PG_VERSION)`,
        ko: `${folder}에 PG_VERSION이 없어 PostgreSQL의 데이터 폴더가 아닙니다`,
      },
      hint: {
        en: 'Move it away to start with an empty database, or put a backup in its place.',
        ko: '빈 데이터베이스로 시작하려면 다른 곳으로 옮기고, 아니면 백업을 그 자리에 두세요.',
      },
    });
  throw fault('POSTGRES_DATA_MAJOR', {
    what: {
      en: `The data in ${folder} is PostgreSQL ${found}'s; this program brings PostgreSQL ${major}`,
      ko: `${folder}의 데이터는 PostgreSQL ${found}의 것이고, 이 프로그램의 PostgreSQL은 ${major}입니다`,
    },
    hint: {
      en: 'See what moving it takes: "trainyard upgrade plan". Or start the version of Trainyard that made it, take a snapshot there, and restore the snapshot here.',
      ko: '옮기는 데 필요한 것을 "trainyard upgrade plan"으로 확인하세요. 그 데이터를 만든 Trainyard에서 스냅숏을 뜬 뒤 여기서 복원해도 됩니다.',
    },
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
