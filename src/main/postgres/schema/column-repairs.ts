import type { SchemaObject } from './objects.ts';

/** How SQL spells a column with its table, as a sequence names whose it is. */
const placeOf = ({ spelledTable, spelledName }: SchemaObject) => `${spelledTable}.${spelledName}`;

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A column as `CREATE TABLE` and `ADD COLUMN` name it. @param all whatever is expected */
export function columnOf(column: SchemaObject, all: readonly SchemaObject[]): string {
  const { collation, notNull, generated, identity, default: usual, type } = column.parts;
  const sequence = sequenceOf(column, all);
  return [
    ...[column.spelledName, type],
    collation && `COLLATE ${collation}`,
    generated && `GENERATED ALWAYS AS (${generated}) STORED`,
    identity && identityOf(identity, sequence),
    usual && `DEFAULT ${usual}`,
    notNull && 'NOT NULL',
  ]
    .filter(Boolean)
    .join(' ');
}

const sequenceOf = (column: SchemaObject, all: readonly SchemaObject[]) =>
  all.find((one) => one.kind === 'sequence' && one.parts.ownedBy === placeOf(column));

function identityOf(kind: string, sequence: SchemaObject | undefined): string {
  const options = sequence ? ` (SEQUENCE NAME ${sequence.spelledName} ${sequence.parts.options})` : '';
  return `GENERATED ${kind} AS IDENTITY${options}`;
}

/** @param all whatever is expected @param missing what of it is not there */
export function columnWithSequence(
  column: SchemaObject,
  all: readonly SchemaObject[],
  missing: readonly SchemaObject[],
): readonly string[] {
  const sequence = column.parts.identity === null ? sequenceOf(column, missing) : undefined;
  return [
    `ALTER TABLE ${column.spelledTable} ADD COLUMN ${columnOf(column, all)}`,
    ...(sequence ? [`ALTER SEQUENCE ${sequence.spelledName} OWNED BY ${placeOf(column)}`] : []),
  ];
}

/** A sequence whose column is missing becomes the column's with it; another one goes on after the numbers that are taken. */
export function sequenceToAdd(
  { spelledName: name, definition, parts }: SchemaObject,
  missing: readonly SchemaObject[],
): readonly string[] {
  const { ownedBy, options } = parts;
  const create = `CREATE SEQUENCE ${name} AS ${definition} ${options}`;
  const isLater = missing.some((one) => one.kind === 'column' && placeOf(one) === ownedBy);
  if (!ownedBy || isLater) return [create];
  // Neither a table's nor a column's name of ours has a dot.
  const [table, column] = ownedBy.split('.');
  return [
    create,
    `ALTER SEQUENCE ${name} OWNED BY ${ownedBy}`,
    `SELECT setval(${literal(name)}, max(${column})) FROM ${table}`,
  ];
}

export function columnChanges(found: SchemaObject, expected: SchemaObject): readonly string[] {
  const { parts, spelledName: name, spelledTable: table } = expected;
  const differs = (...names: readonly string[]) => names.some((one) => parts[one] !== found.parts[one]);
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${name}`;
  // What it holds is worked out from other columns; what it held stays where it is that no more.
  if (parts.generated !== null && differs('generated', 'type', 'collation'))
    return [`ALTER TABLE ${table} DROP COLUMN ${name}`, ...columnWithSequence(expected, [], [])];
  const collation = parts.collation === null ? '' : ` COLLATE ${parts.collation}`;
  const { type, identity, notNull, default: usual } = parts;
  const had = found.parts.default;
  const retyped = differs('type', 'collation');
  return [
    ...(found.parts.generated === null ? [] : [`${alter} DROP EXPRESSION`]),
    ...(had !== null && (differs('default') || retyped) ? [`${alter} DROP DEFAULT`] : []),
    ...(found.parts.identity !== null && identity === null ? [`${alter} DROP IDENTITY`] : []),
    ...(retyped ? [`${alter} TYPE ${type}${collation} USING ${name}::${wayTo(type)}`] : []),
    ...(usual !== null && (differs('default') || retyped) ? [`${alter} SET DEFAULT ${usual}`] : []),
    ...(differs('notNull') ? [`${alter} ${notNull === null ? 'DROP' : 'SET'} NOT NULL`] : []),
    ...(identity !== null && differs('identity') ? identityChanges(alter, found, expected) : []),
  ];
}

/** A cast to a shorter text cuts off what is too long; without one the server refuses it. */
const wayTo = (type: string | null | undefined) =>
  /^character( varying)?\(\d+\)$/.test(type ?? '') ? 'text' : type;

function identityChanges(
  alter: string,
  { parts }: SchemaObject,
  { parts: { identity }, spelledName: name, spelledTable: table }: SchemaObject,
): readonly string[] {
  if (parts.identity !== null) return [`${alter} SET GENERATED ${identity}`];
  const column = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  return [
    `${alter} ADD GENERATED ${identity} AS IDENTITY`,
    `SELECT setval(pg_get_serial_sequence(${literal(table ?? '')}, ${literal(column)}), max(${name})) FROM ${table}`,
  ];
}

/** Whether a column's values are rounded by its new type. */
export function isRounded(found: SchemaObject, expected: SchemaObject): boolean {
  const [from = '', to = ''] = [found.parts.type ?? '', expected.parts.type ?? ''];
  if (found.kind !== 'column' || from === to || /^(smallint|integer|bigint)/.test(from)) return false;
  const scaleOf = (type: string) => Number(/^numeric\(\d+,(-?\d+)\)$/.exec(type)?.[1] ?? Number.NaN);
  if (scaleOf(from) <= scaleOf(to)) return false;
  return /^(smallint|integer|bigint|numeric|real|double|date|time)/.test(to) && !/^date/.test(from);
}

export function sequenceChanges(found: SchemaObject, expected: SchemaObject): readonly string[] {
  const { parts, spelledName: name, definition } = expected;
  const type = definition === found.definition ? '' : ` AS ${definition}`;
  const isOther = type !== '' || parts.options !== found.parts.options;
  return [
    ...(isOther ? [`ALTER SEQUENCE ${name}${type} ${parts.options}`] : []),
    ...(parts.ownedBy === found.parts.ownedBy
      ? []
      : [`ALTER SEQUENCE ${name} OWNED BY ${parts.ownedBy ?? 'NONE'}`]),
  ];
}
