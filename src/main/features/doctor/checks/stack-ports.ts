import type Docker from 'dockerode';
import { stackLabels } from '../../../stack/labels.ts';
import type { StackRecord } from '../../../stack/record.ts';
import type { Check, Observation } from '../ports.ts';
import type { DockerEngine } from './docker-engine.ts';
import { isFree, listenerOn } from './listeners.ts';
import type { FoundRecord } from './stack-record.ts';

function holderOf(
  containers: readonly Docker.ContainerInfo[],
  port: number,
): Docker.ContainerInfo | undefined {
  return containers.find(({ Ports }) =>
    Ports.some(({ PublicPort, Type }) => PublicPort === port && Type === 'tcp'),
  );
}

function remembered({ ports }: StackRecord): { readonly service: string; readonly port: number }[] {
  return Object.entries(ports).flatMap(([service, of]) =>
    Object.values(of).map((port: number) => ({ service, port })),
  );
}

async function judge(
  { service, port }: { readonly service: string; readonly port: number },
  id: string,
  containers: readonly Docker.ContainerInfo[],
): Promise<Observation[]> {
  const holder = holderOf(containers, port);
  if (holder?.Labels[stackLabels.stack] === id || (!holder && (await isFree(port)))) return [];
  const evidence = `${service} 127.0.0.1:${port}`;
  if (!holder) {
    const listener = await listenerOn(port);
    const processId = listener && /process (\d+)$/.exec(listener)?.[1];
    const command = processId && process.platform !== 'win32' ? `kill ${processId}` : null;
    return [{ code: 'STACK_PORT_TAKEN', evidence: `${evidence} — ${listener ?? '?'}`, command }];
  }
  const name = (holder.Names[0] ?? holder.Id.slice(0, 12)).replace(/^\//, '');
  return [
    {
      code: 'STACK_PORT_HELD_BY_CONTAINER',
      evidence: `${evidence} — ${name} (${holder.Image}, ${holder.Id.slice(0, 12)})`,
      command: `docker stop ${name}`,
    },
  ];
}

/** Whether the ports that the stack remembers are free or held by its own containers. */
export function stackPortsCheck(
  engine: () => Promise<DockerEngine | null>,
  found: () => Promise<FoundRecord>,
  optional: boolean,
): Check {
  return {
    name: 'stack ports',
    group: 'docker',
    optional,
    run: async () => {
      const record = await found();
      // Ports that were never the stack's own are chosen anew where somebody has them.
      if (typeof record === 'string' || !record.started) return [];
      const ports = remembered(record);
      const docker = await engine();
      const containers = docker ? await docker.docker.listContainers() : [];
      const faults = await Promise.all(ports.map((one) => judge(one, record.id, containers)));
      if (faults.flat().length > 0) return faults.flat();
      const evidence = ports.map(({ service, port }) => `${service} ${port}`).join(', ');
      return [{ code: 'STACK_PORTS_OK', evidence }];
    },
  };
}
