import { TrainyardError } from '../../shared/errors/error.ts';
import type { ServiceName } from '../../shared/model/stack.ts';
import type { Incident, StackContainer } from './daemon.ts';
import type { StackSecrets } from './record.ts';

/** As people know them. */
export const serviceTitles: Readonly<Record<ServiceName, string>> = {
  postgres: 'PostgreSQL',
  mongo: 'MongoDB',
  redis: 'Redis',
  s3: 'The object store',
  temporal: 'Temporal',
};

/** How many of a service's last lines go with a cause. */
export const causeLines = 20;

export function scrub(lines: readonly string[], secrets: StackSecrets | null): readonly string[] {
  const hidden = Object.values(secrets ?? {});
  return lines.map((line) => hidden.reduce((text, secret) => text.replaceAll(secret, '•••'), line));
}

export interface Failure {
  readonly service: ServiceName;
  /** Its last lines, without secrets. */
  readonly lines: readonly string[];
}

const variable = (service: ServiceName, what: string) => `TRAINYARD_${service.toUpperCase()}_${what}`;

function cause(
  code: string,
  { service, lines }: Failure,
  message: string,
  hint: string,
  status = 500,
): TrainyardError {
  return new TrainyardError(code, message, hint, { status, details: { service, lines } });
}

export function diskFull(failure: Failure | null, said: string): TrainyardError {
  const who = failure ? serviceTitles[failure.service] : 'Docker';
  return new TrainyardError(
    'DISK_FULL',
    `${who} could not write: no space is left on the disk (${said.slice(0, 300)})`,
    'Make room where Docker keeps its data; images that nothing uses go by: docker image prune -a',
    { status: 507, details: failure ? { service: failure.service, lines: failure.lines } : {} },
  );
}

function outOfMemory(failure: Failure, limitBytes: number | null): TrainyardError {
  const limit = limitBytes ? ` of ${Math.round(limitBytes / 1024 / 1024)} MiB` : '';
  return cause(
    'SERVICE_OUT_OF_MEMORY',
    failure,
    `${serviceTitles[failure.service]} needed more memory than its limit${limit} and was ended`,
    `Give it more: ${variable(failure.service, 'MEMORY')}=2g trainyard stack up`,
  );
}

const noSpace = /no space left on device|disk quota exceeded/i;
const noMemory = /oom-?killed|memory limit too low|cannot allocate memory|out of memory/i;
const otherVersion =
  /database files are incompatible|initialized by PostgreSQL version|Can't handle RDB format version|UPGRADE PROBLEM|Wrong mongod version|unsupported WiredTiger file version/i;
/** Somebody who was killed had asked for its removal, and the daemon went on with that. */
export const containerGone =
  /no such container|marked for removal|removal of container .* is already in progress/i;
export const portTaken = /port is already allocated|address already in use|ports are not available/i;
export const networkLost = /network [0-9a-f]+ not found|could not find network|endpoint.*not found/i;

function volumeVersion(failure: Failure): TrainyardError {
  const text = failure.lines.join('\n');
  const version = /initialized by PostgreSQL version (\d+)/i.exec(text)?.[1];
  const tag = version && failure.service === 'postgres' ? `postgres:${version}` : 'NAME:VERSION';
  return cause(
    'VOLUME_VERSION',
    failure,
    `The data of ${serviceTitles[failure.service]} was written by another major version${version ? ` (${version})` : ''}, and this server does not take it`,
    `Use that version's image, the data is untouched: ${variable(failure.service, 'IMAGE')}=${tag} trainyard stack up`,
    409,
  );
}

/** Why the daemon did not start a container. */
export function startRefused(failure: Failure, said: string, limitBytes: number | null): TrainyardError {
  if (noSpace.test(said)) return diskFull(failure, said);
  if (noMemory.test(said)) return outOfMemory(failure, limitBytes);
  return cause(
    'SERVICE_NOT_STARTED',
    failure,
    `Docker could not start ${serviceTitles[failure.service]}: ${said.slice(0, 500)}`,
    'Fix what Docker says, or see what else is wrong with it: trainyard doctor',
  );
}

