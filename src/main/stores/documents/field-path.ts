import { TrainyardError } from '../../../shared/errors/error.ts';

const segment = '[A-Za-z_][A-Za-z0-9_-]{0,63}';
const pattern = new RegExp(`^${segment}(\\.${segment}){0,7}$`);

/**
 * The segments of a dotted path. Whatever goes into a query's text went through here first.
 * @throws TrainyardError DOCUMENT_FILTER_INVALID
 */
export function fieldSegments(path: string): readonly string[] {
  if (!pattern.test(path)) {
    throw new TrainyardError(
      'DOCUMENT_FILTER_INVALID',
      `${JSON.stringify(path.slice(0, 100))} is no path of a field`,
      'Name one to eight fields, parted by dots; each is a letter or _, then letters, digits, _ and -.',
      { place: { field: path.slice(0, 100) } },
    );
  }
  return path.split('.');
}
