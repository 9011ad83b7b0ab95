import { fault } from '../../../shared/errors/catalogue.ts';

const segment = '[A-Za-z_][A-Za-z0-9_-]{0,63}';
const pattern = new RegExp(`^${segment}(\\.${segment}){0,7}$`);

/**
 * The segments of a dotted path. Whatever goes into a query's text went through here first.
 * @throws TrainyardError DOCUMENT_FILTER_INVALID
 */
export function fieldSegments(path: string): readonly string[] {
  if (!pattern.test(path)) {
    const what = `${JSON.stringify(path.slice(0, 100))} is no path of a field`;
    throw fault('DOCUMENT_FILTER_INVALID', { what }, { place: { field: path.slice(0, 100) } });
  }
  return path.split('.');
}
