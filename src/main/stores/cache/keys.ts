import { z } from 'zod';
import { metricValues } from '../../../shared/model/metrics-by-name.ts';
import { runStatuses } from '../../../shared/model/run.ts';
import type { Cache } from './ports.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A key of the data model, how long its value lives, and what the value is. */
export interface CacheSlot<Value> {
  readonly key: string;
  readonly lifetimeMs: number | null;
  readonly value: z.ZodType<Value>;
}

const sessionSchema = z.object({ userId: z.string(), email: z.string(), expiresAt: z.iso.datetime() });
const workflowStatusSchema = z.object({
  status: z.enum(runStatuses),
  progress: z.number().min(0).max(100),
  currentEpoch: z.int().nullable(),
  metrics: metricValues,
});
const countSchema = z.int();
const presentSchema = z.literal('1');

/** A part of a key: what would end the part (`:`), or cannot stand in a key, stands percent-encoded. */
function part(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^A-Za-z0-9._~/@-]/gu, (character) =>
      [...new TextEncoder().encode(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join(''),
    );
}

/** A signed-in user's session. */
export function sessionSlot(sessionId: string): CacheSlot<z.infer<typeof sessionSchema>> {
  return { key: `session:${part(sessionId)}`, lifetimeMs: 7 * dayMs, value: sessionSchema };
}

/** A revoked refresh token, until it would have expired anyway; null if it has. */
export function revokedTokenSlot(tokenHash: string, expiresAt: Date, now: Date): CacheSlot<'1'> | null {
  const lifetimeMs = expiresAt.getTime() - now.getTime();
  return lifetimeMs < 1
    ? null
    : { key: `jwt:blacklist:${part(tokenHash)}`, lifetimeMs, value: presentSchema };
}

/** A run's live state. */
export function workflowStatusSlot(workflowId: string): CacheSlot<z.infer<typeof workflowStatusSchema>> {
  return { key: `workflow:status:${part(workflowId)}`, lifetimeMs: dayMs, value: workflowStatusSchema };
}

/** A run's latest values. */
export function workflowMetricsSlot(workflowId: string): CacheSlot<z.infer<typeof metricValues>> {
  return { key: `workflow:metrics:${part(workflowId)}`, lifetimeMs: hourMs, value: metricValues };
}

/** How often a user called an endpoint in the minute (since 1970) of `at`. */
export function rateLimitSlot(userId: string, endpoint: string, at: Date): CacheSlot<number> {
  const minute = Math.floor(at.getTime() / minuteMs);
  return {
    key: `ratelimit:${part(userId)}:${part(endpoint)}:${minute}`,
    lifetimeMs: minuteMs,
    value: countSchema,
  };
}

/** What stands in the slot; undefined if nothing does, or something that an older version left and this one does not understand. */
export async function readSlot<Value>(cache: Cache, slot: CacheSlot<Value>): Promise<Value | undefined> {
  const read = slot.value.safeParse(await cache.get(slot.key));
  return read.success ? read.data : undefined;
}

/** Puts a value into its slot, for the slot's lifetime. */
export function writeSlot<Value>(cache: Cache, slot: CacheSlot<Value>, value: Value): Promise<void> {
  return cache.set(slot.key, value, slot.lifetimeMs);
}
