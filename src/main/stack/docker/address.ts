import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';

/** Where Docker may be. */
export interface DockerAddress {
  /** `unix:///var/run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://host:2376`, or whatever was written there. */
  readonly url: string;
  /** Who says so: `DOCKER_HOST`, `context NAME`, or `default`. */
  readonly source: string;
  /** A context that nothing is known of: who names it, and the command that names none. */
  readonly unknownContext?: { readonly namedBy: Bilingual; readonly command: string };
  /** Folder with ca.pem, cert.pem and key.pem; null without TLS. */
  readonly certificates: string | null;
}

const configSchema = z.object({ currentContext: z.string().optional() });
const metaSchema = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

function readJson(file: string): unknown {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The docker program goes on with its defaults where its configuration cannot be read, and so does this.
    return null;
  }
}

function fromContext(name: string, folder: string, variable: string | undefined): DockerAddress {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = metaSchema.safeParse(readJson(path.join(folder, 'contexts', 'meta', id, 'meta.json')));
  const source = `context ${name}`;
  if (meta.success) {
    const certificates = path.join(folder, 'contexts', 'tls', id, 'docker');
    const url = meta.data.Endpoints.docker.Host;
    return { url, source, certificates: existsSync(certificates) ? certificates : null };
  }
  const file = path.join(folder, 'config.json');
  const unknownContext = variable
    ? {
        namedBy: { en: `DOCKER_CONTEXT is "${name}"`, ko: `DOCKER_CONTEXT에 적힌 "${name}"` },
        command: 'unset DOCKER_CONTEXT',
      }
    : {
        namedBy: { en: `${file} names the context "${name}"`, ko: `${file}에 적힌 "${name}"` },
        command: 'docker context use default',
      };
  return { url: '', source, certificates: null, unknownContext };
}

function defaults(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string[] {
  if (platform === 'win32')
    return ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/dockerDesktopLinuxEngine'];
  const inHome = (...parts: string[]) => path.posix.join(home, ...parts);
  const runtime = environment.XDG_RUNTIME_DIR;
  const others =
    platform === 'darwin'
      ? [
          inHome('.docker', 'run', 'docker.sock'),
          inHome('.orbstack', 'run', 'docker.sock'),
          inHome('.colima', 'default', 'docker.sock'),
        ]
      : [
          ...(runtime ? [path.posix.join(runtime, 'docker.sock')] : []),
          inHome('.docker', 'desktop', 'docker.sock'),
        ];
  return ['/var/run/docker.sock', ...others].map((socket) => `unix://${socket}`);
}

/**
 * Where to look for Docker, first things first: `DOCKER_HOST`, else the current context (`DOCKER_CONTEXT`, or `docker context use`),
 * as the docker program does; else the usual sockets: the system's, a rootless one, Docker Desktop's.
 */
export function dockerAddresses(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): readonly DockerAddress[] {
  const { DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = environment;
  const home = environment.HOME ?? homedir();
  const folder = environment.DOCKER_CONFIG ?? path.join(home, '.docker');
  if (DOCKER_HOST) {
    const certificates = DOCKER_TLS_VERIFY ? (DOCKER_CERT_PATH ?? folder) : null;
    return [{ url: DOCKER_HOST, source: 'DOCKER_HOST', certificates }];
  }
  const config = configSchema.safeParse(readJson(path.join(folder, 'config.json')));
  const context = DOCKER_CONTEXT || (config.success ? config.data.currentContext : undefined);
  if (context && context !== 'default') return [fromContext(context, folder, DOCKER_CONTEXT)];
  return defaults(environment, platform, home).map((url) => ({ url, source: 'default', certificates: null }));
}

/** The path of a local socket or pipe; null for an address on a network. */
export const socketPath = ({ url }: Pick<DockerAddress, 'url'>) =>
  /^(?:unix|npipe):\/\/(.+)$/.exec(url)?.[1] ?? null;

/** Host and port of an address on a network. */
export function hostOf({ url, certificates }: Pick<DockerAddress, 'url' | 'certificates'>) {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (certificates ? 2376 : 2375)) };
}

export function readCertificates(folder: string) {
  const read = (file: string) => readFileSync(path.join(folder, file));
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

/** Why nothing can be connected to at an address, whatever listens there; null if something can. */
export function addressFault(address: DockerAddress): TrainyardError | null {
  const { url, source, certificates, unknownContext } = address;
  if (unknownContext) return fault('DOCKER_CONTEXT_UNKNOWN', unknownContext);
  const isOnNetwork = /^(?:tcp|https?):\/\//.test(url) && URL.canParse(url) && hostOf(address).host !== '';
  if (!socketPath(address) && !isOnNetwork) {
    const why = { en: 'it is no address that can be connected to', ko: '연결할 수 있는 형식이 아닙니다' };
    return fault('DOCKER_ADDRESS_INVALID', { url, source, why });
  }
  try {
    if (certificates) readCertificates(certificates);
    return null;
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : '';
    const why = {
      en: `the certificates in DOCKER_CERT_PATH or of the context cannot be read: ${words}`,
      ko: `DOCKER_CERT_PATH나 컨텍스트의 인증서를 읽을 수 없습니다: ${words}`,
    };
    return fault('DOCKER_ADDRESS_INVALID', { url, source, why }, { cause });
  }
}

/** What nobody has asked for stays in the system's buffer, and is read together: Node would fetch it piece by piece, as it comes. */
const readWhenAsked = { readableHighWaterMark: 1 };

/** A connection of its own to the Engine, for what keeps one busy. @param address one without `addressFault` */
export function openSocket(address: Pick<DockerAddress, 'url' | 'certificates'>): net.Socket {
  const local = socketPath(address);
  if (local !== null) return net.connect({ path: local, ...readWhenAsked });
  const place = hostOf(address);
  if (address.certificates === null) return net.connect({ ...place, ...readWhenAsked });
  const servername = net.isIP(place.host) ? '' : place.host;
  return tls.connect({ ...place, servername, ...readCertificates(address.certificates) });
}

const isThere = (address: DockerAddress) =>
  address.url.startsWith('npipe:') || existsSync(socketPath(address) ?? '');

/**
 * Where the Engine is that the docker program would use: `DOCKER_HOST`, the current context, else the first usual socket that is there.
 * @throws TrainyardError DOCKER_ADDRESS_INVALID, DOCKER_CONTEXT_UNKNOWN
 */
export function chosenAddress(environment: NodeJS.ProcessEnv): DockerAddress {
  const addresses = dockerAddresses(environment);
  const address = addresses.length > 1 ? (addresses.find(isThere) ?? addresses[0]) : addresses[0];
  if (!address) throw new TypeError('there is always an address of Docker');
  const reason = addressFault(address);
  if (reason) throw reason;
  return address;
}
