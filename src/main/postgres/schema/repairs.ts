import {
  columnChanges,
  columnOf,
  columnWithSequence,
  sequenceChanges,
  sequenceToAdd,
} from './column-repairs.ts';
import type { SchemaObject } from './objects.ts';

type Parts = SchemaObject['parts'];

/** @param all whatever is expected: a table is made with what stands on it @param missing what of it is not there */
export function commandsToAdd(
  one: SchemaObject,
  all: readonly SchemaObject[],
  missing: readonly SchemaObject[] = [],
): readonly string[] {
  const { kind, parts, spelledName: name, spelledTable: table, definition } = one;
  switch (kind) {
    case 'table':
      return parts.query === null ? tableWithAll(one, all) : [viewOf(one)];
    case 'sequence':
      return sequenceToAdd(one, missing);
    case 'column':
      return columnWithSequence(one, all, missing);
    case 'constraint':
      return [`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`];
    case 'function':
    case 'index':
    case 'trigger':
      return [statementOf(one)];
    case 'policy':
    case 'rule':
      // The migrations have none; the server prints a rule whole.
      return kind === 'rule' ? [definition] : [];
  }
}

export function commandsToDrop({
  kind,
  definition,
  spelledName: name,
  spelledTable: table,
}: SchemaObject): readonly string[] {
  switch (kind) {
    case 'table':
      return [
        `DROP ${definition === 'v' ? 'VIEW' : definition === 'm' ? 'MATERIALIZED VIEW' : 'TABLE'} ${name}`,
      ];
    case 'column':
      return [`ALTER TABLE ${table} DROP COLUMN ${name}`];
    case 'constraint':
      return [`ALTER TABLE ${table} DROP CONSTRAINT ${name}`];
    case 'function':
      return [`DROP ROUTINE ${name}`];
    case 'sequence':
    case 'index':
      return [`DROP ${kind.toUpperCase()} ${name}`];
    case 'trigger':
    case 'policy':
    case 'rule':
      return [`DROP ${kind.toUpperCase()} ${name} ON ${table}`];
  }
}

export function commandsToRename(
  { kind, spelledName: from, spelledTable: table }: SchemaObject,
  { spelledName: to }: SchemaObject,
): readonly string[] {
  if (kind === 'index') return [`ALTER INDEX ${from} RENAME TO ${to}`];
  if (kind === 'table') return [`ALTER TABLE ${from} RENAME TO ${to}`];
  if (kind === 'trigger') return [`ALTER TRIGGER ${from} ON ${table} RENAME TO ${to}`];
  return [`ALTER TABLE ${table} RENAME ${kind.toUpperCase()} ${from} TO ${to}`];
}

/**
 * @param found what stands there @param expected what is to stand there, under the same name
 * @param keys the keys found that lead to it
 */
export function commandsToChange(
  found: SchemaObject,
  expected: SchemaObject,
  keys: readonly SchemaObject[],
): readonly string[] {
  const { kind, parts, spelledName: name, spelledTable: table, definition } = expected;
  const owner =
    parts.owner === found.parts.owner || isColumns(found)
      ? []
      : [`ALTER ${kind === 'function' ? 'ROUTINE' : 'TABLE'} ${name} OWNER TO ${parts.owner}`];
  switch (kind) {
    case 'table':
      return [...owner, ...tableChanges(found, expected)];
    case 'sequence':
      return [...owner, ...sequenceChanges(found, expected)];
    case 'column':
      return columnChanges(found, expected);
    case 'function':
      if (definition === found.definition) return owner;
      // The server replaces no function by one that takes or answers something else.
      if (parts.takes !== found.parts.takes || parts.returns !== found.parts.returns)
        return [...commandsToDrop(found), statementOf(expected)];
      return [statementOf(expected), ...owner];
    case 'constraint':
      if (found.definition === `${definition} NOT VALID`)
        return [`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`];
      if (found.definition === definition) return found.parts.disabled?.split(';\n') ?? [];
      return [
        ...keys.flatMap(commandsToDrop),
        ...[...commandsThatClear(found), ...commandsToAdd(expected, [])],
        ...keys.flatMap((one) => commandsToAdd(one, [])),
      ];
    case 'index':
      // That of a partitioned table lacks indexes of partitions then, which reindexing does not make.
      if (found.definition === `${definition} INVALID` && !parts.partitioned)
        return [`REINDEX INDEX ${name}`];
      return [...commandsThatClear(found), statementOf(expected)];
    case 'trigger':
      return [
        ...(found.parts.statement === parts.statement
          ? []
          : [...commandsThatClear(found), statementOf(expected)]),
        ...(found.parts.statement === parts.statement || parts.state !== 'ENABLE'
          ? [`ALTER TABLE ${table} ${parts.state} TRIGGER ${name}`]
          : []),
      ];
    case 'policy':
    case 'rule':
      return [...commandsToDrop(found), ...commandsToAdd(expected, [])];
  }
}

