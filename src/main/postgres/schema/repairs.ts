import type { SchemaObject } from './objects.ts';

type Parts = SchemaObject['parts'];

/** @param all whatever is expected: a table is made with what stands on it */
export function commandsToAdd(one: SchemaObject, all: readonly SchemaObject[]): readonly string[] {
  const { kind, parts, spelledName: name, spelledTable: table, definition } = one;
  switch (kind) {
    case 'table':
      return parts.query === null ? tableWithAll(one, all) : [viewOf(one)];
    case 'sequence':
      return [
        `CREATE SEQUENCE ${name} AS ${definition} ${parts.options}`,
        ...(parts.ownedBy === null ? [] : [`ALTER SEQUENCE ${name} OWNED BY ${parts.ownedBy}`]),
      ];
    case 'column':
      return [`ALTER TABLE ${table} ADD COLUMN ${columnOf(one, all)}`];
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
    case 'sequence':
    case 'function':
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

/** @param found what stands there @param expected what is to stand there, under the same name */
export function commandsToChange(found: SchemaObject, expected: SchemaObject): readonly string[] {
  const { kind, parts, spelledName: name, spelledTable: table, definition } = expected;
  const owner =
    parts.owner === found.parts.owner
      ? []
      : [`ALTER ${kind === 'function' ? 'FUNCTION' : 'TABLE'} ${name} OWNER TO ${parts.owner}`];
  switch (kind) {
    case 'table':
      return [...owner, ...tableChanges(found, expected)];
    case 'sequence':
      return [...owner, ...sequenceChanges(found, expected)];
    case 'column':
      return columnChanges(found, expected);
    case 'function':
      return definition === found.definition ? owner : [statementOf(expected), ...owner];
    case 'constraint':
      if (found.definition === `${definition} NOT VALID`)
        return [`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`];
      return [...commandsToDrop(found), ...commandsToAdd(expected, [])];
    case 'index':
      if (found.definition === `${definition} INVALID`) return [`REINDEX INDEX ${name}`];
      return [...commandsToDrop(found), statementOf(expected)];
    case 'trigger':
      if (found.definition === `${definition} DISABLED`)
        return [`ALTER TABLE ${table} ENABLE TRIGGER ${name}`];
      return [...commandsToDrop(found), statementOf(expected)];
    case 'policy':
    case 'rule':
      return [...commandsToDrop(found), ...commandsToAdd(expected, [])];
  }
}

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

function columnOf({ spelledName, spelledTable, parts }: SchemaObject, all: readonly SchemaObject[]): string {
  const { collation, notNull, generated, identity, default: usual } = parts;
  const sequence = all.find(
    (one) => one.kind === 'sequence' && one.parts.ownedBy === `${spelledTable}.${spelledName}`,
  );
  return [
    ...[spelledName, parts.type],
    collation && `COLLATE ${collation}`,
    generated && `GENERATED ALWAYS AS (${generated}) STORED`,
    identity && identityOf(identity, sequence),
    usual && `DEFAULT ${usual}`,
    notNull && 'NOT NULL',
  ]
    .filter(Boolean)
    .join(' ');
}

function identityOf(kind: string, sequence: SchemaObject | undefined): string {
  const options = sequence ? ` (SEQUENCE NAME ${sequence.spelledName} ${sequence.parts.options})` : '';
  return `GENERATED ${kind} AS IDENTITY${options}`;
}

function columnChanges(found: SchemaObject, expected: SchemaObject): readonly string[] {
  const { parts, spelledName: name, spelledTable: table } = expected;
  const differs = (...names: readonly string[]) => names.some((one) => parts[one] !== found.parts[one]);
  // What it holds is worked out from other columns.
  if (differs('generated') || (parts.generated !== null && differs('type', 'collation')))
    return [...commandsToDrop(found), ...commandsToAdd(expected, [])];
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${name}`;
  const collation = parts.collation === null ? '' : ` COLLATE ${parts.collation}`;
  const { type, identity, notNull, default: usual } = parts;
  const had = found.parts.default;
  const retyped = differs('type', 'collation');
  return [
    ...(had !== null && (differs('default') || retyped) ? [`${alter} DROP DEFAULT`] : []),
    ...(found.parts.identity !== null && identity === null ? [`${alter} DROP IDENTITY`] : []),
    ...(retyped ? [`${alter} TYPE ${type}${collation} USING ${name}::${type}`] : []),
    ...(usual !== null && (differs('default') || retyped) ? [`${alter} SET DEFAULT ${usual}`] : []),
    ...(differs('notNull') ? [`${alter} ${notNull === null ? 'DROP' : 'SET'} NOT NULL`] : []),
    ...(identity !== null && differs('identity')
      ? [
          `${alter} ${found.parts.identity === null ? 'ADD' : 'SET'} GENERATED ${identity}${found.parts.identity === null ? ' AS IDENTITY' : ''}`,
        ]
      : []),
  ];
}

function sequenceChanges(found: SchemaObject, expected: SchemaObject): readonly string[] {
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
