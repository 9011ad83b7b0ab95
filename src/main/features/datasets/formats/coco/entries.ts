/** An id as COCO files have it: a number, or a text that is none. */
export type CocoId = number | string;

/** What makes an annotation useless by itself. */
export type AnnotationFault =
  | 'no_object'
  | 'image_missing'
  | 'category_missing'
  | 'box_missing'
  | 'box_no_numbers';
/** What makes its mask useless; its box may be used all the same. */
export type MaskFault =
  | 'polygon_no_numbers'
  | 'polygon_odd'
  | 'polygon_short'
  | 'runs_malformed'
  | 'runs_sum';

/** How many annotations there are of a kind, and the first of them. */
export interface Counted {
  annotations: number;
  firstId: CocoId | null;
  firstLine: number;
}

/** An image that a file lists, or that its annotations name: then `entry` is null. */
export interface CocoImage extends Counted {
  readonly id: CocoId;
  /** In the spool. */
  readonly number: number;
  entry: {
    readonly fileName: string | null;
    readonly width: number | null;
    readonly height: number | null;
    readonly line: number;
  } | null;
  /** Further entries of the same id that name another file. */
  others: { readonly fileName: string | null; readonly line: number }[];
  /** Whether an annotation of it can't be used. */
  hasRefused: boolean;
}

export interface CocoCategory extends Counted {
  readonly id: CocoId;
  entry: { readonly name: string | null; readonly parent: string | null; readonly line: number } | null;
  /** Further entries of the same id that have another name. */
  others: { readonly name: string | null; readonly line: number }[];
}

/** An annotation, image or category that can't be used, or a mask that can't. */
export interface CocoFault {
  readonly kind: AnnotationFault | MaskFault | 'id_missing';
  readonly id: CocoId | null;
  readonly line: number;
  /** What the fault is about: counts, sizes. */
  readonly numbers: readonly number[];
}

export const noneOf: Readonly<Counted> = { annotations: 0, firstId: null, firstLine: 0 };

/** Counts one more annotation that names it, and keeps which was the first. */
export function count(named: Counted, id: CocoId | null, line: number): void {
  if (named.annotations === 0) {
    named.firstId = id;
    named.firstLine = line;
  }
  named.annotations += 1;
}
