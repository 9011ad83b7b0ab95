import type { ServiceName } from '../../../shared/model/stack.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { reportStep } from '../../platform/progress.ts';
import { endpointsOf } from '../addresses.ts';
import type { StackContainer } from '../docker-objects.ts';
import { ensuredHash } from '../ensured.ts';
import type { ProbeAnswer } from '../probes/probe.ts';
import type { StartOptions } from './start-options.ts';
import { probeOnce } from './until-healthy.ts';

const unchanged = { en: 'unchanged since it was checked last', ko: '지난번 확인한 뒤로 바뀐 것 없음' };

/**
 * The steps that make a started service what the product needs, one after the other. They are left out where the probe found what they
 * left the last time.
 * @returns the hash of what they left
 */
export async function ensureService(
  options: StartOptions,
  service: ServiceName,
  container: StackContainer,
  { shape }: ProbeAnswer,
): Promise<string | undefined> {
  const { context, saved, onProgress, signal, ensured } = options;
  const steps = context.steps.filter((one) => one.service === service);
  if (steps.length === 0) return undefined;
  const names = steps.map(({ name }) => name);
  const hashOf = (seen: string | null) =>
    seen === null ? undefined : ensuredHash(container.id, names, seen);
  const known = hashOf(shape);
  if (known !== undefined && known === ensured[service]) {
    for (const name of names) await reportStep(onProgress, name, service, async () => unchanged);
    return known;
  }
  const endpoints = endpointsOf(saved.record.ports, saved.secrets);
  for (const step of steps) {
    signal?.throwIfAborted();
    failpoint('stack.up.ensure.before');
    await reportStep(onProgress, step.name, service, () => step.run(endpoints));
    failpoint('stack.up.ensure.after');
  }
  // What somebody changes from here on is seen the next time.
  const now = await probeOnce(options, service).catch(() => null);
  return hashOf(now?.shape ?? null);
}
