import { statSync } from 'node:fs';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { shellWord } from '../../../../shared/format/shell-word.ts';
import { formatBytes } from '../../../../shared/format/units.ts';
import { type ServiceName, serviceNames } from '../../../../shared/model/stack.ts';
import { wordsOf } from '../../../platform/deadline.ts';
import { isPortFree, portHolder } from '../../../platform/listening-ports.ts';
import type { StateFileReading } from '../../../platform/state-file.ts';
import { otherVolumeVersion, portIsTaken, variableOf } from '../../../stack/causes.ts';
import { readTemplate } from '../../../stack/files/stack-folder.ts';
import { stackLabels } from '../../../stack/labels.ts';
import { memoryLimitOf } from '../../../stack/memory.ts';
import { templateImages } from '../../../stack/plan.ts';
import { portsOf, type StackRecord } from '../../../stack/record.ts';
import { type Observation, observed } from '../findings.ts';
import type { DockerEngine } from './docker.ts';
import { connectTo, registryOf } from './network.ts';
import { octal } from './state-folder.ts';
import { runThrowaway } from './throwaway.ts';

function openSecrets(home: string): Observation[] {
  const folder = path.join(home, 'stack', 'secrets');
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (process.platform === 'win32' || !stats || (stats.mode & 0o077) === 0) return [];
  const evidence = `${folder} (${octal(stats.mode & 0o777)})`;
  return [{ code: 'STACK_SECRETS_OPEN', evidence, command: `chmod 700 ${shellWord(folder)}` }];
}

/** Whether the stack's saved state can be read, and its secrets by this user only. */
export function checkStackRecord(home: string, found: StateFileReading<StackRecord>): Observation[] {
  const file = path.join(home, 'stack', 'stack.json');
  if (found.kind === 'absent') return [{ code: 'STACK_STATE_NONE', evidence: file }];
  if (found.kind === 'unusable') {
    const command = `mv ${shellWord(file)} ${shellWord(`${file}.damaged`)} && trainyard stack up`;
    return [{ code: 'STACK_STATE_DAMAGED', evidence: file, command }];
  }
  const { name, id } = found.value;
  return [{ code: 'STACK_STATE_OK', evidence: `${name} (${id})` }, ...openSecrets(home)];
}

/** Small ones that have a shell come first: containers of the doctor are made of the first that is here. */
const order: readonly ServiceName[] = ['redis', 'postgres', 'mongo', 's3', 'temporal'];

/** The images that the stack of the state folder runs, or would: pinned, where it has run them already. */
export function stackImages(environment: NodeJS.ProcessEnv, record: StackRecord | null): readonly string[] {
  const usual = templateImages(readTemplate());
  return order.map((service) => {
    const reference = environment[variableOf(service, 'IMAGE')] || usual[service];
    const known = record?.images[service];
    return known?.reference === reference ? (known.pinned ?? reference) : reference;
  });
}

async function observeMissing(engine: DockerEngine, image: string): Promise<Observation> {
  const registry = registryOf(image, engine);
  const evidence = `${image} (${registry.host}:${registry.port})`;
  try {
    await connectTo(registry);
    return { code: 'STACK_IMAGES_TO_PULL', evidence };
  } catch (error) {
    const command = `docker load -i ${image.replace(/[^\w.-]+/g, '-')}.tar`;
    return observed(fault('IMAGE_MISSING', { image, said: wordsOf(error) }), evidence, command);
  }
}

/** Whether every image of the stack is here, or can be had. */
export async function checkStackImages(
  engine: DockerEngine,
  images: readonly string[],
): Promise<Observation[]> {
  const here = await Promise.all(images.map((image) => engine.daemon.image(image)));
  const missing = images.filter((_image, index) => !here[index]);
  if (missing.length === 0) return [{ code: 'STACK_IMAGES_OK', evidence: images.join(', ') }];
  return Promise.all(missing.map((image) => observeMissing(engine, image)));
}

/** The memory that Docker has (its virtual machine's, where it lives in one) against what the stack needs. */
export function checkStackMemory({ info }: DockerEngine): Observation[] {
  const total = info.MemTotal;
  if (!total) return [];
  const needed = serviceNames.reduce((sum, service) => sum + memoryLimitOf(service, total), 0);
  const code = total < needed ? 'STACK_MEMORY_SHORT' : 'STACK_MEMORY_OK';
  return [{ code, evidence: `${formatBytes(total)} (≥ ${formatBytes(needed)})` }];
}

/** Whether the ports that the stack remembers are free or held by its own containers. */
export async function checkStackPorts(
  record: StackRecord | null,
  engine: DockerEngine | null,
): Promise<Observation[]> {
  // Ports that were never the stack's own are chosen anew where somebody has them.
  if (!record?.started) return [];
  const ports = portsOf(record.ports, serviceNames);
  const publishers = (await engine?.daemon.publishers()) ?? [];
  const taken = await Promise.all(
    ports.map(async ({ service, port }): Promise<Observation[]> => {
      const evidence = `${service} 127.0.0.1:${port}`;
      const publisher = publishers.find((one) => one.port === port && one.isRunning);
      if (publisher?.stack === record.id) return [];
      if (publisher) {
        const { container, image } = publisher;
        const seen = `${evidence} — ${container} (${image})`;
        return [observed(portIsTaken(service, port, publisher), seen, `docker stop ${container}`)];
      }
      if (await isPortFree(port)) return [];
      const holder = await portHolder(port);
      const isEnded = holder?.processId && process.platform !== 'win32';
      const command = isEnded ? `kill ${holder.processId}` : null;
      return [observed(portIsTaken(service, port, holder), evidence, command)];
    }),
  );
  if (taken.flat().length > 0) return taken.flat();
  const evidence = ports.map(({ service, port }) => `${service} ${port}`).join(', ');
  return [{ code: 'STACK_PORTS_OK', evidence }];
}

/** The major version that the stack's image and our migrations are of. */
const wantedVersion = '17';

/** Where the image keeps its data: at the volume's root, or one or two folders below (images of version 18 and later). */
const readVersion = `
for file in /volume/PG_VERSION /volume/data/PG_VERSION /volume/*/docker/PG_VERSION; do
  [ -f "$file" ] && echo "version $(cat "$file")"
done
echo end
`;

/** Whether the volume of the stack's PostgreSQL was written by the version that will be started on it. */
export async function checkStackVolume(
  engine: DockerEngine,
  record: StackRecord | null,
  image: string | null,
): Promise<Observation[]> {
  if (!record || !image) return [];
  const label = [`${stackLabels.stack}=${record.id}`, `${stackLabels.service}=postgres`];
  const { Volumes } = await engine.docker.listVolumes({ filters: { label } });
  const name = Volumes?.[0]?.Name;
  if (!name) return [];
  const output = await runThrowaway(engine, {
    image,
    script: readVersion,
    volumes: [`${name}:/volume:ro`],
    // The server's files are closed to all but its own account, which differs from image to image.
    capabilities: ['DAC_OVERRIDE'],
  });
  const version = /^version (\d+)$/m.exec(output)?.[1];
  if (!version) return [];
  const evidence = `${name}: PostgreSQL ${version}`;
  if (version === wantedVersion) return [{ code: 'STACK_VOLUME_OK', evidence }];
  return [observed(otherVolumeVersion({ service: 'postgres', lines: [] }, version), evidence)];
}
