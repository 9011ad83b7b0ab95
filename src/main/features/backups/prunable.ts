import { type Retention, removable } from '../../../shared/model/retention.ts';
import { listSnapshots } from '../../stores/snapshots/snapshot-folder.ts';

/** A snapshot by what people know it by. */
interface Named {
  readonly id: string;
  /** Null where its manifest cannot be read. */
  readonly at: string | null;
}

/**
 * What retention removes of the snapshots in a folder, the oldest first, and what stays, the newest first.
 * @param isCounted which it looks at; the others are not in the answer
 */
export async function prunable(
  folder: string,
  keep: Retention,
  isCounted: (id: string) => boolean = () => true,
): Promise<{ readonly removed: readonly Named[]; readonly kept: readonly Named[] }> {
  const snapshots = (await listSnapshots(folder)).filter(({ id }) => isCounted(id));
  const named = snapshots.map(({ id, manifest }) => ({ id, at: manifest?.at ?? null }));
  const ids = removable(
    snapshots.map(({ id, manifest, proof }) => ({
      ...{ id, at: manifest?.at ?? '' },
      isVerified: manifest !== null && proof.verifiedAt !== null,
      isProven: manifest !== null && proof.provenAt !== null,
    })),
    keep,
  );
  return {
    removed: ids.flatMap((id) => named.filter((one) => one.id === id)),
    kept: named.filter(({ id }) => !ids.includes(id)),
  };
}
