import type { ServiceName } from '../../shared/model/stack.ts';
import type { LocalImage } from './docker-objects.ts';

/** Where the official images say the version that decides what their server reads and writes; the others keep theirs readable. */
const variables: Readonly<Partial<Record<ServiceName, string>>> = {
  postgres: 'PG_MAJOR',
  mongo: 'MONGO_MAJOR',
  redis: 'REDIS_VERSION',
};
/** Names of images that are not here, whose tags say it. */
const tags: Readonly<Partial<Record<ServiceName, RegExp>>> = {
  postgres: /^(?:docker\.io\/)?(?:library\/)?postgres:(\d+)/,
  mongo: /^(?:docker\.io\/)?(?:library\/)?mongo:(\d+\.\d+)/,
  redis: /^(?:docker\.io\/)?(?:library\/)?redis:(\d+)/,
};

/** What the server of an image writes its data as; null where the image does not say. @param image null: only its name is known */
export function dataVersion(
  service: ServiceName,
  reference: string,
  image: LocalImage | null,
): string | null {
  const said = image?.environment[variables[service] ?? ''];
  return said || (tags[service]?.exec(reference)?.[1] ?? null);
}

const numbers = (version: string) => version.split('.').map(Number);

/**
 * Whether a server cannot be given the volume of another version: PostgreSQL of another major version, MongoDB of another series, a Redis
 * that is older by a major version. Where one of them is not known it is given it, and says itself that it cannot read it.
 */
export function isUnreadable(service: ServiceName, from: string | null, to: string | null): boolean {
  if (from === null || to === null) return false;
  const [was = 0, wasMinor = 0] = numbers(from);
  const [is = 0, isMinor = 0] = numbers(to);
  if (service === 'postgres') return is !== was;
  if (service === 'mongo') return is !== was || isMinor !== wasMinor;
  return service === 'redis' && is < was;
}
