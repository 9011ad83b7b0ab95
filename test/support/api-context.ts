import type { ApiContext, StoreServices } from '../../src/main/api/implementer.ts';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';

/** The context of a call by the machine's owner; a service that is not given must not be asked for. */
export function apiContext(services: Partial<StoreServices> = {}): ApiContext {
  return { userId: localOwnerId, services: () => services as StoreServices };
}
