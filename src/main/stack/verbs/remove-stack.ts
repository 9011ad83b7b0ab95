import { setTimeout as pause } from 'node:timers/promises';
import { fault } from '../../../shared/errors/catalogue.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { type OnProgress, reportStep } from '../../platform/progress.ts';
import { DaemonRefusal, type ObjectKind } from '../docker-objects.ts';
import type { StackRecord } from '../record.ts';
import type { StackContext } from './context.ts';

/** What Compose was making when it was cut off appears within this time. */
const sweeps = 20;
const sweepPauseMs = 250;

const isAll = (services: readonly ServiceName[]) => serviceNames.every((name) => services.includes(name));

function inUse(kind: ObjectKind, name: string, reason: string) {
  const command =
    kind === 'volume' ? `docker ps -a --filter volume=${name}` : `docker ${kind} inspect ${name}`;
  return fault('STACK_OBJECT_IN_USE', { kind, name, said: reason.slice(0, 300), command });
}

/** Removes objects until none is left: one that is being removed or made by somebody cut off needs another look. */
async function sweep(
  { daemon }: StackContext,
  kind: ObjectKind,
  list: () => Promise<readonly string[]>,
): Promise<number> {
  let removed = 0;
  for (let round = 1; ; round += 1) {
    const names = await list();
    if (names.length === 0) return removed;
    const results = await Promise.allSettled(names.map((name) => daemon.remove(kind, name)));
    removed = Math.max(removed, names.length);
    const failed = results.findIndex(({ status }) => status === 'rejected');
    const result = results[failed];
    if (result?.status === 'rejected') {
      const { reason } = result;
      if (!(reason instanceof DaemonRefusal)) throw reason;
      if (round >= sweeps) throw inUse(kind, names[failed] ?? '', reason.message);
      await pause(sweepPauseMs);
    }
  }
}

function removeContainers(
  context: StackContext,
  id: string,
  goes: (service: ServiceName | null) => boolean,
  onProgress: OnProgress,
): Promise<void> {
  return reportStep(onProgress, 'remove-containers', null, async () => {
    failpoint('stack.destroy.containers.before');
    const count = await sweep(context, 'container', async () =>
      (await context.daemon.containers(id))
        .filter(({ service }) => goes(service))
        .map((container) => container.id),
    );
    failpoint('stack.destroy.containers.after');
    return String(count);
  });
}

function removeNetworks(context: StackContext, id: string, onProgress: OnProgress): Promise<void> {
  return reportStep(onProgress, 'remove-networks', null, async () => {
    failpoint('stack.destroy.networks.before');
    const count = await sweep(context, 'network', () => context.daemon.names('network', id));
    failpoint('stack.destroy.networks.after');
    return String(count);
  });
}

/** Removes what can be made again of a stack that was stopped: its containers and its network. Its volumes and what is kept of it stay. */
export async function removeMakeable(
  context: StackContext,
  { id }: Pick<StackRecord, 'id'>,
  onProgress: OnProgress,
): Promise<void> {
  await removeContainers(context, id, () => true, onProgress);
  await removeNetworks(context, id, onProgress);
}

/**
 * Removes what carries the stack's label: of these services, or everything. Begun again after a kill it goes on; once it came to the
 * volumes there is no way back.
 */
export async function removeStack(
  context: StackContext,
  record: StackRecord,
  services: readonly ServiceName[],
  onProgress: OnProgress,
): Promise<void> {
  const { daemon, files } = context;
  const { id, name } = record;
  const all = isAll(services);
  const goes = (service: ServiceName | null) => all || (service !== null && services.includes(service));
  const mark = (volumes: boolean) =>
    files.write({ ...record, removal: { services: [...services], volumes } });

  failpoint('stack.destroy.intent.before');
  mark(record.removal?.volumes ?? false);
  failpoint('stack.destroy.intent.after');
  await removeContainers(context, id, goes, onProgress);
  if (all) await removeNetworks(context, id, onProgress);
  mark(true);
  await reportStep(onProgress, 'remove-volumes', null, async () => {
    const own = new Set(services.flatMap((one) => context.volumes[one]).map((one) => `${name}_${one}`));
    failpoint('stack.destroy.volumes.before');
    const count = await sweep(context, 'volume', async () =>
      (await daemon.names('volume', id)).filter((volume) => all || own.has(volume)),
    );
    failpoint('stack.destroy.volumes.after');
    return String(count);
  });
  if (!all) return files.write({ ...record, removal: null });
  await reportStep(onProgress, 'remove-notes', null, async () => {
    failpoint('stack.destroy.secrets.before');
    files.removeSecrets();
    failpoint('stack.destroy.secrets.after');
    files.removeAll();
    return '';
  });
}
