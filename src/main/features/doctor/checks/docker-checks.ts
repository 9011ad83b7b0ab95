import type { Profile } from '../../../../shared/model/stack.ts';
import { once, TooLateError, wordsOf } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import type { Check, Observation } from '../ports.ts';
import { composeCheck } from './compose.ts';
import {
  containerClockCheck,
  containerSharedMemoryCheck,
  containersCheck,
  lookInside,
} from './containers.ts';
import { dockerCheck, findDocker } from './docker-engine.ts';
import { dockerDiskCheck, stackMemoryCheck } from './docker-room.ts';
import { containerNamesCheck, findsName, namesCheck } from './names.ts';
import { askNvidia, nvidiaCheck } from './nvidia.ts';
import { nvidiaContainersCheck } from './nvidia-containers.ts';
import { registryOf } from './registry.ts';
import { isHere, stackImagesCheck } from './stack-images.ts';
import { stackImages } from './stack-needs.ts';
import { stackPortsCheck } from './stack-ports.ts';
import { readStackRecord, stackRecordCheck } from './stack-record.ts';
import { stackVolumeCheck } from './stack-volume.ts';

/** What the Docker half of the doctor looks at; what is not given is the machine's own. */
export interface DockerParts {
  readonly home: string;
  readonly profile: Profile;
  readonly environment?: NodeJS.ProcessEnv;
  /** Instead of the stack's images. */
  readonly images?: readonly string[];
  /** Whom Docker is to ask for NVIDIA's cards. */
  readonly deviceDriver?: string;
  /** Where the kernel lists the devices of the bus. */
  readonly busFolder?: string;
}

/** Docker, what the stack needs of it, NVIDIA's cards here and in containers, and names; shared looks are looked once. */
export function dockerChecks(parts: DockerParts): Check[] {
  const { home, profile, environment = process.env } = parts;
  const isNeeded = profile === 'docker';
  const optional = !isNeeded;
  const docker = once(() => findDocker(environment, isNeeded));
  const engine = async () => (await docker()).engine;
  const record = once(() => readStackRecord(home));
  const wantedImages = once(async () => parts.images ?? stackImages(environment, await record()));
  const image = once(async () => {
    const found = await engine();
    if (!found) return null;
    const images = await wantedImages();
    const here = await Promise.all(images.map((one) => isHere(found, one)));
    return images.find((_one, index) => here[index]) ?? null;
  });
  const registry = async () => registryOf((await wantedImages())[0] ?? '', await engine()).host;
  const inside = once(async () => {
    const found = isNeeded ? await engine() : null;
    return found ? lookInside(found, await image(), await registry()) : null;
  });
  const cards = once(() => askNvidia(environment, parts.busFolder));
  const always = [
    dockerCheck(docker, optional),
    whereUsed(composeCheck(environment, optional), async () => isNeeded || (await engine()) !== null),
    dockerDiskCheck(engine, inside, optional),
    whereUsed(stackRecordCheck(home, record, optional), async () => isNeeded || (await record()) !== 'none'),
    stackPortsCheck(engine, record, optional),
    stackVolumeCheck(engine, record, image, optional),
    nvidiaCheck(cards, optional),
    nvidiaContainersCheck(engine, cards, image, optional, parts.deviceDriver),
  ];
  if (!isNeeded) return always.map(ofDocker);
  const found = once(async () => findsName(await registry()));
  return [
    ...always,
    containersCheck(engine, inside, optional),
    containerClockCheck(engine, inside, optional),
    containerSharedMemoryCheck(inside, optional),
    stackMemoryCheck(engine, optional),
    stackImagesCheck(engine, wantedImages, optional),
    namesCheck(registry, found),
    containerNamesCheck(registry, found, inside),
  ].map(ofDocker);
}

/** Docker that answered at first, and not what a check asked it then. */
function ofDocker(check: Check): Check {
  const run = async (): Promise<readonly Observation[]> => {
    try {
      return await check.run();
    } catch (error) {
      const isRefusal = error instanceof Error && 'statusCode' in error;
      const isSilent = error instanceof TooLateError || hasCode(error, 'ECONNRESET');
      if (!isRefusal && !isSilent && !hasCode(error, 'ECONNREFUSED', 'ENOENT', 'EPIPE')) throw error;
      const code = isSilent ? 'DOCKER_SILENT' : 'DOCKER_STRANGE';
      return [{ code, evidence: `${check.name}: ${wordsOf(error)}` }];
    }
  };
  return { ...check, run };
}

/** A check that is left out where nobody would use what it looks at. */
function whereUsed(check: Check, isUsed: () => Promise<boolean>): Check {
  return { ...check, run: async () => ((await isUsed()) ? check.run() : []) };
}
