import { TrainyardError } from '../../shared/errors/error.ts';
import { homeFolder } from '../platform/paths.ts';
import { type Api, type Client, connect, isEngineGone } from './client.ts';
import { reachEngine, waitForEngine } from './engine.ts';
import { translate } from './language.ts';
import { remark } from './output.ts';

const timeoutMs = 120_000;

/** A reader that outlives the engine: a read that a restart cut off is asked again of the engine that comes next. */
export class ReconnectingClient implements Disposable {
  private client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async open(): Promise<ReconnectingClient> {
    return new ReconnectingClient(await reachEngine());
  }

  /**
   * Asks, and asks again where the engine went away meanwhile: only for what may be asked twice.
   * @throws TrainyardError ENGINE_GONE where no engine came back within two minutes
   */
  async ask<T>(question: (api: Api) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await question(this.client.api);
      } catch (error) {
        if (!isEngineGone(error)) throw error;
        await this.reconnect(error);
      }
    }
  }

  /** Asks once: for what must not be done twice. @throws TrainyardError ENGINE_GONE */
  askOnce<T>(question: (api: Api) => Promise<T>): Promise<T> {
    return question(this.client.api);
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }

  private async reconnect(cause: unknown): Promise<void> {
    const end = Date.now() + timeoutMs;
    this.client[Symbol.dispose]();
    remark(
      translate(
        'The engine went away; waiting for it to come back.',
        '엔진이 사라졌습니다. 돌아오기를 기다립니다.',
      ),
    );
    // Not started here: whoever stopped it may be about to start it again, with options of their own.
    while (Date.now() < end) {
      const engine = await waitForEngine(homeFolder(), end - Date.now());
      if (!engine) break;
      try {
        this.client = await connect(engine);
        return;
      } catch (error) {
        if (!isEngineGone(error)) throw error;
      }
    }
    throw new TrainyardError(
      'ENGINE_GONE',
      translate('The engine went away and did not come back', '엔진이 사라진 뒤 돌아오지 않았습니다'),
      translate(
        'Run the command again: it starts an engine, and nothing of the run is lost.',
        '명령을 다시 실행하세요. 엔진이 시작되며 실행 기록은 잃지 않습니다.',
      ),
      { cause },
    );
  }
}