/** Whether it is a sequence of a column: whose it is follows from the table. */
export const isColumns = ({ kind, parts }: SchemaObject) => kind === 'sequence' && parts.ownedBy !== null;

/** It may have gone already, with a column of nobody's that it names. */
const commandsThatClear = (found: SchemaObject) =>
  commandsToDrop(found).map((one) => one.replace(/ DROP CONSTRAINT |^DROP (INDEX|TRIGGER) /, '$&IF EXISTS '));

const statementOf = ({ parts }: SchemaObject) => (parts.statement ?? '').trimEnd();

function viewOf({ spelledName, definition, parts }: SchemaObject): string {
  return `CREATE ${definition === 'm' ? 'MATERIALIZED ' : ''}VIEW ${spelledName} AS ${parts.query}`;
}

function tableWithAll(table: SchemaObject, all: readonly SchemaObject[]): readonly string[] {
  const { parts, spelledName: name } = table;
  const on = all.filter((one) => one.table === table.name);
  const of = (kind: SchemaObject['kind']) => on.filter((one) => one.kind === kind);
  const columns = of('column');
  const sequences = all.filter(
    ({ kind, parts: { identity, ownedBy } }) =>
      kind === 'sequence' && identity === null && ownedBy?.startsWith(`${name}.`),
  );
  const keys = of('constraint').filter((one) => one.parts.type !== 'f');
  // A table that refers to itself has the other end there.
  const own = of('constraint').filter(
    (one) => one.parts.type === 'f' && one.definition.includes(`REFERENCES ${name}(`),
  );
  const options = parts.options === '' ? '' : ` WITH (${parts.options})`;
  const partitioned = parts.partitionBy === null ? '' : ` PARTITION BY ${parts.partitionBy}`;
  const lines = columns.map((one) => `    ${columnOf(one, all)}`);
  return [
    ...sequences.map((one) => commandsToAdd(one, all)[0] as string),
    `CREATE ${parts.logged === 'not' ? 'UNLOGGED ' : ''}TABLE ${name} (\n${lines.join(',\n')}\n)${partitioned}${options}`,
    ...sequences.map(
      ({ spelledName, parts: { ownedBy } }) => `ALTER SEQUENCE ${spelledName} OWNED BY ${ownedBy}`,
    ),
    ...keys.flatMap((one) => commandsToAdd(one, all)),
    ...own.flatMap((one) => commandsToAdd(one, all)),
    ...of('index')
      .filter((one) => one.parts.constraint === null)
      .map(statementOf),
    ...of('trigger').map(statementOf),
  ];
}

function tableChanges(found: SchemaObject, expected: SchemaObject): readonly string[] {
  const { parts, spelledName: name } = expected;
  if (parts.query !== found.parts.query) return [...commandsToDrop(found), ...commandsToAdd(expected, [])];
  const alter = `ALTER TABLE ${name}`;
  return [
    ...(parts.logged === found.parts.logged
      ? []
      : [`${alter} SET ${parts.logged === 'not' ? 'UNLOGGED' : 'LOGGED'}`]),
    ...optionChanges(alter, found.parts, parts),
    ...(['enabled', 'forced'] as const).flatMap((state) => rowSecurity(alter, state, found.parts, parts)),
  ];
}

/** Storage parameters: those that nobody expects go back to the server's defaults. */
function optionChanges(alter: string, found: Parts, expected: Parts): readonly string[] {
  if (found.options === expected.options) return [];
  const listed = (parts: Parts) => (parts.options ?? '').split(', ').filter((one) => one !== '');
  const names = new Set(listed(expected).map((one) => one.split('=')[0]));
  const reset = listed(found)
    .map((one) => one.split('=')[0])
    .filter((one) => !names.has(one));
  return [
    ...(reset.length === 0 ? [] : [`${alter} RESET (${reset.join(', ')})`]),
    ...(names.size === 0 ? [] : [`${alter} SET (${listed(expected).join(', ')})`]),
  ];
}

function rowSecurity(
  alter: string,
  state: 'enabled' | 'forced',
  found: Parts,
  expected: Parts,
): readonly string[] {
  const [was, is] = [found, expected].map(({ rowSecurity: text }) => (text ?? '').includes(state));
  if (was === is) return [];
  if (state === 'forced') return [`${alter} ${is ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`];
  return [`${alter} ${is ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`];
}
