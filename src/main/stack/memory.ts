import type { ServiceName } from '../../shared/model/stack.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

interface Share {
  readonly part: number;
  readonly least: number;
  readonly most: number;
}

/** Of the machine's memory. A trainer needs the rest; what a service does not use of its share is not taken. */
const shares: Readonly<Record<ServiceName, Share>> = {
  postgres: { part: 0.25, least: 512 * mebibyte, most: 8 * gibibyte },
  mongo: { part: 0.15, least: 768 * mebibyte, most: 4 * gibibyte },
  redis: { part: 0.1, least: 256 * mebibyte, most: 2 * gibibyte },
  s3: { part: 0.1, least: 512 * mebibyte, most: 2 * gibibyte },
  temporal: { part: 0.05, least: 512 * mebibyte, most: gibibyte },
};

/** The most that a service may use, in bytes (whole MiB), on a machine with so many bytes. */
export function memoryLimitOf(service: ServiceName, machineBytes: number): number {
  const { part, least, most } = shares[service];
  const wanted = Math.min(most, Math.max(least, machineBytes * part));
  return Math.floor(wanted / mebibyte) * mebibyte;
}

/** PostgreSQL's settings for a container with so many bytes, by its documentation's rules of thumb for a server of its own. */
export function postgresSettings(limitBytes: number): Readonly<Record<string, string>> {
  const megabytes = (bytes: number, least: number, most: number) =>
    `${Math.floor(Math.min(most, Math.max(least, bytes / mebibyte)))}MB`;
  return {
    shared_buffers: megabytes(limitBytes / 4, 1, 8192),
    effective_cache_size: megabytes((limitBytes * 3) / 4, 1, 65_536),
    maintenance_work_mem: megabytes(limitBytes / 16, 1, 1024),
    work_mem: megabytes(limitBytes / 256, 1, 64),
  };
}

/** Redis refuses writes from here on, rather than be killed: a rewrite of its file needs room beside its data. */
export function redisMaxMemory(limitBytes: number): string {
  return `${Math.max(1, Math.floor((limitBytes * 0.6) / mebibyte))}mb`;
}

/**
 * Whether the machine's memory is another one than the one remembered: what Docker says of the same machine differs a little
 * from start to start, and that shall not make containers anew.
 */
export function isOtherMemory(rememberedBytes: number, nowBytes: number): boolean {
  return Math.abs(nowBytes - rememberedBytes) > rememberedBytes * 0.1;
}

/** `512m`, `2g`, `1073741824`: bytes; null if it is no amount of memory. */
export function parseMemory(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i.exec(text.trim());
  if (!match) return null;
  const factor = { '': 1, k: 1024, m: mebibyte, g: gibibyte }[(match[2] ?? '').toLowerCase()];
  const bytes = Math.floor(Number(match[1]) * (factor ?? 1));
  // Docker's own least.
  return bytes >= 6 * mebibyte ? bytes : null;
}
