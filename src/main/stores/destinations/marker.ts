import { z } from 'zod';
import { fault } from '../../../shared/errors/catalogue.ts';

/** The file that says whose a destination is. */
export const markerName = 'trainyard-destination.json';

const markerSchema = z.object({ version: z.literal(1), owner: z.uuid(), since: z.iso.datetime() });
type Marker = z.infer<typeof markerSchema>;

/** Whose a place is; null where it is nobody's, or nothing of ours says so. */
function ownerOf(text: string | null): string | null {
  try {
    return markerSchema.parse(JSON.parse(text ?? '')).owner;
  } catch {
    return null;
  }
}

export const markerText = (owner: string): string =>
  `${JSON.stringify({ version: 1, owner, since: new Date().toISOString() } satisfies Marker)}\n`;

/** A place as it was found. */
interface Found {
  /** As people write it. */
  readonly place: string;
  /** What its marker says; null where there is none. */
  readonly marker: string | null;
}

interface Claim extends Found {
  readonly owner: string;
  readonly takesOver: boolean;
  /** Names of what lies there. */
  readonly names: readonly string[];
  /** Whether a name is one that copies have there. */
  readonly isOfCopies: (name: string) => boolean;
}

/**
 * Whether a place is the owner's already; else it may be made so.
 * @throws TrainyardError DESTINATION_NOT_EMPTY, DESTINATION_TAKEN
 */
export function isClaimed({ place, marker, owner, takesOver, names, isOfCopies }: Claim): boolean {
  if (ownerOf(marker) === owner) return true;
  const others = names.filter((name) => name !== markerName);
  if (marker === null && !others.every(isOfCopies)) throw fault('DESTINATION_NOT_EMPTY', { place });
  if (names.length > 0 && !takesOver) throw fault('DESTINATION_TAKEN', { place });
  return false;
}

/** @throws TrainyardError DESTINATION_AWAY, DESTINATION_TAKEN */
export function requireOwner({ place, marker }: Found, owner: string): void {
  if (marker === null) throw fault('DESTINATION_AWAY', { place });
  if (ownerOf(marker) !== owner) throw fault('DESTINATION_TAKEN', { place });
}
