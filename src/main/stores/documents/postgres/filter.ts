import { toJsonbString, toJsonbText } from '../../../postgres/jsonb-text.ts';
import { fieldSegments } from '../field-path.ts';
import { checkedBound, checkedScalar, noTextIndex } from '../filter-values.ts';
import type { CollectionName, DocumentFilter } from '../ports.ts';
import {
  indexedExpression,
  indexedValue,
  outermostExpression,
  textField,
  wordsExpression,
} from './indexes.ts';
import type { Parameters } from './parameters.ts';

/** A document that has not expired. `clock_timestamp`: a statement that waited for a lock sees the time it is then. */
export const isLive = '(d.expires_at IS NULL OR d.expires_at > clock_timestamp())';

/**
 * The condition of a filter as SQL over `documents AS d`. Fields that an index has are compared by its expression, all others by
 * SQL/JSON paths; both mean the same. Paths and values travel as parameters; only declared fields stand in the text.
 * @throws TrainyardError DOCUMENT_FILTER_INVALID
 */
export function filterCondition(
  collection: CollectionName,
  filter: DocumentFilter,
  parameters: Parameters,
): string {
  const conditions = [`d.collection = '${collection}'`, isLive];
  for (const [field, value] of Object.entries(filter.equals ?? {})) {
    conditions.push(equals(collection, field, checkedScalar(field, value), parameters));
  }
  for (const [field, { from, to }] of Object.entries(filter.range ?? {})) {
    fieldSegments(field);
    if (from !== undefined) conditions.push(bound(collection, field, '>=', from, parameters));
    if (to !== undefined) conditions.push(bound(collection, field, '<', to, parameters));
  }
  if (filter.text !== undefined) conditions.push(holdsWords(collection, filter.text, parameters));
  return conditions.join(' AND ');
}

function equals(
  collection: CollectionName,
  field: string,
  value: string | number | boolean | null,
  parameters: Parameters,
): string {
  const path = jsonPath(field);
  const json = toJsonbText(JSON.stringify(value));
  if (field === 'id') {
    return typeof value === 'string' ? `d.id = ${parameters.add(toJsonbString(value))}` : 'false';
  }
  const holds = indexedValue(collection, field);
  if (holds === 'string' || holds === 'time') {
    return `${indexedExpression(field)} = ${parameters.add(json)}::jsonb`;
  }
  if (holds === 'strings' && typeof value === 'string') {
    return `${indexedExpression(field)} @> ${parameters.add(json)}::jsonb`;
  }
  // A filter opens an array once, and a comparison would open the arrays in it: MongoDB looks no deeper than its elements.
  const same = pathExists(`${path} ? (@.type() != "array" && @ == $value)`, { value: json }, parameters);
  return value === null ? `(${[same, ...missing(field, parameters)].join(' OR ')})` : same;
}

/** Conditions under which some document on the way lacks the next field, or something on the way is neither document nor array. */
function missing(field: string, parameters: Parameters): string[] {
  const segments = fieldSegments(field);
  return segments.flatMap((segment, depth) => {
    const way = jsonPathOf(segments.slice(0, depth));
    const lacks = `${way} ? (@.type() == "object" && !exists(@."${segment}"))`;
    const isScalar = `${way}.type() ? (@ != "object" && @ != "array")`;
    return [lacks, isScalar].map((path) => pathExists(path, {}, parameters));
  });
}

function bound(
  collection: CollectionName,
  field: string,
  operator: '>=' | '<',
  value: string | number,
  parameters: Parameters,
): string {
  checkedBound(field, value);
  // By the primary key, so that the pages of a whole collection each begin where the last one ended.
  if (field === 'id' && typeof value === 'string') {
    return `d.id COLLATE "C" ${operator} ${parameters.add(toJsonbString(value))}`;
  }
  const holds = typeof value === 'string' ? indexedValue(collection, field) : undefined;
  if (holds === 'time') {
    return `${indexedExpression(field)} ${operator} ${parameters.add(toJsonbText(JSON.stringify(value)))}::jsonb`;
  }
  if (holds === 'times') {
    // Some value is at least `from` exactly where the last one is; some is below `to` where the first one is.
    const outermost = outermostExpression(operator === '<' ? 'first' : 'last', field);
    return `${outermost} ${operator} ${parameters.add(toJsonbString(String(value)))}`;
  }
  const json = toJsonbText(JSON.stringify(value));
  return pathExists(
    `${jsonPath(field)} ? (@.type() != "array" && @ ${operator} $value)`,
    { value: json },
    parameters,
  );
}

function holdsWords(collection: CollectionName, text: string, parameters: Parameters): string {
  const field = textField(collection);
  if (!field) throw noTextIndex(collection);
  const words = parameters.add(text.toWellFormed().replaceAll('\0', ' '));
  return `${wordsExpression(field)} @@ plainto_tsquery('simple', regexp_replace(${words}, '[^[:alnum:]]+', ' ', 'g'))`;
}

function pathExists(
  path: string,
  variables: Readonly<Record<string, string>>,
  parameters: Parameters,
): string {
  const json = Object.entries(variables).map(([name, text]) => `"${name}":${text}`);
  return `jsonb_path_exists(d.body, ${parameters.add(path)}::jsonpath, ${parameters.add(`{${json.join()}}`)}::jsonb)`;
}

function jsonPath(field: string): string {
  return jsonPathOf(fieldSegments(field));
}

function jsonPathOf(segments: readonly string[]): string {
  return `$${segments.map((segment) => `."${segment}"`).join('')}`;
}
