/** Without the blanks at its end; of what stands before `kept`, all was written to stay. */
const ended = (name: string, kept: number) => name.slice(0, kept) + name.slice(kept).trimEnd();

/**
 * Names out of a comma-separated text. Blanks around a name do not count. A backslash takes the comma, the blank or the backslash
 * behind it as it is, so that every name can be written; before anything else it is a backslash.
 */
export function splitNames(text: string): string[] {
  const names: string[] = [];
  let name = '';
  let kept = 0;
  for (const [piece] of text.matchAll(/\\[\\,\s]|[\s\S]/g)) {
    if (piece === ',') {
      names.push(ended(name, kept));
      name = '';
      kept = 0;
    } else if (piece.length === 2) {
      name += piece[1];
      kept = name.length;
    } else if (name !== '' || piece.trim() !== '') name += piece;
  }
  names.push(ended(name, kept));
  return names.filter((one) => one !== '');
}
