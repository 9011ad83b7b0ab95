import type { Profile, ServiceName } from './stack.ts';

/** Whether something is done where the data is, or the data is written out and restored beside it. */
export type UpgradeWay = 'in-place' | 'move';

/** An image of the stack, and what its server writes its data as; null where that is not known. */
interface UpgradeImage {
  readonly reference: string;
  readonly digest: string | null;
  readonly version: string | null;
}

/** What differs between what data was last served by and what this version of the product brings. */
export type UpgradeChange =
  | {
      readonly what: 'image';
      readonly service: ServiceName;
      readonly from: UpgradeImage;
      readonly to: UpgradeImage;
      readonly way: UpgradeWay;
    }
  /** The major version of the embedded server. */
  | { readonly what: 'postgres'; readonly from: string; readonly to: string; readonly way: 'move' }
  | {
      readonly what: 'schema';
      /** Null: nothing of ours is in the database. */
      readonly from: string | null;
      readonly to: string;
      readonly revisions: readonly string[];
      /** Those of them that change rows. */
      readonly changingData: readonly string[];
      readonly way: 'in-place';
    }
  | {
      readonly what: 'collation';
      /** Null: the database's own. */
      readonly name: string | null;
      readonly from: string;
      readonly to: string;
      readonly way: 'in-place';
    };

/** What an upgrade changes, and what it takes. */
export interface UpgradePlan {
  readonly profile: Profile;
  /** Versions of the product: the one that served last, null where nobody knows; and this one. */
  readonly product: { readonly from: string | null; readonly to: string };
  readonly changes: readonly UpgradeChange[];
  /** Null: there is nothing to upgrade. */
  readonly way: UpgradeWay | null;
  /** Whether the database could be read: the stack may be stopped, or its server be of another version than is here. */
  readonly databaseRead: boolean;
  readonly databaseBytes: number | null;
  readonly objectBytes: number | null;
  /** What is written to each disk, and what is free there. */
  readonly room: readonly {
    readonly path: string;
    readonly neededBytes: number;
    readonly freeBytes: number;
  }[];
  /** Estimated; null where there is nothing to go by. */
  readonly estimatedMs: number | null;
  readonly runsUnderWay: number | null;
}
