import { TrainyardError } from '../../shared/errors/error.ts';
import { type EngineAddress, findEngine } from '../platform/find-engine.ts';
import { acquireEngineLock, ensureSecrets, openHome, removeEngineRecord } from '../platform/home.ts';
import { homeFolder } from '../platform/paths.ts';
import { startEmbeddedPostgres } from '../postgres/embedded/embedded-postgres.ts';
import { databaseName, roleName } from '../postgres/embedded/initialise.ts';
import { findLocation } from '../postgres/embedded/location.ts';
import { readPostmasterFile } from '../postgres/embedded/postmaster.ts';
import { serverUser } from '../postgres/embedded/server-user.ts';
import { translate } from './language.ts';

/** The URL of the server that the running engine keeps; null where its server is not there at the moment. */
function urlOfRunning(home: string): string | null {
  const location = findLocation(home, serverUser());
  const server = readPostmasterFile(location.dataDirectory);
  if (!server) return null;
  const host = process.platform === 'win32' ? '127.0.0.1' : encodeURIComponent(location.socketDirectory);
  const { postgresPassword } = ensureSecrets(home);
  return `postgres://${roleName}:${encodeURIComponent(postgresPassword)}@${host}:${server.port}/${databaseName}`;
}

function engineInTheWay(engine: EngineAddress): TrainyardError {
  return new TrainyardError(
    'ENGINE_RUNNING',
    translate(
      `The engine at ${engine.url} (process ${engine.pid}) is using this database`,
      `${engine.url} 엔진(프로세스 ${engine.pid})이 이 데이터베이스를 쓰고 있습니다`,
    ),
    translate(
      `Stop it first (kill ${engine.pid}); its trainings go on.`,
      `먼저 엔진을 멈추세요(kill ${engine.pid}). 학습은 계속됩니다.`,
    ),
    { status: 409 },
  );
}

/**
 * Uses the state folder's own database: the running engine's server, else one started for as long as this takes.
 * @param options.exclusive no engine may run beside it
 */
export async function withEmbeddedDatabase<T>(
  use: (databaseUrl: string) => Promise<T>,
  options: { readonly exclusive: boolean },
): Promise<T> {
  const home = openHome(homeFolder());
  const engine = findEngine(home);
  if (engine && options.exclusive) throw engineInTheWay(engine);
  const running = engine ? urlOfRunning(home) : null;
  if (running) return use(running);
  using lock = acquireEngineLock(home);
  if (!lock) {
    throw new TrainyardError(
      'ENGINE_STARTING',
      translate(
        'An engine of this state folder is starting or does not answer',
        '이 상태 폴더의 엔진이 시작 중이거나 응답하지 않습니다',
      ),
      translate(
        'Try again in a moment; "trainyard doctor" says more.',
        '잠시 뒤 다시 해 보세요. "trainyard doctor"가 더 알려 줍니다.',
      ),
      { status: 409 },
    );
  }
  removeEngineRecord(home);
  const server = await startEmbeddedPostgres(home);
  try {
    return await use(server.url);
  } finally {
    await server.stop();
  }
}
