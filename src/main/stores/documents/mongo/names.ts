/**
 * How strings and field names stand in MongoDB, which keeps UTF-8: half of a surrogate pair stands as U+001A (the control character
 * "substitute") and its four hexadecimal digits, and so does U+001A itself. In names also what MongoDB gives a meaning of its own:
 * NUL (ends a name), `.` (parts a path), `$` at the beginning (an operator), and `_bsontype` (the driver's mark of its own types).
 * Everything else stands as it is, so that people who look with mongosh read what was written.
 */
const substitute = '\u001a';
const oddInText = new RegExp(`[${substitute}\\p{Cs}]`, 'gu');
const oddInName = new RegExp(`[\0.${substitute}\\p{Cs}]|^\\$|^_(?=bsontype$)`, 'gu');
const escaped = new RegExp(`${substitute}([0-9a-f]{4})`, 'g');

const escapeUnit = (unit: string) => `${substitute}${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const unescapeUnit = (_found: string, unit: string) => String.fromCharCode(Number.parseInt(unit, 16));

/** A text as MongoDB can store it: lone surrogates are escaped. */
export function toStoredText(text: string): string {
  return text.isWellFormed() && !text.includes(substitute) ? text : text.replace(oddInText, escapeUnit);
}

/** The text behind {@link toStoredText}. */
export function fromStoredText(text: string): string {
  return text.includes(substitute) ? text.replace(escaped, unescapeUnit) : text;
}

/** A field's name as MongoDB can store it. */
export function toStoredName(name: string): string {
  return name.replace(oddInName, escapeUnit);
}

/** A field of the document itself: there `id` is MongoDB's `_id`, and a field that is called `_id` makes room for it. */
export function toTopName(name: string): string {
  if (name === 'id') return '_id';
  return name === '_id' ? `${escapeUnit('_')}id` : toStoredName(name);
}
