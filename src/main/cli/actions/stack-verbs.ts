import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import type { StackEvent, StackState } from '../../../shared/contract/stack.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ServiceName, StackVerb } from '../../../shared/model/stack.ts';
import { chooseProfile } from '../../engine/profile.ts';
import { findEngine } from '../../platform/find-engine.ts';
import type { OnProgress } from '../../platform/progress.ts';
import { connect } from '../client.ts';
import type { CommonOptions } from '../define.ts';
import { failureOf } from '../failure.ts';
import { translate } from '../language.ts';
import { remark, writeJson } from '../output.ts';
import { StackNarrator } from '../stack-narrator.ts';
import { usageError } from '../usage-error.ts';
import { type OpenedStack, openStack, readServices } from './stack-open.ts';
import { printState } from './stack-status.ts';

export interface StackUpOptions {
  readonly profile?: 'docker';
  readonly ports?: 'new';
  readonly image?: readonly string[];
}

export interface StackDestroyOptions {
  readonly name?: string;
}

interface Verb {
  readonly name: StackVerb;
  readonly services: readonly ServiceName[];
  readonly json: boolean;
  readonly work: (onProgress: OnProgress) => Promise<StackState>;
}

/** Does a verb and prints what it tells: events as lines of JSON, or for a person; at last the state or the error. */
async function perform({ name, services, json, work }: Verb): Promise<undefined> {
  const operation = randomUUID();
  const narrator = new StackNarrator();
  let seq = 0;
  let written: Promise<void> = Promise.resolve();
  const print = (event: StackEvent) => {
    if (json) written = written.then(() => writeJson(event));
    else narrator.onProgress(event);
  };
  const onProgress: OnProgress = (event) => {
    seq += 1;
    print({ ...event, seq, time: new Date().toISOString(), operation });
  };
  onProgress({ type: 'begin', verb: name, services: [...services] });
  try {
    const state = await work(onProgress);
    onProgress({ type: 'end', status: 'done', cause: null });
    await written;
    narrator.end();
    await (json ? writeJson(state) : printState(state));
  } catch (error) {
    narrator.end();
    const lines = linesOf(error);
    const { error: told } = failureOf(error, `trainyard stack ${name}`);
    await written;
    if (json) await writeJson({ error: { ...told, lines } });
    else for (const line of lines) remark(`  ${line}`);
    throw error;
  }
}

/** The last lines of the service that failed. */
function linesOf(error: unknown): string[] {
  const lines = error instanceof TrainyardError ? error.details.lines : [];
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
}

/** An engine that runs goes over at once; any later one finds the choice. */
async function adopt({ home, settings }: OpenedStack, profile: 'docker'): Promise<void> {
  chooseProfile(settings, profile);
  const engine = findEngine(home);
  if (!engine) return;
  using client = await connect(engine);
  await client.api.stack.useProfile({ profile });
}

export async function stackUp(
  { profile, ports, image, json }: StackUpOptions & CommonOptions,
  words: readonly string[],
): Promise<undefined> {
  const services = readServices(words);
  await using opened = openStack(profile, image);
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const work = async (onProgress: OnProgress) => {
    const state = await opened.stack.up({
      services,
      onProgress,
      signal: abort.signal,
      ...(ports ? { ports } : {}),
    });
    if (profile) await adopt(opened, profile);
    return state;
  };
  return await perform({ name: 'up', services, json: json ?? false, work });
}

export async function stackDown({ json }: CommonOptions, words: readonly string[]): Promise<undefined> {
  const services = readServices(words);
  await using opened = openStack();
  const work = (onProgress: OnProgress) => opened.stack.down({ services, onProgress });
  return await perform({ name: 'down', services, json: json ?? false, work });
}

export async function stackRestart({ json }: CommonOptions, words: readonly string[]): Promise<undefined> {
  const services = readServices(words);
  await using opened = openStack();
  const work = (onProgress: OnProgress) => opened.stack.restart({ services, onProgress });
  return await perform({ name: 'restart', services, json: json ?? false, work });
}

export async function stackDestroy(
  options: StackDestroyOptions & CommonOptions,
  words: readonly string[],
): Promise<undefined> {
  const services = readServices(words);
  await using opened = openStack();
  const name = options.name ?? (await askForName(opened));
  const work = (onProgress: OnProgress) => opened.stack.destroy({ name, services, onProgress });
  return await perform({ name: 'destroy', services, json: options.json ?? false, work });
}

/** Whoever types the name has seen what goes. */
async function askForName({ stack }: OpenedStack): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw usageError(
      translate("The stack's name is missing", '스택의 이름이 빠졌습니다'),
      translate(
        'Give it with --name; "trainyard stack status" shows it.',
        '--name으로 주세요. "trainyard stack status"가 보여 줍니다.',
      ),
    );
  }
  const identity = await stack.identity();
  using lines = createInterface({ input: process.stdin, output: process.stderr });
  return lines.question(
    translate(
      `This removes the containers and all data of ${identity?.name ?? 'the stack'}. Type its name to go on: `,
      `${identity?.name ?? '스택'}의 컨테이너와 모든 데이터를 지웁니다. 계속하려면 이름을 입력하세요: `,
    ),
  );
}
