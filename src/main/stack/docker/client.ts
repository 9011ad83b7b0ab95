import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { type DockerAddress, dockerAddresses } from './docker-address.ts';

/** Where a connection goes. */
export type Target =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export function targetOf({ url, certificates }: DockerAddress): Target | null {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(url)?.[1];
  if (socket) return { kind: 'socket', path: socket };
  if (!/^(?:tcp|https?):\/\//.test(url) || !URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  if (!hostname) return null;
  return { kind: 'tcp', host: hostname, port: Number(port || (certificates ? 2376 : 2375)) };
}

/** @param timeoutMs of silence, after which a call fails */
export function dockerClient(address: DockerAddress, timeoutMs: number): Docker {
  const target = targetOf(address);
  if (!target) throw new TypeError(`no address of Docker: ${address.url}`);
  const common = { timeout: timeoutMs };
  // The client would take what is not given from DOCKER_HOST.
  if (target.kind === 'socket') return new Docker({ ...common, socketPath: target.path, host: undefined });
  const read = (file: string) => readFileSync(path.join(address.certificates ?? '', file));
  const tls = address.certificates
    ? { protocol: 'https' as const, ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
    : { protocol: 'http' as const };
  return new Docker({ ...common, ...tls, host: target.host, port: target.port });
}

/** A client of the Docker Engine, and where that is. Nothing is connected before the first call. */
export interface DockerConnection {
  readonly docker: Docker;
  /** As `DOCKER_HOST` takes it: programs that we start are to use the same Engine. */
  readonly url: string;
  /** Folder with ca.pem, cert.pem and key.pem; null without TLS. */
  readonly certificates: string | null;
}

function socketIsThere({ url }: DockerAddress): boolean {
  return url.startsWith('npipe:') || existsSync(url.replace(/^unix:\/\//, ''));
}

/**
 * The Engine that the docker program would use: `DOCKER_HOST`, the current context, else the first usual socket that is there.
 * @throws TrainyardError DOCKER_ADDRESS_INVALID
 */
export function connectDocker(environment: NodeJS.ProcessEnv): DockerConnection {
  const addresses = dockerAddresses(environment);
  const address = addresses.length > 1 ? (addresses.find(socketIsThere) ?? addresses[0]) : addresses[0];
  if (!address) throw new TypeError('there is always an address of Docker');
  const { url, certificates, unknownContext } = address;
  if (unknownContext) throw fault('DOCKER_CONTEXT_UNKNOWN', unknownContext);
  try {
    // Without a limit: a log that is followed is silent for hours.
    return { docker: dockerClient(address, 0), url, certificates };
  } catch (cause) {
    throw addressInvalid(address, cause);
  }
}

function addressInvalid({ url, source, certificates }: DockerAddress, cause: unknown): TrainyardError {
  const why =
    certificates && hasCode(cause, 'ENOENT', 'EACCES')
      ? {
          en: `the certificates in DOCKER_CERT_PATH or of the context cannot be read: ${cause.message}`,
          ko: `DOCKER_CERT_PATH나 컨텍스트의 인증서를 읽을 수 없습니다: ${cause.message}`,
        }
      : { en: 'it is no address that can be connected to', ko: '연결할 수 있는 형식이 아닙니다' };
  return fault('DOCKER_ADDRESS_INVALID', { url, source, why }, { cause });
}
