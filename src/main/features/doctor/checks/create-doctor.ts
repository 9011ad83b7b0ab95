import { accessSync, constants } from 'node:fs';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { Profile } from '../../../../shared/model/stack.ts';
import { once, TooLateError } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { openHome } from '../../../platform/home.ts';
import { DoctorService } from '../doctor-service.ts';
import type { Check, FindingGroup, Observation } from '../findings.ts';
import { checkCompose } from './compose.ts';
import {
  checkContainerClock,
  checkContainerNames,
  checkContainerSharedMemory,
  checkContainers,
  checkDockerDisk,
  type InsideResult,
  lookInside,
} from './containers.ts';
import { type DockerEngine, findDocker, unanswered } from './docker.ts';
import {
  checkDatabase,
  checkEngine,
  checkEntries,
  checkLeftovers,
  checkSecrets,
  type DatabaseProbe,
} from './engine.ts';
import { checkEndpoints, type EndpointCheck } from './external-servers.ts';
import { checkMemory, checkPort, checkSharedMemory } from './machine.ts';
import { checkNames, findsName, registryOf } from './network.ts';
import { askNvidia, checkNvidiaInContainers } from './nvidia.ts';
import {
  checkElectron,
  checkImages,
  checkNode,
  checkPackages,
  checkPostgres,
  checkTrainer,
} from './programs.ts';
import {
  checkStackImages,
  checkStackMemory,
  checkStackPorts,
  checkStackRecord,
  checkStackVolume,
  isHere,
  readStackRecord,
  stackImages,
} from './stack.ts';
import { checkClock, checkDisk, checkFileSystem, checkHome } from './state-folder.ts';

