/** How far a copy is: of a table, collection or bucket (`what`), in rows, documents or objects. `total` null: not known yet. */
export interface CopyProgress {
  readonly step: 'checking' | 'copying' | 'comparing';
  readonly what: string;
  readonly done: number;
  readonly total: number | null;
}

export type OnCopyProgress = (event: CopyProgress) => void;

/** What a copy moved: `copied` of `count` were not there yet. The hash is the same on both sides. */
export interface CopyResult {
  readonly count: number;
  readonly copied: number;
  readonly sha256: string;
}
