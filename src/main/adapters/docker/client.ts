import { existsSync } from 'node:fs';
import type Docker from 'dockerode';
import { TrainyardError } from '../../../shared/model/errors.ts';
import { hasCode } from '../../error-code.ts';
import { type DockerAddress, dockerAddresses } from '../doctor/docker-address.ts';
import { dockerClient } from '../doctor/docker-reach.ts';

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
  if (unknownContext) {
    throw new TrainyardError(
      'DOCKER_CONTEXT_UNKNOWN',
      `${unknownContext.namedBy}, and Docker knows no context of this name`,
      `See which there are ("docker context ls"), or go back to the Docker of this machine: ${unknownContext.mend}`,
      { status: 503, place: { field: 'DOCKER_CONTEXT' } },
    );
  }
  try {
    // Without a limit: a log that is followed is silent for hours.
    return { docker: dockerClient(address, 0), url, certificates };
  } catch (cause) {
    throw new TrainyardError(
      'DOCKER_ADDRESS_INVALID',
      certificates && hasCode(cause, 'ENOENT', 'EACCES')
        ? `The certificates for Docker at ${url} cannot be read: ${cause.message} (${address.source === 'DOCKER_HOST' ? 'DOCKER_CERT_PATH' : address.source})`
        : `Trainyard cannot use the address of Docker "${url}" (${address.source})`,
      certificates && hasCode(cause, 'ENOENT', 'EACCES')
        ? 'Put ca.pem, cert.pem and key.pem there, or unset DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.'
        : 'Set DOCKER_HOST to unix:///…, npipe:////… or tcp://host:port, or unset it.',
      { status: 503, cause },
    );
  }
}
