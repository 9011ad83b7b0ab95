import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import type { Found } from '../../../../shared/contract/predictions.ts';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import type { Scratch } from '../../../platform/scratch.ts';
import type { ModelDescription } from '../model-description.ts';
import type { PlacedModel, PredictionRequest, Predictor } from '../ports.ts';
import type { Answer, Order } from './messages.ts';

interface PredictorParts {
  /** The file that the process runs: `predict-program`, bundled. */
  readonly program: string;
  readonly builtinProgram: string;
  /** Where ONNX Runtime is installed to. */
  readonly folder: string;
  readonly scratch: Scratch;
  readonly timeoutMs?: number;
  /** Of one process, in bytes. */
  readonly mostMemory?: number;
  /** How long a process is kept that has nothing to do. */
  readonly keptMs?: number;
}

/** What package.json names. */
export const onnxRuntime = 'onnxruntime-node@1.30.0';

const gibibyte = 2 ** 30;
/** A quarter of the machine's, within reason. */
const usualMemory = Math.min(8, Math.max(2, Math.floor(totalmem() / 4 / gibibyte))) * gibibyte;
const usualTimeoutMs = 60_000;
const usuallyKeptMs = 60_000;
const mostWaiting = 32;
const lookAtMemoryEveryMs = 100;
/** Trainings go on beside it. */
const threads = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
/** Of the end of what the process wrote to standard error. */
const keptText = 1000;

/** A process and the model that it has loaded. */
interface Worker {
  readonly process: ChildProcess;
  model: string | null;
  stderr: string;
}

/**
 * Predicts in a process of its own, one image after the other, whoever asks: it is started for the first one, keeps its last model,
 * and is ended when nobody has asked for a minute. A model or an image that ends it, takes too long or too much memory costs one answer.
 */
export class PredictorProcess implements Predictor, AsyncDisposable {
  private readonly parts;
  private worker: Worker | null = null;
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private folders = 0;
  private keptTimer: NodeJS.Timeout | undefined;

  constructor(parts: PredictorParts) {
    this.parts = { timeoutMs: usualTimeoutMs, mostMemory: usualMemory, keptMs: usuallyKeptMs, ...parts };
  }

  whyNot(format: ModelDescription['format']): TrainyardError | null {
    if (format === 'trainyard/builtin-model') return null;
    try {
      createRequire(this.parts.program).resolve('onnxruntime-node');
      return null;
    } catch {
      return fault('ONNX_RUNTIME_MISSING', { command: this.command });
    }
  }

  async predict(request: PredictionRequest): Promise<Found> {
    const { signal } = request;
    signal?.throwIfAborted();
    if (this.waiting >= mostWaiting) throw fault('PREDICTIONS_BUSY', { count: this.waiting });
    this.waiting += 1;
    const turn = this.last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.last = promise;
    try {
      await unlessAborted(turn, signal);
      return await this.predictNow(request);
    } finally {
      this.waiting -= 1;
      void turn.then(resolve);
    }
  }

  /** Ends the process; what it is at is rejected. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.last;
    this.end();
  }

  private get command(): string {
    return `npm install --prefix ${quoted(this.parts.folder)} --no-save --ignore-scripts ${onnxRuntime}`;
  }

  private async predictNow({ model, image, wantsPreview, signal }: PredictionRequest): Promise<Found> {
    clearTimeout(this.keptTimer);
    this.worker ??= this.start();
    const { worker } = this;
    try {
      await using folder = worker.model === model.key ? null : await this.place(model);
      const load = folder && {
        ...{ description: model.description, folder: folder.path, threads, command: this.command },
        builtinProgram: this.parts.builtinProgram,
      };
      const answer = await this.ask(worker, { load, image, wantsPreview }, signal);
      const isLoaded = answer.kind === 'found' || answer.isLoaded;
      worker.model = isLoaded ? model.key : null;
      if (answer.kind === 'failed') throw TrainyardError.from(answer.error, answer);
      return answer.found;
    } finally {
      this.keptTimer = setTimeout(() => this.end(), this.parts.keptMs).unref();
    }
  }

  /** A folder with the model's files, which are read once. */
  private async place(model: PlacedModel) {
    this.folders += 1;
    const folder = await this.parts.scratch.open(`prediction-${this.folders}`);
    try {
      await model.writeTo(folder.path);
      return folder;
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  private start(): Worker {
    const child = fork(this.parts.program, [], {
      execArgv: ['--max-old-space-size=1024'],
      env: childEnvironment('node'),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const worker: Worker = { process: child, model: null, stderr: '' };
    child.stderr?.on('data', (text: Buffer) => {
      worker.stderr = `${worker.stderr}${text.toString('utf8')}`.slice(-keptText);
    });
    // What it said last is for people; without it the engine works on.
    child.stderr?.on('error', () => {});
    // Whoever waits learns of it by `exit`, or by this: a process that could not be started has no exit.
    child.on('error', () => {});
    child.on('exit', () => {
      if (this.worker === worker) this.worker = null;
    });
    return worker;
  }

  private end(): void {
    this.worker?.process.kill('SIGKILL');
    this.worker = null;
  }

  /** One question; where no answer comes, the process is ended. */
  private async ask(worker: Worker, order: Order, signal: AbortSignal | undefined): Promise<Answer> {
    const { timeoutMs, mostMemory } = this.parts;
    const { process: child } = worker;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onExit = () => {
      const how = child.signalCode ?? `exit code ${child.exitCode}`;
      reject(fault('PREDICTOR_ENDED', { how: [how, lastLine(worker.stderr)].filter(Boolean).join(': ') }));
    };
    const onAbort = () => reject(signal?.reason);
    const timer = setTimeout(
      () => reject(fault('PREDICTION_TIMEOUT', { seconds: timeoutMs / 1000 })),
      timeoutMs,
    );
    const watch = setInterval(() => {
      if (memoryOf(child.pid) > mostMemory)
        reject(fault('PREDICTION_MEMORY', { most: Math.round((mostMemory / gibibyte) * 10) / 10 }));
    }, lookAtMemoryEveryMs);
    child.once('message', resolve).once('exit', onExit).on('error', reject);
    signal?.addEventListener('abort', onAbort);
    try {
      signal?.throwIfAborted();
      // It may have ended while the model was placed.
      if (child.exitCode !== null || child.signalCode !== null) onExit();
      // Without a connection it is about to end, and how says more.
      else child.send(order, (error) => error && child.connected && reject(error));
      return await promise;
    } catch (error) {
      this.end();
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      child.off('message', resolve).off('exit', onExit).off('error', reject);
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

/** For a shell. */
const quoted = (folder: string) =>
  /^[\w./:\\-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';

/** What a process holds of the machine's memory, in bytes; 0 where the system does not say it by a file. */
function memoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** @throws the signal's reason as soon as it is aborted */
async function unlessAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return turn;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    await Promise.race([turn, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
