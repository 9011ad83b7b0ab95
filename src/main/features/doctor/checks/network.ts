import { lookup, Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { TooLateError, whenConnected, within, wordsOf } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import type { Observation, PlainCode } from '../findings.ts';
import type { DockerEngine } from './docker.ts';

const lookupMs = 3_000;

/** Whether this machine has an address besides its own loopback and Docker's bridges. */
function isOnNetwork(): boolean {
  const own = /^(docker|br-|veth|virbr)/;
  return Object.entries(networkInterfaces()).some(
    ([name, addresses]) => !own.test(name) && addresses?.some(({ internal }) => !internal),
  );
}

/** Why a name was not found. The name servers themselves are asked, because the system's own answer does not say. */
async function whyNot(resolver: Resolver, name: string): Promise<{ code: PlainCode; words: string }> {
  try {
    await within(lookupMs, resolver.resolve4(name));
    return { code: 'DNS_OK', words: '' };
  } catch (error) {
    const answered = hasCode(error, 'ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EFORMERR');
    if (answered) return { code: 'DNS_NAME_UNKNOWN', words: wordsOf(error) };
    if (hasCode(error, 'ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED') || error instanceof TooLateError)
      return { code: 'DNS_DEAD', words: wordsOf(error) };
    throw error;
  } finally {
    resolver.cancel();
  }
}

/** Looks the name up, as the system does. */
export async function findsName(name: string): Promise<boolean> {
  try {
    await within(lookupMs, lookup(name));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA') || error instanceof TooLateError)
      return false;
    throw error;
  }
}

/** Whether names are found here. */
export async function checkNames(name: string, isFound: () => Promise<boolean>): Promise<Observation[]> {
  if (!isOnNetwork()) return [{ code: 'DNS_OFFLINE', evidence: '' }];
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  const servers = resolver.getServers().join(', ');
  if (await isFound()) return [{ code: 'DNS_OK', evidence: `${name} (${servers})` }];
  const { code, words } = await whyNot(resolver, name);
  return [{ code, evidence: `${name} (${servers}): ${words}` }];
}

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
export const connectTo = (place: Place) => whenConnected(connect(place), connectMs);
