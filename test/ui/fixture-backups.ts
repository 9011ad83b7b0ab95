import { ORPCError } from '@orpc/server';
import { os } from './fixture-api.ts';

const absent = () =>
  new ORPCError('SNAPSHOT_OPERATION_UNKNOWN', {
    status: 404,
    message: 'The fixture makes no snapshots',
    data: { hint: 'Look at the list of snapshots.', place: {} },
  });

/** Snapshots: none. */
export function fixtureBackups() {
  const { backups } = os;
  return {
    list: backups.list.handler(() => ({ snapshots: [] })),
    create: backups.create.handler(() => {
      throw absent();
    }),
    progress: backups.progress.handler(() => {
      throw absent();
    }),
  };
}
