import { z } from 'zod';
import { profiles } from '../model/stack.ts';
import { proceduresOf, time, waitMs } from './common.ts';

const databaseOrigins = [
  ...(['initialised', 'started', 'adopted', 'recovered', 'unlocked', 'replaced'] as const),
  ...(['docker', 'external', 'away'] as const),
] as const;
export type DatabaseOrigin = (typeof databaseOrigins)[number];

const findingSchema = z.object({
  code: z.string(),
  severity: z.enum(['ok', 'warning', 'error']),
  cause: z.string(),
  evidence: z.string(),
  hint: z.string(),
  /** What part of the machine it is about: pages and terminals list findings under it. */
  group: z.enum(['machine', 'state', 'docker', 'nvidia', 'network']).optional(),
  /** The fixing command alone, to be copied; null if no single command fixes it. */
  command: z.string().nullable().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

const diskLevelSchema = z.enum(['ok', 'low', 'full']);
const diskStateSchema = z.object({
  level: diskLevelSchema,
  disks: z.array(
    z.object({ path: z.string(), freeBytes: z.number(), totalBytes: z.number(), level: diskLevelSchema }),
  ),
});
export type DiskState = z.infer<typeof diskStateSchema>;

const { get, post } = proceduresOf('system', {});

export const systemContract = {
  info: get('/system', 'What this engine is').output(
    z.object({
      version: z.string(),
      profile: z.enum(profiles),
      home: z.string(),
      pid: z.int(),
      startedAt: time,
      platform: z.string(),
      node: z.string(),
      cpuCount: z.int(),
      memoryBytes: z.int(),
      database: z.object({
        version: z.string(),
        revision: z.string().nullable(),
        head: z.string(),
        /** How it came to run under this engine; `away`: its stores are not open. */
        how: z.enum(databaseOrigins),
        message: z.string(),
      }),
      executors: z.array(z.string()),
      /** The sample of a first start is being made: its images are imported, then its training is started. */
      makesSample: z.boolean(),
    }),
  ),
  disk: get(
    '/system/disk',
    'Room on the file systems of the state folder, the fullest first; `full`: writes are refused',
  ).output(diskStateSchema),
  doctor: get('/system/doctor', 'Checks that run, each with its cause and hint')
    .input(z.object({ language: z.enum(['en', 'ko']).default('en') }))
    .output(z.object({ ok: z.boolean(), findings: z.array(findingSchema) })),
  changes: get(
    '/system/changes',
    'Which projects, datasets and runs changed after a cursor; waits for changes',
    {
      description:
        'A cursor of another engine process (or none) answers at once with `reset: true`: read everything anew.',
    },
  )
    .input(z.object({ after: z.string().max(100).default(''), waitMs }))
    .output(
      z.object({
        cursor: z.string(),
        reset: z.boolean(),
        changed: z.array(
          z.object({
            kind: z.enum(['project', 'dataset', 'run', 'weights', 'inbox', 'backup', 'disk']),
            id: z.uuid(),
          }),
        ),
      }),
    ),
  ticket: post('/system/tickets', 'A one-time ticket that opens the UI in a browser')
    .meta({ effect: 'needsNoRoom' })
    .output(z.object({ url: z.string(), expiresAt: time })),
};
