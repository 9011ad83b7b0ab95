import { createHash } from 'node:crypto';
import { type Document, parseDocument } from 'yaml';
import { type ServiceName, serviceNames } from '../../shared/model/stack.ts';
import { stackLabels } from './labels.ts';
import { memoryLimitOf, postgresSettings, redisMaxMemory } from './memory.ts';
import type { PinnedImage, StackPorts } from './record.ts';

/** Ports inside the containers, by purpose. */
export const containerPorts = {
  postgres: { main: 5432 },
  mongo: { main: 27017 },
  redis: { main: 6379 },
  s3: { main: 9000, console: 9001 },
  temporal: { main: 7233, ui: 8233 },
} as const satisfies { [Name in ServiceName]: Record<keyof StackPorts[Name], number> };

/** What was decided for a stack before it is planned. */
export interface StackChoices {
  readonly id: string;
  readonly name: string;
  /** The state folder, absolute. */
  readonly home: string;
  /** The state folder that its volumes name. */
  readonly madeFor: string;
  readonly ports: StackPorts;
  readonly images: Readonly<
    Record<ServiceName, Pick<PinnedImage, 'reference' | 'pinned'> & { id: string | null }>
  >;
  readonly machineBytes: number;
  /** Memory limits that somebody set, in bytes. */
  readonly memory: Readonly<Partial<Record<ServiceName, number>>>;
}

interface PlannedService {
  readonly image: string;
  readonly container: string;
  /** Full names of its volumes. */
  readonly volumes: readonly string[];
  /** Hash of the service's whole definition: a container with another hash is recreated. */
  readonly hash: string;
}

/** The desired state of a stack. Compose creates the containers from it; the Engine API starts them. */
export interface StackPlan {
  readonly name: string;
  /** The text of compose.yaml, rendered when it is asked for: a stack whose containers are there does without. */
  readonly compose: string;
  readonly services: Readonly<Record<ServiceName, PlannedService>>;
  readonly network: string;
  /** The waves in which services are started: each when the one before is healthy. */
  readonly order: readonly (readonly ServiceName[])[];
}

interface ComposeService {
  readonly image: string;
  readonly command: readonly string[];
  readonly volumes: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
}
export interface ComposeFile {
  readonly services: Readonly<Record<ServiceName, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: unknown;
}

/** A value for each service. */
export const byService = <Value>(make: (name: ServiceName) => Value): Record<ServiceName, Value> => ({
  postgres: make('postgres'),
  mongo: make('mongo'),
  redis: make('redis'),
  s3: make('s3'),
  temporal: make('temporal'),
});

/** `resources/stack/compose.yaml`. */
export interface StackTemplate {
  /** With its comments; never changed. Read when it is asked for: that takes longer than all else that a plan needs. */
  readonly document: Document;
  readonly file: ComposeFile;
}

/**
 * @param readText called once at most
 * @param known what the text says, where somebody has read it before
 */
export function parseTemplate(readText: () => string, known?: ComposeFile): StackTemplate {
  let document: Document | undefined;
  const parse = () => (document ??= parseDocument(readText(), { merge: true }));
  return {
    get document() {
      return parse();
    },
    file: known ?? parse().toJS(),
  };
}

/** The template's default image of each service. */
export function templateImages({ file: { services } }: StackTemplate): Readonly<Record<ServiceName, string>> {
  return byService((name) => services[name].image.replace(/^\$\{\w+:-(.*)\}$/, '$1'));
}

const volumesOfService = ({ volumes }: ComposeService) => volumes.map((volume) => volume.split(':')[0] ?? '');

/** The volumes that the template names for each service, without a stack's name. */
export function templateVolumes({
  file: { services },
}: StackTemplate): Readonly<Record<ServiceName, readonly string[]>> {
  return byService((name) => volumesOfService(services[name]));
}

/** Compose reads `$` as the beginning of a variable. */
const literal = (text: string) => text.replaceAll('$', '$$$$');

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function commandOf(name: ServiceName, command: readonly string[], memoryBytes: number): readonly string[] {
  if (name === 'redis') {
    return command.map((word, index) =>
      command[index - 1] === '--maxmemory' ? redisMaxMemory(memoryBytes) : word,
    );
  }
  if (name !== 'postgres') return command;
  const settings = postgresSettings(memoryBytes);
  return command.map((word) => {
    const [key = '', value] = word.split('=');
    const tuned = value === undefined ? undefined : settings[key];
    return tuned === undefined ? word : `${key}=${tuned}`;
  });
}

