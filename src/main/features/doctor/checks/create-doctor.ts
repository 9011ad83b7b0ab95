import { accessSync, constants } from 'node:fs';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { Profile } from '../../../../shared/model/stack.ts';
import { once } from '../../../platform/deadline.ts';
import type { StoreEndpoints } from '../../../platform/endpoints.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { openHome } from '../../../platform/home.ts';
import { inspectStackRecord } from '../../../stack/files/stack-folder.ts';
import { examine, type Language } from '../examine.ts';
import type { Check, FindingGroup, Observation } from '../findings.ts';
import * as containers from './containers.ts';
import { checkCompose, type DockerEngine, findDocker, reportUnanswered } from './docker.ts';
import * as ownEngine from './engine.ts';
import { checkEndpoints, endpointChecks } from './external-servers.ts';
import { checkMemory, checkPort, checkSharedMemory } from './machine.ts';
import { checkNames, findsName, registryOf } from './network.ts';
import { askNvidia, checkNvidiaInContainers } from './nvidia.ts';
import * as programs from './programs.ts';
import * as stack from './stack.ts';
import { checkClock, checkDisk, checkFileSystem, checkHome } from './state-folder.ts';

/** What the doctor looks at; what is not given is the machine's own. */
export interface DoctorOptions {
  readonly home: string;
  readonly database: ownEngine.DatabaseProbe;
  /** The profile that the machine must serve, asked at each examination; faults of what it does without are warnings. */
  readonly profile: () => Profile;
  /** The servers of the profile `external`, asked then. @throws TrainyardError where their addresses cannot be used */
  readonly servers?: () => StoreEndpoints;
  readonly environment?: NodeJS.ProcessEnv;
  /** What is to be said of the torch trainer's Python; not looked at if not given. */
  readonly trainerPython?: () => Promise<readonly Observation[]>;
  /** Instead of the stack's images. */
  readonly images?: readonly string[];
  /** Whom Docker is to ask for NVIDIA's cards. */
  readonly deviceDriver?: string;
  /** Where the kernel lists the devices of the bus. */
  readonly busFolder?: string;
}

/** Who runs the checks of a state folder and of the machine that it is on. */
export interface Doctor {
  examine(language?: Language): ReturnType<typeof examine>;
}

/** The doctor with the checks that the profile needs. Those of Docker are optional unless the profile is `docker`. */
export function createDoctor(options: DoctorOptions): Doctor {
  return {
    examine: (language) => {
      const profile = options.profile();
      const isDockerNeeded = profile === 'docker';
      const ofDocker = dockerChecks(options, isDockerNeeded);
      const checks = ofDocker.map((one) => ({ optional: !isDockerNeeded, ...one }));
      return examine([...ownChecks(options, profile), ...checks], language);
    },
  };
}

type Seen = Promise<readonly Observation[]> | readonly Observation[];

const check = (group: FindingGroup, name: string, look: () => Seen): Check => ({
  name,
  group,
  run: async () => look(),
});

function ownChecks({ home, database, servers, trainerPython }: DoctorOptions, profile: Profile): Check[] {
  /** One that needs the state folder: where that can't be used, the check of the folder says so alone. */
  const inHome: typeof check = (group, name, look) =>
    check(group, name, () => (isUsable(home) ? look() : []));
  return [
    check('machine', 'node', () => programs.checkNode()),
    check('machine', 'packages', () => programs.checkPackages()),
    // First of those on the state folder: it looks at the permissions before the others close an open folder.
    check('state', 'state folder', () => checkHome(home)),
    inHome('state', 'disk', () => checkDisk(home)),
    inHome('state', 'file system', () => checkFileSystem(home)),
    inHome('state', 'clock', () => checkClock(home)),
    check('machine', 'memory', () => checkMemory()),
    check('machine', 'shared memory', checkSharedMemory),
    check('network', 'port', () => checkPort()),
    {
      ...inHome('machine', 'postgres', () => programs.checkPostgres(home)),
      optional: profile !== 'embedded',
    },
    inHome('state', 'engine', () => ownEngine.checkEngine(home)),
    inHome('state', 'leftovers', () => ownEngine.checkLeftovers(home)),
    inHome('state', 'secrets', () => ownEngine.checkSecrets(home)),
    inHome('state', 'entries', () => ownEngine.checkEntries(home)),
    inHome('state', 'database', () => ownEngine.checkDatabase(database)),
    check('machine', 'images', () => programs.checkImages()),
    check('machine', 'trainer', () => programs.checkTrainer()),
    ...(trainerPython ? [inHome('machine', 'trainer’s Python', trainerPython)] : []),
    check('machine', 'electron', () => programs.checkElectron()),
    ...(profile === 'external' && servers
      ? [check('network', 'endpoints', () => checkEndpoints(() => endpointChecks(servers())))]
      : []),
  ];
}