/** Why a container ended by itself, or ends again and again. */
export function serviceEnded(
  failure: Failure,
  container: StackContainer | null,
  incidents: readonly Incident[],
): TrainyardError {
  const text = failure.lines.join('\n');
  if (noSpace.test(text)) return diskFull(failure, failure.lines.find((line) => noSpace.test(line)) ?? '');
  if (otherVersion.test(text)) return volumeVersion(failure);
  if (container?.outOfMemory || incidents.some(({ kind }) => kind === 'out of memory')) {
    return outOfMemory(failure, container?.memoryLimitBytes ?? null);
  }
  const codes = incidents.map(({ exitCode }) => exitCode).filter((code) => code !== null);
  const exitCode = codes.at(-1) ?? container?.exitCode;
  return cause(
    'SERVICE_CRASHED',
    failure,
    `${serviceTitles[failure.service]} ended by itself${exitCode === undefined ? '' : ` (exit code ${exitCode})`}`,
    `Its log says why: trainyard stack logs ${failure.service}`,
  );
}

/** Where it was started again, and stopped again. */
export function serviceStopped(failure: Failure): TrainyardError {
  return cause(
    'SERVICE_STOPPED',
    failure,
    `${serviceTitles[failure.service]} was stopped by somebody while it was being started`,
    'Start it again: trainyard stack up',
    409,
  );
}

export function serviceTimeout(failure: Failure, waitedMs: number, lastWord: string): TrainyardError {
  return cause(
    'SERVICE_TIMEOUT',
    failure,
    `${serviceTitles[failure.service]} runs, but did not answer within ${Math.round(waitedMs / 1000)} s (${lastWord.slice(0, 300)})`,
    `See what it is at: trainyard stack logs ${failure.service}`,
    504,
  );
}

export function credentialsRefused(failure: Failure): TrainyardError {
  return cause(
    'SERVICE_REFUSES_CREDENTIALS',
    failure,
    `${serviceTitles[failure.service]} does not take the stack's password: its volume was made with another one`,
    `Put stack/secrets of the state folder back from a backup, or begin that service anew: trainyard stack destroy ${failure.service}`,
    409,
  );
}

export function portIsTaken(service: ServiceName, port: number, holder: string | null): TrainyardError {
  return new TrainyardError(
    'PORT_TAKEN',
    `The port ${port} of ${serviceTitles[service]} is held by ${holder ?? 'another program'}`,
    'End that program and try again, or take other ports: trainyard stack up --ports new',
    { status: 409, details: { service, port, holder } },
  );
}

export function nameTaken(kind: string, name: string): TrainyardError {
  return new TrainyardError(
    'NAME_TAKEN',
    `There is a ${kind} ${name} that is not this stack's; it was not touched`,
    `Remove or rename it if it is yours (docker ${kind} rm ${name}), then try again: trainyard stack up`,
    { status: 409, details: { kind, name } },
  );
}

export function imageMissing(service: ServiceName, image: string, said: string): TrainyardError {
  return new TrainyardError(
    'IMAGE_MISSING',
    `The image ${image} of ${serviceTitles[service]} is not here, and its registry cannot be reached (${said.slice(0, 300)})`,
    `Connect to the network and try again, or bring the image from another machine: docker save ${image} | ssh THIS_MACHINE docker load`,
    { status: 503, details: { service, image } },
  );
}

export function pullFailed(service: ServiceName, image: string, said: string): TrainyardError {
  return new TrainyardError(
    'IMAGE_PULL_FAILED',
    `The image ${image} of ${serviceTitles[service]} could not be pulled: ${said.slice(0, 300)}`,
    `Correct its name, or log in to its registry; another one is used by: ${variable(service, 'IMAGE')}=NAME:TAG trainyard stack up`,
    { status: 502, details: { service, image } },
  );
}

const unreachable =
  /no such host|dial tcp|connection refused|i\/o timeout|timeout exceeded|network is unreachable|no route to host|server misbehaving|temporary failure|TLS handshake|request canceled|EOF$/i;

/** What a registry, or the way to it, said. */
export function pullCause(service: ServiceName, image: string, said: string): TrainyardError {
  if (noSpace.test(said)) return diskFull({ service, lines: [] }, said);
  return unreachable.test(said) ? imageMissing(service, image, said) : pullFailed(service, image, said);
}
