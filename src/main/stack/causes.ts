import type { StackCause } from '../../shared/contract/stack.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { portHints } from '../../shared/errors/engine.ts';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { errorMessage, TrainyardError } from '../../shared/errors/error.ts';
import type { ServiceName } from '../../shared/model/stack.ts';
import { systemFault } from '../platform/faults/system-fault.ts';
import { ComposeFailure, DaemonRefusal, type Incident, type StackContainer } from './docker-objects.ts';
import type { StackSecrets } from './record.ts';

/** As people know them. */
export const titles: Readonly<Record<ServiceName, string>> = {
  postgres: 'PostgreSQL',
  mongo: 'MongoDB',
  redis: 'Redis',
  s3: 'S3',
  temporal: 'Temporal',
};

/** How many of a service's last lines go with a cause. */
export const causeLines = 20;

/** Lines of a log in which the stack's passwords are replaced by dots. */
export function scrub(lines: readonly string[], secrets: StackSecrets | null): readonly string[] {
  const hidden = Object.values(secrets ?? {});
  return lines.map((line) => hidden.reduce((text, secret) => text.replaceAll(secret, '•••'), line));
}

export interface Failure {
  readonly service: ServiceName;
  /** Its last lines, without secrets. */
  readonly lines: readonly string[];
}

/** The environment variable that sets something of a service. */
export const variableOf = (service: ServiceName, what: 'IMAGE' | 'MEMORY') =>
  `TRAINYARD_${service.toUpperCase()}_${what}`;

const noSpace = /no space left on device|disk quota exceeded/i;
const noMemory = /oom-?killed|memory limit too low|cannot allocate memory|out of memory/i;
const otherVersion =
  /database files are incompatible|initialized by PostgreSQL version|Can't handle RDB format version|UPGRADE PROBLEM|Wrong mongod version|unsupported WiredTiger file version/i;
/** Somebody who was killed had asked for its removal, and the daemon went on with that. */
export const containerGone =
  /no such container|marked for removal|removal of container .* is already in progress/i;
export const portTaken = /port is already allocated|address already in use|ports are not available/i;
export const networkLost = /network [0-9a-f]+ not found|could not find network|endpoint.*not found/i;

function diskFull(who: string, lastWords: string, lines: readonly string[] = []): TrainyardError {
  const why = lastWords.slice(0, 300);
  const what = {
    en: `${who} could not write: no space is left on the disk (${why})`,
    ko: `${who}의 데이터를 쓸 수 없습니다(${why})`,
  };
  const how = {
    en: 'where Docker keeps its data; images that nothing uses go by: docker image prune -a',
    ko: 'Docker가 데이터를 두는 디스크입니다. 쓰지 않는 이미지는 다음 명령으로 지웁니다: docker image prune -a',
  };
  return fault('DISK_FULL', { what, step: '', how }, { details: { lines } });
}

function outOfMemory({ service, lines }: Failure, limitBytes: number | null): TrainyardError {
  const mebibytes = limitBytes ? Math.round(limitBytes / 1024 / 1024) : null;
  const limit = mebibytes ? { en: ` of ${mebibytes} MiB`, ko: `(${mebibytes} MiB)` } : '';
  const names = { service: titles[service], limit, variable: variableOf(service, 'MEMORY') };
  return fault('SERVICE_OUT_OF_MEMORY', names, { details: { lines } });
}

/** @param version null if it is not known */
export function otherVolumeVersion({ service, lines }: Failure, version: string | null): TrainyardError {
  const names = {
    service: titles[service],
    version: version ? ` (${version})` : '',
    variable: variableOf(service, 'IMAGE'),
    image: version && service === 'postgres' ? `postgres:${version}` : 'NAME:VERSION',
  };
  return fault('VOLUME_VERSION', names, { details: { lines } });
}

/** Why the daemon did not start a container. */
export function startRefused(failure: Failure, lastWords: string, limitBytes: number | null): TrainyardError {
  const { service, lines } = failure;
  if (noSpace.test(lastWords)) return diskFull(titles[service], lastWords, lines);
  if (noMemory.test(lastWords)) return outOfMemory(failure, limitBytes);
  const names = { service: titles[service], said: lastWords.slice(0, 500) };
  return fault('SERVICE_NOT_STARTED', names, { details: { lines } });
}

