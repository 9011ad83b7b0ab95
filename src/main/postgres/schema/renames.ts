import { keyOf, type SchemaObject } from './objects.ts';

type Pair = readonly [expected: SchemaObject, found: SchemaObject];

/**
 * What was renamed, and all that was found with those names put right: what is printed of other objects names them, too.
 * A table is known by its columns, or by its indexes: no two tables have one of the same name. What stands on a table was renamed where it
 * alone is missing and another one, the same in all else, is alone too much; of several columns, where it stands in the same place.
 */
export function settleNames(
  expected: readonly SchemaObject[],
  found: readonly SchemaObject[],
): { readonly renamed: readonly Pair[]; readonly settled: readonly SchemaObject[] } {
  const tables = pairs(expected, found, ['table'], tableTwins(expected, found));
  const withTables = tables.reduce((all, pair) => all.map((one) => onRenamedTable(one, pair)), found);
  const columns = pairs(expected, withTables, ['column'], isSameButForName);
  const withColumns = columns.reduce((all, pair) => all.map((one) => onRenamedColumn(one, pair)), withTables);
  const others = pairs(expected, withColumns, ['constraint', 'index', 'trigger'], isSameButForName);
  const names = new Map(others.map(([one, other]) => [other, one]));
  const settled = withColumns.map((one) => {
    const meant = names.get(one);
    return meant ? { ...one, ...meant, parts: { ...one.parts, ...meant.parts } } : one;
  });
  return { renamed: [...tables, ...columns, ...others], settled };
}

function pairs(
  expected: readonly SchemaObject[],
  found: readonly SchemaObject[],
  kinds: readonly SchemaObject['kind'][],
  isTwin: (one: SchemaObject, other: SchemaObject) => boolean,
): readonly Pair[] {
  const [wanted, here] = [expected, found].map((all) =>
    all.filter(({ kind, parts }) => kinds.includes(kind) && !(kind === 'index' && parts.constraint)),
  );
  const without = (all: readonly SchemaObject[] = [], others: readonly SchemaObject[] = []) => {
    const keys = new Set(others.map(keyOf));
    return all.filter((one) => !keys.has(keyOf(one)));
  };
  const [missing, added] = [without(wanted, here), without(here, wanted)];
  const isPair = (one: SchemaObject, other: SchemaObject) =>
    one.kind === other.kind && one.table === other.table && isTwin(one, other);
  return missing.flatMap((one) => {
    const twins = added.filter((other) => isPair(one, other));
    const isAlone = (twin: SchemaObject) =>
      twins.length === 1 && missing.filter((other) => isPair(other, twin)).length === 1;
    // A column keeps its place in the table.
    const twin = twins.find(
      (other) => isAlone(other) || (one.parts.place && one.parts.place === other.parts.place),
    );
    return twin ? [[one, twin] as const] : [];
  });
}

function tableTwins(
  expected: readonly SchemaObject[],
  found: readonly SchemaObject[],
): (one: SchemaObject, other: SchemaObject) => boolean {
  const [wanted, here] = [expected, found].map((all) => Map.groupBy(all, ({ table }) => table));
  const on = (all: typeof wanted, { name }: SchemaObject, kind: SchemaObject['kind']) =>
    (all?.get(name) ?? []).filter((one) => one.kind === kind);
  const columnsOf = (all: typeof wanted, table: SchemaObject) =>
    on(all, table, 'column')
      .map((one) => `${one.spelledName} ${one.definition}`)
      .join('\n');
  return (one, other) => {
    const indexes = new Set(on(wanted, one, 'index').map(({ name }) => name));
    if (on(here, other, 'index').some(({ name }) => indexes.has(name))) return true;
    const columns = columnsOf(wanted, one);
    return columns !== '' && columns === columnsOf(here, other);
  };
}

function isSameButForName(one: SchemaObject, other: SchemaObject): boolean {
  // The server's own print of an index or a trigger begins with its name.
  const without = ({ definition, spelledName }: SchemaObject) => definition.replace(` ${spelledName} `, ' ');
  return without(one) === without(other);
}

function onRenamedTable(one: SchemaObject, [to, from]: Pair): SchemaObject {
  const { ownedBy } = one.parts;
  const isIt = one.kind === 'table' && one.name === from.name;
  const stands = one.table === from.name;
  return {
    ...spelledAnew(one, from.spelledName, to.spelledName),
    ...(isIt && { name: to.name, spelledName: to.spelledName }),
    ...(stands && { table: to.name, spelledTable: to.spelledName }),
    ...(ownedBy?.startsWith(`${from.spelledName}.`) && {
      parts: { ...one.parts, ownedBy: `${to.spelledName}${ownedBy.slice(from.spelledName.length)}` },
    }),
  };
}

function onRenamedColumn(one: SchemaObject, [to, from]: Pair): SchemaObject {
  const isIt = one.kind === 'column' && one.table === from.table && one.name === from.name;
  if (isIt) return { ...one, name: to.name, spelledName: to.spelledName };
  const isNamed = one.table === from.table || one.definition.includes(`REFERENCES ${from.spelledTable}(`);
  return isNamed ? spelledAnew(one, from.spelledName, to.spelledName) : one;
}

/** With one name in the place of another in all that is printed of it. */
function spelledAnew(one: SchemaObject, from: string, to: string): SchemaObject {
  if (one.kind === 'function') return one;
  const anew = (text: string) =>
    text
      .split(/("(?:[^"]|"")*"|[\w$]+)/)
      .map((word) => (word === from ? to : word))
      .join('');
  const { statement } = one.parts;
  const parts = statement ? { ...one.parts, statement: anew(statement) } : one.parts;
  return { ...one, definition: anew(one.definition), parts };
}
