import type { z } from 'zod';
import type { systemContract } from '../../shared/contract/system.ts';
import type { ChangeFeed } from '../features/changes/change-feed.ts';
import type { DiskWatch } from '../features/disk/disk-watch.ts';
import type { DoctorService } from '../features/doctor/doctor-service.ts';
import { api } from './implementer.ts';

type Info = z.infer<(typeof systemContract.info)['~orpc']['outputSchema'] & z.ZodType>;

export interface SystemServices {
  readonly info: () => Promise<Info>;
  readonly disk: Pick<DiskWatch, 'state'>;
  readonly doctor: DoctorService;
  readonly changes: ChangeFeed;
  readonly ticket: () => { url: string; expiresAt: Date };
}

/** The contract's system part: what this engine is, its doctor, and what changed. */
export function systemApi({ info, disk, doctor, changes, ticket }: SystemServices) {
  return {
    info: api.system.info.handler(() => info()),
    disk: api.system.disk.handler(() => ({ level: disk.state.level, disks: [...disk.state.disks] })),
    doctor: api.system.doctor.handler(({ input }) => doctor.examine(input.language)),
    changes: api.system.changes.handler(({ input }) => changes.after(input.after, input.waitMs)),
    ticket: api.system.ticket.handler(() => {
      const { url, expiresAt } = ticket();
      return { url, expiresAt: expiresAt.toISOString() };
    }),
  };
}
