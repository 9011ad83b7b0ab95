/** A word as a POSIX shell takes it, whatever is in it. */
export const shellWord = (word: string) =>
  /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
