import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ServiceName, serviceNames } from '../../shared/model/stack.ts';
import { buildId } from '../platform/build-id.ts';

/**
 * What is kept in the state folder's `stack/ensured.json`: for each service whose ensure steps were done, the hash of what they left. It
 * holds nothing that cannot be made again by doing them again.
 */
export const ensuredSchema = z.partialRecord(z.enum(serviceNames), z.string());
export type Ensured = Readonly<Partial<Record<ServiceName, string>>>;

/**
 * The hash of a service as a probe found it after its ensure steps. Where it is the same later, the same steps on the same container would
 * find the same and do nothing: whatever somebody changed by hand, or an older content that was put back, has another one.
 * @param shape as the probe has it
 */
export function ensuredHash(container: string, steps: readonly string[], shape: string): string {
  return createHash('sha256')
    .update(JSON.stringify([buildId, container, steps, shape]))
    .digest('hex');
}
