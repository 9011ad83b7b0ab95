import { randomUUID } from 'node:crypto';
import type { StackEvent, StackState } from '../../../shared/contract/stack.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ServiceName, StackVerb } from '../../../shared/model/stack.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import type { OnProgress } from '../../platform/progress.ts';
import type { LocalStack } from '../../stack/verbs/open-stack.ts';
import { askLine } from '../lib/ask-line.ts';
import {
  type Command,
  type CommandTexts,
  type CommonOptions,
  collect,
  defineCommand,
  given,
} from '../lib/define.ts';
import { failureOf, usageError } from '../lib/failure.ts';
import { translate } from '../lib/language.ts';
import { remark, writeJson } from '../lib/output.ts';
import { openStack, readServices } from './cli-stack.ts';
import { findEngineFor, upByEngine } from './engine-up.ts';
import { defineLogs } from './logs.ts';
import { defineMigrate } from './migrate.ts';
import { progressShape, StackPrinter } from './stack-printer.ts';
import { defineStatus, printState, stateShape } from './status.ts';

/** Does a verb and prints what it reports: events as lines of JSON, or for a person; at last the state or the error. */
async function work(
  verb: StackVerb,
  services: readonly ServiceName[],
  { json }: CommonOptions,
  doVerb: (onProgress: OnProgress) => Promise<StackState>,
): Promise<undefined> {
  const operation = randomUUID();
  const printer = new StackPrinter();
  let seq = 0;
  let written: Promise<void> = Promise.resolve();
  const print = (event: StackEvent) => {
    if (json) written = written.then(() => writeJson(event));
    else printer.onProgress(event);
  };
  const onProgress: OnProgress = (event) => {
    seq += 1;
    print({ ...event, seq, time: new Date().toISOString(), operation });
  };
  onProgress({ type: 'begin', verb, services: [...services] });
  try {
    const state = await doVerb(onProgress);
    onProgress({ type: 'end', status: 'done', cause: null });
    await written;
    printer.end();
    await (json ? writeJson(state) : printState(state));
  } catch (error) {
    printer.end();
    const lines = linesOf(error);
    const { error: failure } = failureOf(error, `trainyard stack ${verb}`);
    await written;
    if (json) await writeJson({ error: { ...failure, lines } });
    else for (const line of lines) remark(`  ${line}`);
    throw error;
  }
}

/** The last lines of the service that failed. */
function linesOf(error: unknown): string[] {
  const lines = error instanceof TrainyardError ? error.details.lines : [];
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
}

interface UpFlags {
  readonly profile: 'docker' | undefined;
  readonly ports: 'new' | undefined;
  readonly image: string[] | undefined;
}

/** Brings services up in this process; Ctrl-C ends that. */
async function upHere(
  services: readonly ServiceName[],
  onProgress: OnProgress,
  { profile, ports, image }: UpFlags,
): Promise<StackState> {
  await using opened = await openStack(profile, image);
  // What is asked for now comes before what an upgrade was not done for.
  if (image) await opened.stack.releaseImages();
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  return await opened.stack.up({ services, onProgress, signal: abort.signal, ...given({ ports }) });
}

function defineUp(group: Command): void {
  defineCommand(group, {
    usage: 'up [services...]',
    english: 'start services (none named: all) and make them ready; harmless where they are',
    korean: '서비스를 시작하고(이름이 없으면 전부) 쓸 수 있게 준비합니다. 이미 떠 있으면 그대로 둡니다',
    examples: [
      'stack up',
      'stack up --profile docker',
      'stack up postgres redis --json',
      'stack up --image redis=redis:8.2',
    ],
    json: progressShape(stateShape),
  })
    .flag('--profile <profile>', 'also work with it from now on', '앞으로 이 프로필로 작업합니다', ['docker'])
    .flag(
      '--ports <which>',
      'new: leave ports that another program took',
      'new: 다른 프로그램이 차지한 포트를 바꿉니다',
      ['new'],
    )
    .flag(
      '--image <service=image>',
      'another image for a service from now on (postgres= goes back); may be given several times',
      '앞으로 이 서비스에 쓸 이미지(postgres= 이면 되돌립니다). 여러 번 줄 수 있습니다',
      collect,
    )
    .perform<{ profile?: 'docker'; ports?: 'new'; image?: string[] }>(
      async ({ profile, ports, image, ...options }, ...words) => {
        const services = readServices(words);
        const home = openHome(homeFolder());
        // What was said to this command alone, the engine does not know.
        const engine = ports || image ? null : findEngineFor(home);
        return await work('up', services, options, async (onProgress) => {
          const state =
            (engine && (await upByEngine(engine, services, onProgress))) ??
            (await upHere(services, onProgress, { profile, ports, image }));
          if (!profile) return state;
          const { switchProfile } = await import('../lib/switch-profile.ts');
          await switchProfile(home, profile);
          return { ...state, profile };
        });
      },
    );
}

function defineDownOrRestart(
  group: Command,
  verb: 'down' | 'restart',
  texts: Pick<CommandTexts, 'english' | 'korean' | 'examples'>,
): void {
  defineCommand(group, { usage: `${verb} [services...]`, json: progressShape(stateShape), ...texts }).perform(
    async (options, ...words) => {
      const services = readServices(words);
      await using opened = await openStack();
      return await work(verb, services, options, (onProgress) =>
        opened.stack[verb]({ services, onProgress }),
      );
    },
  );
}

function defineDestroy(group: Command): void {
  defineCommand(group, {
    usage: 'destroy [services...]',
    english:
      "remove the stack's containers, networks and volumes with all data in them; wants the stack's name",
    korean: '스택의 컨테이너, 네트워크, 볼륨을 데이터와 함께 지웁니다. 스택 이름을 입력해야 합니다',
    examples: ['stack destroy', 'stack destroy --name trainyard-1f2e3d4c'],
    json: progressShape(stateShape),
  })
    .flag(
      '--name <name>',
      "the stack's name, as 'stack status' shows it",
      '"stack status"가 보여 주는 스택의 이름',
    )
    .perform<{ name?: string }>(async (options, ...words) => {
      const services = readServices(words);
      await using opened = await openStack();
      const name = options.name ?? (await askForName(opened));
      return await work('destroy', services, options, (onProgress) =>
        opened.stack.destroy({ name, services, onProgress }),
      );
    });
}

/** Whoever types the name has seen what goes. */
async function askForName({ stack }: LocalStack): Promise<string> {
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
  return askLine(
    translate(
      `This removes the containers and all data of ${identity?.name ?? 'the stack'}. Type its name to go on: `,
      `${identity?.name ?? '스택'}의 컨테이너와 모든 데이터를 지웁니다. 계속하려면 이름을 입력하세요: `,
    ),
  );
}

export function defineStack(group: Command): void {
  defineUp(group);
  defineDownOrRestart(group, 'down', {
    english: 'stop services; data stays',
    korean: '서비스를 멈춥니다. 데이터는 남습니다',
    examples: ['stack down', 'stack down temporal'],
  });
  defineDownOrRestart(group, 'restart', {
    english: 'stop and start services',
    korean: '서비스를 멈췄다가 시작합니다',
    examples: ['stack restart redis'],
  });
  defineDestroy(group);
  defineStatus(group);
  defineLogs(group);
  defineMigrate(group);
}
