import { z } from 'zod';
import { type ServiceName, serviceNames } from '../../shared/model/stack.ts';

const port = z.int().min(1).max(65_535);
/** Not the contract's, which brings all that is said between engine and page. */
const serviceName = z.enum(serviceNames);
const imageId = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const pinnedImage = z.object({
  /** What was asked for, as `postgres:17`. */
  reference: z.string(),
  /** `postgres@sha256:…`: what is run since. Null for an image that was built here and so has no such name. */
  pinned: z.string().nullable(),
  id: imageId,
  /** What its server writes its data as, as the image says; left out or null where that is not known. */
  version: z.string().nullable().exactOptional(),
});
export type PinnedImage = z.infer<typeof pinnedImage>;

/** What is kept of a stack in the state folder's `stack/stack.json`. It holds no secret. */
export const stackRecordSchema = z.object({
  version: z.literal(1),
  id: z.uuid(),
  name: z.string().regex(/^trainyard-[0-9a-f]{8}$/),
  /** The state folder that it was made for, which its volumes name for good; left out: the one that it is in. */
  madeFor: z.string().exactOptional(),
  /** Host ports by service and purpose. */
  ports: z.object({
    postgres: z.object({ main: port }),
    mongo: z.object({ main: port }),
    redis: z.object({ main: port }),
    s3: z.object({ main: port, console: port }),
    temporal: z.object({ main: port, ui: port }),
  }),
  images: z.partialRecord(serviceName, pinnedImage),
  /** What is not run although it was chosen, by service: as long as that is what is chosen, the stack keeps the image that it has. */
  keeps: z.partialRecord(serviceName, z.string()).exactOptional(),
  /** The machine's memory that limits were reckoned from; null before the first start. */
  memoryBytes: z.int().positive().nullable(),
  /** Whether the stack ever ran on these ports: then it keeps them, and a foreign program on one is reported. */
  started: z.boolean(),
  /** Services that somebody began to stop: the daemon goes on with that when we are gone. */
  stopping: z.array(serviceName),
  /** A removal that was begun: once volumes are being removed, the next verb finishes it, whichever verb that is. */
  removal: z.object({ services: z.array(serviceName), volumes: z.boolean() }).nullable(),
  /** Which copy of this record and the secrets was last put into the recovery volume, and its hash. */
  recovery: z.object({ slot: z.int(), hash: z.string() }).nullable(),
});
export type StackRecord = z.infer<typeof stackRecordSchema>;
/** Those that a stack was last served by. */
export type PinnedImages = StackRecord['images'];
export type StackPorts = StackRecord['ports'];

/** The host ports of services, one by one. */
export const portsOf = (ports: StackPorts, services: readonly ServiceName[]) =>
  services.flatMap((service) => Object.values(ports[service]).map((port) => ({ service, port })));

/** The passwords that a stack has, each a file of this name. */
export const secretNames = ['postgres-password', 'mongo-password', 'redis-password', 's3-password'] as const;
export type SecretName = (typeof secretNames)[number];
export type StackSecrets = Readonly<Record<SecretName, string>>;

export const stackSecretsSchema = z.record(
  z.enum(secretNames),
  z
    .string()
    .min(16)
    .regex(/^[0-9a-f]+$/),
);

/** What the recovery volume holds. */
export const recoverySchema = z.object({ record: stackRecordSchema, secrets: stackSecretsSchema });
export type Recovery = z.infer<typeof recoverySchema>;
