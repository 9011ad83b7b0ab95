import { keyOf, type SchemaObject } from './objects.ts';

type Pair = readonly [expected: SchemaObject, found: SchemaObject];

/**
 * What was renamed, and all that was found with those names put right: what is printed of other objects names them, too.
 * A table is known by its columns. Of what stands on a table an object was renamed where it is the only one of its kind that is missing
 * there and another one, the same in all else, is too much.
 */
export function settleNames(
  expected: readonly SchemaObject[],
  found: readonly SchemaObject[],
): { readonly renamed: readonly Pair[]; readonly settled: readonly SchemaObject[] } {
  const tables = pairs(expected, found, ['table'], (one, other) => {
    const columns = [columnsOf(one, expected), columnsOf(other, found)];
    return columns[0] === columns[1] && columns[0] !== '';
  });
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
  return missing.flatMap((one) => {
    const isLike = ({ kind, table }: SchemaObject) => kind === one.kind && table === one.table;
    const twins = added.filter((other) => isLike(other) && isTwin(one, other));
    const isAlone = one.kind === 'table' || missing.filter(isLike).length === 1;
    return isAlone && twins.length === 1 ? [[one, twins[0] as SchemaObject] as const] : [];
  });
}

function columnsOf({ name }: SchemaObject, all: readonly SchemaObject[]): string {
  const columns = all.filter(({ kind, table }) => kind === 'column' && table === name);
  return columns.map((one) => `${one.spelledName} ${one.definition}`).join('\n');
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
