import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createORPCClient } from '@orpc/client';
import { fault } from '../../../shared/errors/catalogue.ts';
import { insteadOfStarting } from '../../../shared/errors/engine.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { childEnvironment } from '../../platform/child-environment.ts';
import { type EngineAddress, findEngine, socketAddress } from '../../platform/find-engine.ts';
import { openHome } from '../../platform/home.ts';
import { appRoot, homeFolder } from '../../platform/paths.ts';
import { prepareOwnFile } from '../../platform/state-file.ts';
import { openStateFolder } from '../../platform/state-folder.ts';
import { retry, until } from '../../platform/waiting.ts';
import { type Api, askAgain, type Client, connect } from './client.ts';
import { isEngineGone } from './engine-gone.ts';
import { remark } from './output.ts';

/** An engine that was started in the background ends once its work is done and no client was connected for this long. */
const idleStopMs = 60_000;
const startDeadlineMs = 120_000;
/** How long a read waits for an engine to come back. */
const returnTimeoutMs = 120_000;

/** Waits until an engine serves the state folder; null after the timeout. */
function waitForEngine(home: string, timeoutMs: number): Promise<EngineAddress | null> {
  return until(() => findEngine(home), { firstMs: 100, timeoutMs });
}

interface FirstLine {
  readonly url?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** The error that an engine already serves the state folder. @param instead what else can be done than to stop it */
export function engineRunning(
  home: string,
  { url, pid }: EngineAddress,
  instead: Bilingual = insteadOfStarting,
): TrainyardError {
  const which = { en: ` at ${url} (process ${pid})`, ko: `: ${url}(프로세스 ${pid})` };
  return fault('ENGINE_RUNNING', {
    home,
    which,
    stop: { en: ` (kill ${pid})`, ko: `(kill ${pid})` },
    instead,
  });
}

/** Another process holds the state folder's lock: it is the engine, or is about to be. */
const lostToAnother = new Set(['ENGINE_RUNNING', 'ENGINE_STARTING']);

/** The child's first line; null if it ends without one. It writes nothing after it, and its output is closed. */
function firstLine(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    if (!child.stdout) return reject(new TypeError('The child has no standard output.'));
    const { stdout } = child;
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      // A library may print something before it, if the person's environment asks for that.
      if (!line.startsWith('{')) return;
      resolve(line);
      lines.close();
      stdout.destroy();
    });
    lines.once('close', () => resolve(null));
  });
}

async function startInBackground(home: string): Promise<EngineAddress> {
  remark(
    'No engine is running; starting one in the background.',
    '실행 중인 엔진이 없어 백그라운드에서 시작합니다.',
  );
  const logFile = path.join(openStateFolder(home, 'logs'), 'background.log');
  prepareOwnFile(logFile, {
    en: 'Move it away; a new log is begun.',
    ko: '다른 곳으로 옮기세요. 로그는 새로 시작됩니다.',
  });
  const log = openSync(logFile, 'a', 0o600);
  const written = fstatSync(log).size;
  const child = spawn(
    process.execPath,
    [
      path.join(appRoot(), 'out', 'node', 'cli.js'),
      'serve',
      '--idle-stop',
      String(idleStopMs),
      '--no-sample',
      '--json',
    ],
    {
      cwd: home,
      env: childEnvironment('node'),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', log],
    },
  );
  closeSync(log);
  const line = await firstLine(child);
  child.unref();
  const first: FirstLine = line === null ? {} : JSON.parse(line);
  const started = first.url === undefined ? null : findEngine(home);
  if (started) return started;
  if (first.error && !lostToAnother.has(first.error.code)) {
    throw TrainyardError.from(first.error);
  }
  const other = first.error ? await waitForEngine(home, startDeadlineMs) : null;
  if (other) return other;
  const words = readFileSync(logFile).subarray(written).toString().trim().split('\n').at(-1);
  throw fault('ENGINE_START_FAILED', {
    words: words || { en: 'it said nothing', ko: '남긴 말 없음' },
  });
}

/** A connection by the engine's socket, without asking for its lock first; null if nobody listens there. */
async function connectAtSocket(home: string): Promise<Client | null> {
  const address = socketAddress(home);
  try {
    return address && (await connect(address));
  } catch (error) {
    if (isEngineGone(error)) return null;
    throw error;
  }
}

/** A connection to the engine of the state folder, which is started in the background where none runs. */
async function reachEngine(): Promise<Client> {
  const home = openHome(homeFolder());
  // The engine may end between being found and being called: it was idle too long, or another one takes its place.
  return retry(
    async () => (await connectAtSocket(home)) ?? connect(findEngine(home) ?? (await startInBackground(home))),
    {
      isPassing: isEngineGone,
      firstMs: 200,
      longestMs: 1000,
      timeoutMs: 10_000,
    },
  );
}

/** Calls the engine of the state folder, and closes the connection. */
export async function withClient<T>(ask: (client: Client) => Promise<T>): Promise<T> {
  using client = await reachEngine();
  return await ask(client);
}

/** The same for calls alone. */
export function withEngine<T>(ask: (api: Client['api']) => Promise<T>): Promise<T> {
  return withClient(({ api }) => ask(api));
}

/** A client that outlives the engine. */
export interface ReconnectingClient extends Disposable {
  /** Repeats a call on the next engine if one went away: only for calls that are safe to repeat. @throws TrainyardError ENGINE_GONE if none came back within two minutes */
  readonly api: Api;
  /** Calls once: for what must not be done twice. @throws TrainyardError ENGINE_GONE */
  readonly once: Api;
}

/** A connection to the next engine, after the one of a client went away. */
function reconnect({ engine: { url } }: Client, cause: unknown): Promise<Client> {
  remark('The engine went away; waiting for it to come back.', '엔진이 사라졌습니다. 돌아오기를 기다립니다.');
  const attempt = () => {
    // No engine is started here: the person who stopped it may be about to start it again with other options.
    const engine = findEngine(homeFolder());
    if (!engine) throw fault('ENGINE_GONE', { url }, { cause });
    return connect(engine);
  };
  return retry(attempt, { isPassing: isEngineGone, firstMs: 100, timeoutMs: returnTimeoutMs });
}

/** The engine has no database: it continues by itself once there is one. */
const untilDatabaseAnswers = {
  isPassing: (error: unknown) => error instanceof TrainyardError && error.code === 'DATABASE_UNAVAILABLE',
  firstMs: 1000,
  timeoutMs: returnTimeoutMs,
  remark: {
    en: 'The database does not answer; waiting for it.',
    ko: '데이터베이스가 응답하지 않습니다. 기다립니다.',
  },
};

/** A client of the state folder's engine, which is started in the background where none runs. */
export async function openReconnectingClient(): Promise<ReconnectingClient> {
  let client = await reachEngine();
  const reconnecting: Client['link'] = {
    call: async (...question) => {
      for (;;) {
        try {
          return await askAgain(() => client.link.call(...question), untilDatabaseAnswers);
        } catch (error) {
          if (!isEngineGone(error)) throw error;
          client[Symbol.dispose]();
          client = await reconnect(client, error);
        }
      }
    },
  };
  return {
    api: createORPCClient<Api>(reconnecting),
    once: createORPCClient<Api>({ call: (...question) => client.link.call(...question) }),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
