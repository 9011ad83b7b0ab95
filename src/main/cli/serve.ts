import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { Option } from 'commander';
import { TrainyardError } from '../../shared/errors/error.ts';
import { type Profile, profiles } from '../../shared/model/stack.ts';
import { type EngineAddress, findEngine } from '../platform/find-engine.ts';
import { openHome } from '../platform/home.ts';
import { homeFolder } from '../platform/paths.ts';
import { openStateFolder } from '../platform/state-folder.ts';
import { retry } from '../platform/waiting.ts';
import { stayConnected } from './lib/client.ts';
import { type Command, type CommonOptions, given, integer } from './lib/define.ts';
import { remarkDisk } from './lib/disk-remark.ts';
import { engineRunning } from './lib/engine.ts';
import { translate } from './lib/language.ts';
import { writeJson, writeLine } from './lib/output.ts';

interface ServeOptions {
  readonly port?: number;
  readonly profile?: Profile;
  readonly sample: boolean;
  readonly attach?: true;
  readonly newToken?: true;
  readonly idleStop?: number;
  readonly stopRuns?: true;
  readonly stopWithInput?: true;
}

type Options = ServeOptions & CommonOptions;

/** How long another process, which starts an engine or stops one, may hold the folder before we stop waiting for it. */
const otherStartMs = 120_000;

/** Requests to stop: signals, or (with `withInput`) the end of standard input, which a dead parent closes. Those that come early are kept. */
class StopRequests {
  private count = 0;
  private listener: ((count: number) => void) | null = null;

  constructor(withInput: boolean) {
    const ask = () => {
      this.count += 1;
      this.listener?.(this.count);
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, ask);
    if (withInput) process.stdin.once('close', ask).resume();
  }

  /** Calls back at each request, with its number; at once where one came already. */
  listen(listener: (count: number) => void): void {
    this.listener = listener;
    if (this.count > 0) listener(this.count);
  }
}

/** @param makeLink a link that opens the UI once: one for a browser, and for programs one for a window of their own */
async function announce(
  engine: Pick<EngineAddress, 'url' | 'token' | 'pid'>,
  makeLink: () => string | Promise<string>,
  options: Options,
  attached: boolean,
): Promise<void> {
  const ticketUrl = await makeLink();
  if (options.json) {
    await writeJson({
      url: engine.url,
      token: engine.token,
      pid: engine.pid,
      ticketUrl,
      windowUrl: await makeLink(),
      ...(attached ? { attached } : {}),
    });
    return;
  }
  const known = attached
    ? translate(
        `An engine runs already (process ${engine.pid}).`,
        `이미 엔진이 실행 중입니다(프로세스 ${engine.pid}).`,
      )
    : translate('The engine is running; Ctrl-C stops it.', '엔진이 실행 중입니다. Ctrl-C로 멈춥니다.');
  await writeLine(`${known}\n${ticketUrl}`);
}

/** Stays as long as an engine that runs already: the client's connection breaks when the engine ends. */
async function attach(engine: EngineAddress, options: Options, requests: StopRequests): Promise<void> {
  using client = await stayConnected(engine);
  const asked = new Promise<void>((resolve) => requests.listen(() => resolve()));
  await announce(engine, async () => (await client.api.system.ticket()).url, options, true);
  await Promise.race([asked, client.closed]);
}

/** Runs the engine in this process until somebody stops it, or it has nothing left to do. */
async function serve(options: Options): Promise<undefined> {
  // What the engine, its supervisors and its trainers make is closed by itself, not only by the folder that it lies in.
  process.umask(0o077);
  const home = openHome(homeFolder());
  const requests = new StopRequests(options.stopWithInput ?? false);
  // Whoever read the first line may be gone: no reason for an engine to end.
  process.stdout.removeAllListeners('error').on('error', () => {});
  const running = findEngine(home);
  if (running && options.attach) return void (await attach(running, options, requests));
  if (running) throw engineRunning(home, running);
  // Where nothing can be kept beside the program: not in the common temporary folder, where another user could put code of theirs
  // in its place.
  if (!getCompileCacheDir()) enableCompileCache(openStateFolder(home, 'compile-cache'));
  const { startEngine } = await import('../engine/start.ts');
  const { profile, newToken, port } = options;
  let engine: Awaited<ReturnType<typeof startEngine>>;
  const isLost = (error: unknown) => error instanceof TrainyardError && error.code === 'ENGINE_RUNNING';
  try {
    const start = () =>
      startEngine({
        home,
        sample: options.sample,
        ...given({ profile, newToken, port, idleStopMs: options.idleStop }),
      });
    // Who holds the folder starts, and will be found, or stops, and leaves the folder to this one.
    engine = await retry(start, {
      isPassing: (error) => isLost(error) && findEngine(home) === null,
      firstMs: 100,
      timeoutMs: otherStartMs,
    });
  } catch (error) {
    // Another process was quicker.
    const other = isLost(error) ? findEngine(home) : null;
    if (!other) throw error;
    if (options.attach) return void (await attach(other, options, requests));
    throw engineRunning(home, other);
  }
  requests.listen(() => {
    // `closed`, below, reports how it went.
    engine.stop({ stopRuns: options.stopRuns ?? false }).catch(() => undefined);
  });
  remarkDisk(engine.disk);
  await announce(engine, engine.ticketUrl, options, false);
  await engine.closed;
}

export function defineServe(command: Command): void {
  command
    .explain({
      examples: ['serve', 'serve --port 0 --no-sample --json'],
      json: '{"url", "token", "pid", "ticketUrl", "windowUrl"}',
    })
    .flag(
      '--port <number>',
      'port on 127.0.0.1; 0: a free one (left out: the one of last time)',
      '127.0.0.1의 포트. 0은 빈 포트(생략하면 지난번 포트)',
      integer(0, 65_535),
    )
    .addOption(
      new Option(
        '--profile <profile>',
        translate('where the stores are, for this start', '이번 시작에 쓸 저장소 위치'),
      )
        .env('TRAINYARD_PROFILE')
        .choices(profiles),
    )
    .flag(
      '--no-sample',
      'make no sample project on the first start',
      '첫 시작 때 예제 프로젝트를 만들지 않습니다',
    )
    .flag(
      '--attach',
      'where an engine runs already, give a link to it and stay until told to stop',
      '이미 실행 중인 엔진이 있으면 그 링크를 주고 기다립니다',
    )
    .flag(
      '--new-token',
      'make another token: the old one and every browser’s session end',
      '토큰을 새로 만듭니다. 예전 토큰과 모든 브라우저의 로그인이 끝납니다',
    )
    .flag(
      '--stop-runs',
      'at the end, stop trainings too (with a checkpoint)',
      '끝낼 때 학습도 체크포인트를 남기고 멈춥니다',
    )
    .flag(
      '--idle-stop <ms>',
      'stop by itself once all work is done and nobody was there for so long',
      '일이 모두 끝나고 이 시간 동안 아무도 없으면 스스로 멈춥니다',
      integer(1),
    )
    .addOption(new Option('--stop-with-input').hideHelp())
    .perform<ServeOptions>(serve);
}
