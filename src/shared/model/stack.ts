/** How the stores are provided. */
export const profiles = ['embedded', 'docker', 'external'] as const;
export type Profile = (typeof profiles)[number];

/** The services of the `docker` profile, in the order in which they are shown; also the names in `resources/stack/compose.yaml`. */
export const serviceNames = ['postgres', 'mongo', 'redis', 's3', 'temporal'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** `absent`: no container. `starting`: it runs, its probe has not succeeded yet. `failed`: it ended by itself or could not be started. */
export const serviceStatuses = ['absent', 'stopped', 'starting', 'healthy', 'unhealthy', 'failed'] as const;
export type ServiceStatus = (typeof serviceStatuses)[number];

/** `degraded`: some service is healthy and some is not. */
export const stackStatuses = [
  'absent',
  'stopped',
  'starting',
  'running',
  'degraded',
  'stopping',
  'failed',
] as const;
export type StackStatus = (typeof stackStatuses)[number];

export const stackVerbs = ['up', 'down', 'restart', 'destroy', 'migrate'] as const;
export type StackVerb = (typeof stackVerbs)[number];

/** A stack's status is what its services' are together. An operation under way says `starting` or `stopping` instead. */
export function stackStatusOf(services: readonly { readonly status: ServiceStatus }[]): StackStatus {
  const all = (...wanted: ServiceStatus[]) => services.every(({ status }) => wanted.includes(status));
  const any = (wanted: ServiceStatus) => services.some(({ status }) => status === wanted);
  if (all('healthy')) return 'running';
  if (all('absent')) return 'absent';
  if (all('absent', 'stopped')) return 'stopped';
  if (any('healthy')) return 'degraded';
  return any('starting') && !any('failed') && !any('unhealthy') ? 'starting' : 'failed';
}

/** Whether a service's container runs, well or not. */
export const isUp = (status: ServiceStatus): boolean => ['starting', 'healthy', 'unhealthy'].includes(status);
