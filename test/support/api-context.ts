import type { ApiContext } from '../../src/main/api/implementer.ts';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';

type StoreServices = ReturnType<ApiContext['services']>;

/** The context of a call by the machine's owner; a service that is not given must not be asked for. */
export function apiContext(services: Partial<StoreServices> = {}): ApiContext {
  const context: Partial<ApiContext> = {
    userId: localOwnerId,
    services: () => services as StoreServices,
  };
  return context as ApiContext;
}
