import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { type Profile, type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { variableOf } from '../causes.ts';
import { composeCreate } from '../compose/create-project.ts';
import type { DockerConnection } from '../docker/client.ts';
import { Daemon } from '../docker/daemon.ts';
import { createUsage } from '../docker/usage.ts';
import { type EnsureStep, ensureSteps } from '../ensure/steps.ts';
import { readTemplate, StackFolder } from '../files/stack-folder.ts';
import { parseMemory } from '../memory.ts';
import {
  planStack,
  type StackChoices,
  type StackTemplate,
  templateImages,
  templateVolumes,
} from '../plan.ts';
import type { Probe } from '../probes/probe.ts';
import { probes } from '../probes/probes.ts';
import { isImageReference } from '../stack-images.ts';

export interface StackOptions {
  /** The state folder, absolute. */
  readonly home: string;
  /** `DOCKER_*`, `PATH`, and `TRAINYARD_<SERVICE>_IMAGE` and `_MEMORY`. */
  readonly environment: NodeJS.ProcessEnv;
  /** References by tag or digest, from the settings; the environment has the last word. None: the template's. */
  readonly images: Readonly<Partial<Record<ServiceName, string>>>;
  /** What status says the state folder works with. */
  readonly profile: () => Profile;
  readonly log: { info(fields: object, message: string): void };
  readonly probes?: Readonly<Record<ServiceName, Probe>>;
  readonly steps?: readonly EnsureStep[];
  /** How long a service may take until it answers. */
  readonly timeoutMs?: number;
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
  template: StackTemplate,
): Record<ServiceName, string> {
  const chosen: Record<ServiceName, string> = { ...templateImages(template) };
  for (const service of serviceNames) {
    const variable = variableOf(service, 'IMAGE');
    const reference = environment[variable] || images[service];
    if (!reference) continue;
    if (!isImageReference(reference)) throw invalid(variable, reference, wanted.image);
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

/** What every verb works with: the Engine, the state folder's files, and what was chosen for the stack. */
export type StackContext = ReturnType<typeof makeContext>;

/** @throws TrainyardError STACK_SETTING_INVALID */
export function makeContext(
  connection: DockerConnection,
  { home, environment, images, ...others }: StackOptions,
) {
  const template = readTemplate();
  return {
    daemon: new Daemon(connection),
    compose: composeCreate(connection, environment),
    files: new StackFolder(home),
    plan: (choices: StackChoices) => planStack(template, choices),
    /** Names of the services' volumes, without the stack's name. */
    volumes: templateVolumes(template),
    /** References to run: the template's, or what somebody set. */
    images: imagesOf(environment, images, template),
    /** Memory limits that somebody set, in bytes. */
    memory: memoryOf(environment),
    probes,
    steps: ensureSteps,
    measure: createUsage(connection.docker),
    timeoutMs: 120_000,
    ...others,
  };
}
