import { fieldSegments } from '../field-path.ts';
import { wholeNumber } from '../filter-values.ts';
import type { CollectionName, FindOptions } from '../ports.ts';
import { indexedExpression, indexedValue } from './indexes.ts';
import type { Parameters } from './parameters.ts';

/** ORDER BY, LIMIT and OFFSET of a search over `documents AS d`. @throws TrainyardError DOCUMENT_FILTER_INVALID */
export function orderAndPage(
  collection: CollectionName,
  options: FindOptions,
  parameters: Parameters,
): string {
  const keys = (options.sort ?? []).flatMap(({ field, order }) => {
    const direction = order === 'desc' ? 'DESC NULLS LAST' : 'ASC NULLS FIRST';
    // As its index has it. Nothing is missing there, so where nulls would go is left unsaid.
    if (indexedValue(collection, field) === 'time')
      return [`${indexedExpression(field)} ${order === 'desc' ? 'DESC' : 'ASC'}`];
    return sortKeys(field, parameters).map((key) => `${key} ${direction}`);
  });
  const { limit, offset } = options;
  return [
    `ORDER BY ${[...keys, 'd.id COLLATE "C"'].join(', ')}`,
    limit === undefined ? '' : `LIMIT ${parameters.add(wholeNumber('limit', limit))}`,
    offset === undefined ? '' : `OFFSET ${parameters.add(wholeNumber('offset', offset))}`,
  ].join(' ');
}

/** Rank of the type (MongoDB's order), then the number, then the text: jsonb's own order puts numbers behind strings. */
function sortKeys(field: string, parameters: Parameters): string[] {
  const path = `${parameters.add(fieldSegments(field))}::text[]`;
  const value = `(d.body #> ${path})`;
  const text = `(d.body #>> ${path})`;
  const type = `jsonb_typeof(${value})`;
  return [
    `CASE ${type} WHEN 'number' THEN 2 WHEN 'string' THEN 3 WHEN 'object' THEN 4 WHEN 'array' THEN 5 WHEN 'boolean' THEN 6 ELSE 1 END`,
    `CASE WHEN ${type} = 'number' THEN ${text}::numeric END`,
    `CASE WHEN ${type} IN ('string', 'boolean') THEN ${text} END COLLATE "C"`,
  ];
}
