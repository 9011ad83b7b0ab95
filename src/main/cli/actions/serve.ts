import { enableCompileCache } from 'node:module';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import { type EngineAddress, findEngine } from '../../platform/find-engine.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import { openStateFolder } from '../../platform/state-folder.ts';
import { connect } from '../client.ts';
import type { CommonOptions } from '../define.ts';
import { remarkDisk } from '../disk-remark.ts';
import { waitForEngine } from '../engine.ts';
import { translate } from '../language.ts';
import { writeJson, writeLine } from '../output.ts';

export interface ServeOptions {
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

/** How long a start that another process has under way may take before we stop waiting for it. */
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

/** Stays beside an engine that runs, and with it: its clients' connection tells when it goes. */
async function attach(engine: EngineAddress, options: Options, requests: StopRequests): Promise<void> {
  using client = await connect(engine);
  const asked = new Promise<void>((resolve) => requests.listen(() => resolve()));
  await announce(engine, async () => (await client.api.system.ticket()).url, options, true);
  await Promise.race([asked, client.closed]);
}

function alreadyRuns(engine: EngineAddress): TrainyardError {
  return new TrainyardError(
    'ENGINE_RUNNING',
    translate(
      `An engine already serves this state folder at ${engine.url} (process ${engine.pid})`,
      `이 상태 폴더의 엔진이 이미 ${engine.url}에서 실행 중입니다(프로세스 ${engine.pid})`,
    ),
    translate(
      `Use it ("trainyard open"), stop it first (kill ${engine.pid}), or give this one another folder with --home.`,
      `그것을 쓰거나("trainyard open"), 먼저 멈추거나(kill ${engine.pid}), --home으로 다른 폴더를 지정하세요.`,
    ),
    { status: 409 },
  );
}

/** Runs the engine in this process until it is told to stop, or has nothing left to do. */
export async function serve(options: Options): Promise<undefined> {
  // What the engine, its supervisors and its trainers make is closed by itself, not only by the folder that it lies in.
  process.umask(0o077);
  const home = openHome(homeFolder());
  const requests = new StopRequests(options.stopWithInput ?? false);
  // Whoever read the first line may be gone: no reason for an engine to end.
  process.stdout.removeAllListeners('error').on('error', () => {});
  const running = findEngine(home);
  if (running && options.attach) return void (await attach(running, options, requests));
  if (running) throw alreadyRuns(running);
  // Compiled code of the last start: most of a start is the compiling of modules. Not in the common temporary folder, where
  // another user could put code of theirs in its place.
  enableCompileCache(openStateFolder(home, 'compile-cache'));
  const { startEngine } = await import('../../engine/engine.ts');
  let engine: Awaited<ReturnType<typeof startEngine>>;
  try {
    engine = await startEngine({
      home,
      ...(options.profile ? { profile: options.profile } : {}),
      sample: options.sample,
      ...(options.newToken ? { newToken: true } : {}),
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.idleStop === undefined ? {} : { idleStopMs: options.idleStop }),
    });
  } catch (error) {
    // Another process was quicker.
    const lost = error instanceof TrainyardError && error.code === 'ENGINE_RUNNING';
    const other = lost ? await waitForEngine(home, otherStartMs) : null;
    if (!other) throw error;
    if (options.attach) return void (await attach(other, options, requests));
    throw alreadyRuns(other);
  }
  requests.listen(() => {
    // How it went is told by `closed`, which stands below.
    engine.stop({ stopRuns: options.stopRuns ?? false }).catch(() => undefined);
  });
  remarkDisk(engine.disk);
  await announce(engine, engine.ticketUrl, options, false);
  await engine.closed;
}
