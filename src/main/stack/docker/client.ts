import Docker from 'dockerode';
import { chosenAddress, type DockerAddress, hostOf, readCertificates, socketPath } from './address.ts';

/** @param address one without `addressFault` @param timeoutMs of silence, after which a call fails; 0: never */
export function dockerClient(address: DockerAddress, timeoutMs: number): Docker {
  const common = { timeout: timeoutMs };
  const socket = socketPath(address);
  // The client would take what is not given from DOCKER_HOST.
  if (socket !== null) return new Docker({ ...common, socketPath: socket, host: undefined });
  const secured = address.certificates
    ? { protocol: 'https' as const, ...readCertificates(address.certificates) }
    : { protocol: 'http' as const };
  return new Docker({ ...common, ...secured, ...hostOf(address) });
}

/** A client of the Docker Engine, and where that is. Nothing is connected before the first call. */
export interface DockerConnection extends Pick<DockerAddress, 'url' | 'certificates'> {
  readonly docker: Docker;
}

/**
 * A client of the Engine that the docker program would use.
 * @throws TrainyardError DOCKER_ADDRESS_INVALID, DOCKER_CONTEXT_UNKNOWN
 */
export function connectDocker(environment: NodeJS.ProcessEnv): DockerConnection {
  const address = chosenAddress(environment);
  const { url, certificates } = address;
  // Without a limit: a log that is followed is silent for hours.
  return { docker: dockerClient(address, 0), url, certificates };
}
