import { type ServiceName, serviceNames } from '../../shared/model/stack.ts';

/** On every container, volume and network of a stack: only what carries the stack's id is ever changed or removed, whatever its name. */
export const stackLabels = {
  /** The stack's id (a UUID). */
  stack: 'io.trainyard.stack',
  /** Its name, which is also its Compose project. */
  name: 'io.trainyard.stack.name',
  /** The state folder it belongs to, absolute: by it a stack is found again whose local state was lost. */
  home: 'io.trainyard.stack.home',
  service: 'io.trainyard.service',
  /** On containers: the hash of the plan that they were made by. */
  plan: 'io.trainyard.plan',
  /** On containers: the id (`sha256:…`) of the image that the plan means. */
  image: 'io.trainyard.image',
  /** On what is no service's: `recovery`. */
  role: 'io.trainyard.role',
} as const;

/** The name of the stack with this id. */
export function stackNameOf(id: string): string {
  return `trainyard-${id.replaceAll('-', '').slice(0, 8)}`;
}

/** The service that an object's labels name; null if they name none. */
export function serviceOf(labels: Readonly<Record<string, string>>): ServiceName | null {
  return serviceNames.find((name) => name === labels[stackLabels.service]) ?? null;
}
