import { statusWords } from '../../../shared/format/status.ts';

/** A text in both languages, or the English form for one of something alone: Korean has one form for any number. */
export type Text = readonly [english: string, korean: string] | string;

export interface Texts {
  readonly [key: string]: Text | Texts;
}

/** A text that begins a line by itself. */
export const capitalised = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Statuses as badges have them: the same words as the command line's. */
export function statusTexts<Status extends keyof typeof statusWords>(
  ...statuses: readonly Status[]
): Record<Status, Text>;
export function statusTexts(...statuses: readonly (keyof typeof statusWords)[]): Texts {
  const badge = ({ en, ko }: { en: string; ko: string }): Text => [capitalised(en), ko];
  return Object.fromEntries(statuses.map((status) => [status, badge(statusWords[status])]));
}