/**
 * The waves in which to start the services: each service needs only those of earlier waves.
 * @throws Error if services need each other in a cycle
 */
export function startOrder(needs: Readonly<Record<ServiceName, readonly string[]>>): ServiceName[][] {
  const waves: ServiceName[][] = [];
  const done = new Set<string>();
  while (done.size < serviceNames.length) {
    const wave = serviceNames.filter(
      (name) => !done.has(name) && needs[name].every((other) => done.has(other)),
    );
    if (wave.length === 0) throw new Error('the services of the template need each other');
    for (const name of wave) done.add(name);
    waves.push(wave);
  }
  return waves;
}

function needsOf({ depends_on: needs = [] }: ComposeService): readonly string[] {
  return Array.isArray(needs) ? needs : Object.keys(needs);
}

/**
 * Renders the template with this stack's name, images, ports, memory limits and labels. The same choices give the same plan.
 */
export function planStack(template: StackTemplate, choices: StackChoices): StackPlan {
  const { file } = template;
  const { id, name: stack, home, madeFor, ports } = choices;
  const labels = {
    [stackLabels.stack]: id,
    [stackLabels.name]: stack,
    [stackLabels.home]: literal(home),
  };
  const labelsFor = (service: ServiceName | undefined) =>
    service ? { ...labels, [stackLabels.service]: service } : labels;
  const volumesOf = (name: ServiceName) => volumesOfService(file.services[name]);

  const rendered = byService((name) => {
    const { reference, pinned, id: imageId } = choices.images[name];
    const memoryBytes = choices.memory[name] ?? memoryLimitOf(name, choices.machineBytes);
    const inside: Readonly<Record<string, number>> = containerPorts[name];
    const image = pinned ?? reference;
    const own = { ...labelsFor(name), ...(imageId ? { [stackLabels.image]: imageId } : {}) };
    const changes = {
      image: literal(image),
      command: commandOf(name, file.services[name].command, memoryBytes),
      ports: Object.entries(ports[name]).map(([purpose, port]) => `127.0.0.1:${port}:${inside[purpose]}`),
      mem_limit: `${Math.floor(memoryBytes / 1024)}k`,
      labels: own,
    };
    const whole = JSON.stringify([{ ...file.services[name], ...changes }, file.configs]);
    const hash = sha256(whole).slice(0, 32);
    return { image, hash, changes: { ...changes, labels: { ...own, [stackLabels.plan]: hash } } };
  });

  function composeText(): string {
    const text = template.document.clone();
    text.commentBefore = [
      ` Rendered by Trainyard for ${home.replaceAll(/\s/g, ' ')}: "trainyard stack up" writes it anew.`,
      ' By hand: docker compose -f THIS_FILE up --wait (or stop, ps, logs).',
    ].join('\n');
    text.set('name', stack);
    text.setIn(['networks', 'default'], text.createNode({ labels }));
    for (const volume of Object.keys(file.volumes)) {
      const owner = serviceNames.find((name) => volumesOf(name).includes(volume));
      // A volume keeps its labels, and Compose takes one that has others for another's.
      const ownLabels = { ...labelsFor(owner), [stackLabels.home]: literal(madeFor) };
      text.setIn(['volumes', volume], text.createNode({ labels: ownLabels }));
    }
    for (const name of serviceNames)
      for (const [key, value] of Object.entries(rendered[name].changes))
        text.setIn(['services', name, key], text.createNode(value));
    return text.toString({ lineWidth: 0 });
  }

  return {
    name: stack,
    get compose() {
      return composeText();
    },
    services: byService((name) => ({
      image: rendered[name].image,
      container: `${stack}-${name}-1`,
      volumes: volumesOf(name).map((volume) => `${stack}_${volume}`),
      hash: rendered[name].hash,
    })),
    network: `${stack}_default`,
    order: startOrder(byService((name) => needsOf(file.services[name]))),
  };
}