/** Why a container ended by itself, or ends again and again. */
export function serviceEnded(
  failure: Failure,
  container: StackContainer | null,
  incidents: readonly Incident[],
): TrainyardError {
  const { service, lines } = failure;
  const text = lines.join('\n');
  const fullLine = lines.find((line) => noSpace.test(line));
  if (fullLine !== undefined) return diskFull(titles[service], fullLine, lines);
  if (otherVersion.test(text))
    return otherVolumeVersion(failure, /initialized by PostgreSQL version (\d+)/i.exec(text)?.[1] ?? null);
  if (container?.outOfMemory || incidents.some(({ kind }) => kind === 'out of memory'))
    return outOfMemory(failure, container?.memoryLimitBytes ?? null);
  const codes = incidents.map(({ exitCode }) => exitCode).filter((code) => code !== null);
  const code = codes.at(-1) ?? container?.exitCode;
  const exit = code === undefined ? '' : { en: ` (exit code ${code})`, ko: `(종료 코드 ${code})` };
  return fault('SERVICE_CRASHED', { service: titles[service], exit, name: service }, { details: { lines } });
}

/** The error that a service was paused. */
export const servicePaused = (service: ServiceName, container: string) =>
  fault('SERVICE_PAUSED', { service: titles[service], container });

/** The error that a service ended without a fault of its own: something stopped it. */
export const serviceStopped = ({ service, lines }: Failure) =>
  fault('SERVICE_STOPPED', { service: titles[service] }, { details: { lines } });

/** The error that a service runs and does not answer. @param lastWords why its last probe failed */
export function serviceTimeout(
  { service, lines }: Failure,
  waitedMs: number,
  lastWords: string,
): TrainyardError {
  const names = {
    service: titles[service],
    seconds: Math.round(waitedMs / 1000),
    lastWord: lastWords.slice(0, 300),
    name: service,
  };
  return fault('SERVICE_TIMEOUT', names, { details: { lines } });
}

/** The error that a service refuses the stack's passwords. */
export const credentialsRefused = ({ service, lines }: Failure) =>
  fault('SERVICE_REFUSES_CREDENTIALS', { service: titles[service], name: service }, { details: { lines } });

/** @param holder null if it cannot be seen */
export function portIsTaken(
  service: ServiceName,
  port: number,
  holder: { readonly container: string } | { readonly program: Bilingual } | null,
): TrainyardError {
  const who =
    holder === null
      ? { en: 'another program', ko: '다른 프로그램' }
      : 'program' in holder
        ? holder.program
        : { en: `the container ${holder.container}`, ko: `${holder.container} 컨테이너` };
  const command = 'trainyard stack up --ports new';
  return fault('PORT_TAKEN', { what: titles[service], port, holder: who, how: portHints.held, command });
}

const unreachable =
  /no such host|dial tcp|connection refused|i\/o timeout|timeout exceeded|network is unreachable|no route to host|server misbehaving|temporary failure|TLS handshake|request canceled|EOF$/i;

/** What a registry, or the way to it, said. */
export function pullCause(service: ServiceName, image: string, words: string): TrainyardError {
  if (noSpace.test(words)) return diskFull(titles[service], words);
  const lastWords = words.slice(0, 300);
  if (unreachable.test(words)) return fault('IMAGE_MISSING', { image, said: lastWords });
  const names = { service: titles[service], image, said: lastWords, variable: variableOf(service, 'IMAGE') };
  return fault('IMAGE_PULL_FAILED', names);
}

/** The error to show if a verb fails with something else than a cause: of the daemon, Compose, or the state folder. */
export function causeOf(error: unknown): unknown {
  if (error instanceof TrainyardError) return error;
  const words = errorMessage(error);
  const options = { cause: error, details: { lines: words.split('\n').slice(-20) } };
  if (error instanceof DaemonRefusal || error instanceof ComposeFailure) {
    const who = error instanceof DaemonRefusal ? 'Docker' : 'docker compose';
    if (noSpace.test(words)) return diskFull(who, words);
    if (/available.*address pool|predefined address pools have been fully subnetted/i.test(words))
      return fault('DOCKER_NETWORKS_USED_UP', {}, options);
    const lastWords = (words.trim().split('\n').at(-1) ?? '').slice(0, 500);
    const code = error instanceof DaemonRefusal ? 'DOCKER_REFUSED' : 'COMPOSE_FAILED';
    return fault(code, { said: lastWords }, options);
  }
  if (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name))
    return fault('STACK_CANCELLED', {}, options);
  return systemFault(error) ?? error;
}

/** An error as the contract has it. */
export function toCause(error: unknown): StackCause {
  if (!(error instanceof TrainyardError))
    return { code: 'INTERNAL', message: errorMessage(error), hint: '', parameters: {}, lines: [] };
  const { code, message, hint, parameters, details } = error;
  const lines = Array.isArray(details.lines) ? details.lines : [];
  return { code, message, hint, parameters, lines: lines.filter((line) => typeof line === 'string') };
}