function isUsable(home: string): boolean {
  try {
    accessSync(openHome(home), constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof TrainyardError || hasCode(error, 'EACCES', 'EROFS')) return false;
    throw error;
  }
}

/** Docker, what the stack needs of it, NVIDIA's cards here and in containers, and names; what several checks look at is looked at once. */
function dockerChecks(options: DoctorOptions, isNeeded: boolean): Check[] {
  const { home, environment = process.env } = options;
  const docker = once(() => findDocker(environment, isNeeded));
  const found = once(async () => inspectStackRecord(home));
  const record = async () => {
    const reading = await found();
    return reading.kind === 'whole' ? reading.value : null;
  };
  const images = once(async () => options.images ?? stack.stackImages(environment, await record()));
  const nvidia = once(() => askNvidia(environment, options.busFolder));
  const image = once(async () => {
    const { engine } = await docker();
    if (!engine) return null;
    for (const one of await images()) if (await engine.daemon.image(one)) return one;
    return null;
  });
  const registry = once(async () => registryOf((await images())[0] ?? '', (await docker()).engine).host);
  const isFound = once(async () => findsName(await registry()));
  const inside = once(async () => {
    const { engine } = await docker();
    return engine && isNeeded ? containers.lookInside(engine, await image(), await registry()) : null;
  });

  const withEngine = (group: FindingGroup, name: string, look: (engine: DockerEngine) => Seen): Check =>
    check(group, name, async () => {
      const { engine } = await docker();
      return engine ? reportUnanswered(engine, look) : [];
    });
  const withInside = (
    group: FindingGroup,
    name: string,
    look: (seen: containers.InsideResult, engine: DockerEngine) => Seen,
  ): Check =>
    withEngine(group, name, async (engine) => {
      const seen = await inside();
      return seen ? look(seen, engine) : [];
    });

  const always = [
    check('docker', 'docker', async () => [(await docker()).observation]),
    check('docker', 'compose', async () =>
      isNeeded || (await docker()).engine ? checkCompose(environment) : [],
    ),
    withEngine('docker', 'docker disk', (engine) => containers.checkDockerDisk(engine, inside)),
    check('docker', 'stack record', async () => {
      const reading = await found();
      return isNeeded || reading.kind !== 'absent' ? stack.checkStackRecord(home, reading) : [];
    }),
    check('docker', 'stack ports', async () =>
      (await docker()).engine ? [] : stack.checkStackPorts(await record(), null),
    ),
    withEngine('docker', 'stack ports', async (engine) => stack.checkStackPorts(await record(), engine)),
    withEngine('docker', 'stack volume', async (engine) =>
      stack.checkStackVolume(engine, await record(), await image()),
    ),
    check('nvidia', 'nvidia', async () => [(await nvidia()).observation]),
    withEngine('nvidia', 'nvidia in containers', async (engine) =>
      checkNvidiaInContainers(engine, (await nvidia()).cards, image, options.deviceDriver),
    ),
  ];
  if (!isNeeded) return always;
  return [
    ...always,
    withInside('docker', 'containers', containers.checkContainers),
    withInside('docker', 'container clock', containers.checkContainerClock),
    withInside('docker', 'container shared memory', containers.checkContainerSharedMemory),
    withEngine('docker', 'stack memory', stack.checkStackMemory),
    withEngine('docker', 'stack images', async (engine) => stack.checkStackImages(engine, await images())),
    check('network', 'names', async () => checkNames(await registry(), isFound)),
    {
      ...withInside('network', 'container names', async (seen) =>
        (await isFound()) ? containers.checkContainerNames(seen, await registry()) : [],
      ),
      optional: true,
    },
  ];
}
