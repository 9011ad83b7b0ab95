import { connect } from 'node:net';
import { within } from '../../../platform/deadline.ts';
import type { DockerEngine } from './docker-engine.ts';

/** A server to connect to. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

const dockerHub: Place = { host: 'registry-1.docker.io', port: 443 };

function placeOf(url: string): Place | null {
  const full = url.includes('://') ? url : `http://${url}`;
  if (!URL.canParse(full)) return null;
  const { hostname, port, protocol } = new URL(full);
  return { host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/**
 * Where Docker goes for an image: to its proxy, to a mirror of Docker Hub, or to the registry that the reference begins with
 * (a first part with a dot or a colon, or `localhost`: the reference grammar of Docker's distribution).
 */
export function registryOf(image: string, engine: DockerEngine | null): Place {
  const proxy = engine?.info.HttpsProxy ? placeOf(engine.info.HttpsProxy) : null;
  if (proxy) return proxy;
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (isHost && !/^(index\.)?docker\.io$/.test(first)) {
    const [host = first, port] = first.split(':');
    return { host, port: Number(port ?? 443) };
  }
  const mirror = engine?.info.RegistryConfig?.Mirrors?.[0];
  return (mirror ? placeOf(mirror) : null) ?? dockerHub;
}

const connectMs = 3_000;

/** Finds the name and connects. @throws what is in the way */
export async function connectTo({ host, port }: Place): Promise<void> {
  const connection = connect({ host, port });
  const opened = new Promise<void>((resolve, reject) => {
    connection.once('connect', () => resolve());
    connection.on('error', reject);
  });
  await within(connectMs, opened).finally(() => connection.destroy());
}
