import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ServiceName, serviceNames } from '../../../../shared/model/stack.ts';
import { appRoot } from '../../../platform/paths.ts';
import { memoryLimitOf } from '../../../stack/memory.ts';
import { templateImages } from '../../../stack/plan.ts';
import type { FoundRecord } from './stack-record.ts';

/** Small ones that have a shell come first: containers of the doctor are made of the first that is here. */
const order: readonly ServiceName[] = ['redis', 'postgres', 'mongo', 's3', 'temporal'];

/** The images that the stack of the state folder runs, or would: pinned, where it has run them already. */
export async function stackImages(
  environment: NodeJS.ProcessEnv,
  record: FoundRecord,
): Promise<readonly string[]> {
  const template = await readFile(path.join(appRoot(), 'resources', 'stack', 'compose.yaml'), 'utf8');
  const usual = templateImages(template);
  return order.map((service) => {
    const reference = environment[`TRAINYARD_${service.toUpperCase()}_IMAGE`] || usual[service];
    const known = typeof record === 'string' ? undefined : record.images[service];
    return known?.reference === reference ? (known.pinned ?? reference) : reference;
  });
}

/** What the services may use together on a machine with so much memory: more than it has, where it is too small. */
export function stackMemoryBytes(machineBytes: number): number {
  return serviceNames.reduce((sum, service) => sum + memoryLimitOf(service, machineBytes), 0);
}
