import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { variableOf } from '../causes.ts';
import { composeCreate } from '../compose/create-project.ts';
import { connectDocker } from '../docker/client.ts';
import { ContainerLogs } from '../docker/container-logs.ts';
import { Daemon } from '../docker/daemon.ts';
import { createUsage } from '../docker/usage.ts';
import { ensureSteps } from '../ensure/steps.ts';
import { StackFolder } from '../files/stack-folder.ts';
import { StackLogService } from '../logs/log-service.ts';
import { parseMemory } from '../memory.ts';
import { createPlanner, readTemplate, templateImages, templateVolumes } from '../plan.ts';
import { probes } from '../probes/probes.ts';
import type { StackContext } from './context.ts';
import { StackService } from './stack-service.ts';

export interface StackOptions
  extends Pick<StackContext, 'profile' | 'log'>,
    Partial<Pick<StackContext, 'probes' | 'steps' | 'timeoutMs'>> {
  /** The state folder, absolute. */
  readonly home: string;
  /** `DOCKER_*`, `PATH`, and `TRAINYARD_<SERVICE>_IMAGE` and `_MEMORY`. */
  readonly environment: NodeJS.ProcessEnv;
  /** References by tag or digest, from the settings; the environment has the last word. None: the template's. */
  readonly images: Readonly<Partial<Record<ServiceName, string>>>;
}

const wanted = {
  image: { en: 'an image, as postgres:17 or NAME@sha256:…', ko: 'postgres:17이나 NAME@sha256:… 같은 이미지' },
  memory: { en: 'an amount of memory from 6m up, as 512m or 2g', ko: '512m, 2g처럼 6m 이상인 메모리 크기' },
} as const satisfies Record<string, Bilingual>;

const invalid = (variable: string, text: string, what: Bilingual) =>
  fault(
    'STACK_SETTING_INVALID',
    { variable, value: text.slice(0, 100), wanted: what },
    { place: { field: variable } },
  );

/** @throws TrainyardError STACK_SETTING_INVALID */
function imagesOf(
  environment: NodeJS.ProcessEnv,
  images: StackOptions['images'],
  template: string,
): Record<ServiceName, string> {
  const chosen: Record<ServiceName, string> = { ...templateImages(template) };
  for (const service of serviceNames) {
    const variable = variableOf(service, 'IMAGE');
    const reference = environment[variable] || images[service];
    if (!reference) continue;
    if (!/^[a-z0-9][a-z0-9._/:@-]{0,400}$/i.test(reference)) throw invalid(variable, reference, wanted.image);
    chosen[service] = reference;
  }
  return chosen;
}

/** @throws TrainyardError STACK_SETTING_INVALID */
function memoryOf(environment: NodeJS.ProcessEnv): Partial<Record<ServiceName, number>> {
  const chosen: Partial<Record<ServiceName, number>> = {};
  for (const service of serviceNames) {
    const variable = variableOf(service, 'MEMORY');
    const text = environment[variable];
    if (!text) continue;
    const bytes = parseMemory(text);
    if (bytes === null) throw invalid(variable, text, wanted.memory);
    chosen[service] = bytes;
  }
  return chosen;
}

export interface LocalStack extends AsyncDisposable {
  readonly stack: StackService;
  readonly logs: StackLogService;
}

/**
 * The stack of a state folder with everything that the product makes of it, for the engine and for commands that need none. Nothing is
 * asked or made before the first call.
 * @throws TrainyardError DOCKER_ADDRESS_INVALID, DOCKER_CONTEXT_UNKNOWN, STACK_SETTING_INVALID
 */
export function openLocalStack({ home, environment, images, ...others }: StackOptions): LocalStack {
  const template = readTemplate();
  const connection = connectDocker(environment);
  const stack = new StackService({
    daemon: new Daemon(connection),
    compose: composeCreate(connection, environment),
    files: new StackFolder(home),
    plan: createPlanner(template),
    volumes: templateVolumes(template),
    images: imagesOf(environment, images, template),
    memory: memoryOf(environment),
    probes,
    steps: ensureSteps,
    measure: createUsage(connection.docker),
    timeoutMs: 120_000,
    ...others,
  });
  const stackId = async () => (await stack.identity())?.id ?? null;
  const logs = new StackLogService(new ContainerLogs(connection, stackId));
  return { stack, logs, [Symbol.asyncDispose]: () => logs[Symbol.asyncDispose]() };
}