/** What the doctor looks at; what is not given is the machine's own. */
export interface DoctorOptions {
  readonly home: string;
  readonly database: DatabaseProbe;
  /** The profile that the machine must serve, asked at each examination; faults of what it does without are warnings. Without: embedded. */
  readonly profile?: () => Profile;
  /** The servers of the profile `external`, asked then. @throws TrainyardError where their addresses cannot be used */
  readonly endpointChecks?: () => readonly EndpointCheck[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Instead of the stack's images. */
  readonly images?: readonly string[];
  /** Whom Docker is to ask for NVIDIA's cards. */
  readonly deviceDriver?: string;
  /** Where the kernel lists the devices of the bus. */
  readonly busFolder?: string;
}

type Look = () => Promise<readonly Observation[]> | readonly Observation[];

/** The checks of a state folder and the machine that it is on. */
export function createDoctor(options: DoctorOptions): DoctorService {
  return new DoctorService(() => {
    const profile = options.profile?.() ?? 'embedded';
    return [...ownChecks(options, profile), ...dockerChecks(options, profile === 'docker')];
  });
}

function ownChecks({ home, database, endpointChecks }: DoctorOptions, profile: Profile): Check[] {
  const check = (group: FindingGroup, name: string, look: Look): Check => ({
    name,
    group,
    run: async () => look(),
  });
  /** One that needs the state folder: where that can't be used, the check of the folder says so alone. */
  const inHome = (group: FindingGroup, name: string, look: Look) =>
    check(group, name, () => (isUsable(home) ? look() : []));
  const servers = profile === 'external' ? endpointChecks : undefined;
  return [
    check('machine', 'node', () => checkNode()),
    check('machine', 'packages', () => checkPackages()),
    // First of those on the state folder: it looks at the permissions before the others close an open folder.
    check('state', 'state folder', () => checkHome(home)),
    inHome('state', 'disk', () => checkDisk(home)),
    inHome('state', 'file system', () => checkFileSystem(home)),
    inHome('state', 'clock', () => checkClock(home)),
    check('machine', 'memory', () => checkMemory()),
    check('machine', 'shared memory', checkSharedMemory),
    check('network', 'port', () => checkPort()),
    { ...inHome('machine', 'postgres', () => checkPostgres(home)), optional: profile !== 'embedded' },
    inHome('state', 'engine', () => checkEngine(home)),
    inHome('state', 'leftovers', () => checkLeftovers(home)),
    inHome('state', 'secrets', () => checkSecrets(home)),
    inHome('state', 'entries', () => checkEntries(home)),
    inHome('state', 'database', () => checkDatabase(database)),
    check('machine', 'images', () => checkImages()),
    check('machine', 'trainer', () => checkTrainer()),
    check('machine', 'electron', () => checkElectron()),
    ...(servers ? [check('network', 'endpoints', () => checkEndpoints(servers))] : []),
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
  const record = once(async () => readStackRecord(home));
  const images = once(async () => options.images ?? stackImages(environment, await record()));
  const cards = once(() => askNvidia(environment, options.busFolder));
  const image = once(async () => {
    const { engine } = await docker();
    for (const one of engine ? await images() : []) if (engine && (await isHere(engine, one))) return one;
    return null;
  });
  const registry = once(async () => registryOf((await images())[0] ?? '', (await docker()).engine).host);
  const isFound = once(async () => findsName(await registry()));
  const inside = once(async () => {
    const { engine } = await docker();
    return engine && isNeeded ? lookInside(engine, await image(), await registry()) : null;
  });

  const check = (group: FindingGroup, name: string, run: Check['run']): Check => ({
    name,
    group,
    optional: !isNeeded,
    run,
  });
  /** One that asks Docker, where it can be used: it may have answered at first, and not what it was asked then. */
  const withEngine = (
    group: FindingGroup,
    name: string,
    look: (engine: DockerEngine) => Promise<readonly Observation[]> | readonly Observation[],
  ) =>
    check(group, name, async () => {
      const { engine } = await docker();
      if (!engine) return [];
      try {
        return await look(engine);
      } catch (error) {
        const isRefusal = error instanceof Error && 'statusCode' in error;
        const isBroken = hasCode(error, 'ECONNRESET', 'ECONNREFUSED', 'ENOENT', 'EPIPE');
        if (!isRefusal && !isBroken && !(error instanceof TooLateError)) throw error;
        return [unanswered(engine.address, error)];
      }
    });
  const withInside = (
    group: FindingGroup,
    name: string,
    look: (seen: InsideResult, engine: DockerEngine) => Promise<Observation[]> | Observation[],
  ) =>
    withEngine(group, name, async (engine) => {
      const seen = await inside();
      return seen ? look(seen, engine) : [];
    });

  const always = [
    check('docker', 'docker', async () => [(await docker()).observation]),
    check('docker', 'compose', async () =>
      isNeeded || (await docker()).engine ? checkCompose(environment) : [],
    ),
    withEngine('docker', 'docker disk', (engine) => checkDockerDisk(engine, inside)),
    check('docker', 'stack record', async () => {
      const found = await record();
      return isNeeded || found !== 'none' ? checkStackRecord(home, found) : [];
    }),
    check('docker', 'stack ports', async () => {
      const { engine } = await docker();
      const found = await record();
      return engine ? [] : checkStackPorts(found, null);
    }),
    withEngine('docker', 'stack ports', async (engine) => checkStackPorts(await record(), engine)),
    withEngine('docker', 'stack volume', async (engine) =>
      checkStackVolume(engine, await record(), await image()),
    ),
    check('nvidia', 'nvidia', async () => [(await cards()).observation]),
    withEngine('nvidia', 'nvidia in containers', async (engine) =>
      checkNvidiaInContainers(engine, await cards(), image, options.deviceDriver),
    ),
  ];
  if (!isNeeded) return always;
  return [
    ...always,
    withInside('docker', 'containers', (seen, engine) => checkContainers(engine, seen)),
    withInside('docker', 'container clock', (seen, engine) => checkContainerClock(engine, seen)),
    withInside('docker', 'container shared memory', checkContainerSharedMemory),
    withEngine('docker', 'stack memory', checkStackMemory),
    withEngine('docker', 'stack images', async (engine) => checkStackImages(engine, await images())),
    { ...check('network', 'names', async () => checkNames(await registry(), isFound)), optional: false },
    {
      ...withInside('network', 'container names', async (seen) =>
        (await isFound()) ? checkContainerNames(seen, await registry()) : [],
      ),
      optional: true,
    },
  ];
}
