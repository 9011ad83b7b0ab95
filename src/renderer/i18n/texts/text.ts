/** A text in both languages, or the English form for one of something alone: Korean has one form for any number. */
export type Text = readonly [english: string, korean: string] | string;

export interface Texts {
  readonly [key: string]: Text | Texts;
}
