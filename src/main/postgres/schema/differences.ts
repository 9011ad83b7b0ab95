import { objectKinds } from '../../../shared/model/drift.ts';
import { isRounded } from './column-repairs.ts';
import { keyOf, type ObjectKind, type SchemaObject } from './objects.ts';
import { settleNames } from './renames.ts';
import { commandsToAdd, commandsToChange, commandsToDrop, commandsToRename, isColumns } from './repairs.ts';

/** How an object of a schema differs from what it should be. */
export interface Difference {
  readonly kind: ObjectKind;
  /** `workflows.status`, `ensure_metrics_partitions(timestamp with time zone,timestamp with time zone)`. */
  readonly name: string;
  readonly change: 'missing' | 'changed' | 'added' | 'renamed';
  /** As the server prints it; of what was changed, by what differs (`type text, default none`). Null where there is none. */
  readonly expected: string | null;
  readonly found: string | null;
  /** In SQL: makes of what was found what is expected, one after the other. */
  readonly commands: readonly string[];
  /** Whether they remove data. */
  readonly losesData: boolean;
}

interface Options {
  /** Whether tables, functions and sequences that nobody expects count, too: they may be somebody else's. */
  readonly withStrangers: boolean;
}

/**
 * What differs, in an order in which the commands can be run: a name has to be free before it is taken.
 * @param found of these everything counts that stands on an expected table
 */
export function differencesOf(
  expected: readonly SchemaObject[],
  found: readonly SchemaObject[],
  { withStrangers }: Options,
): Difference[] {
  const { renamed, settled } = settleNames(expected, found);
  const wanted = byKey(expected);
  const here = byKey(settled);
  const missing = [...wanted.values()].filter((one) => !here.has(keyOf(one)) && !comesWithColumn(one));
  const added = [...here.values()].filter((one) => !wanted.has(keyOf(one)) && !comesWithColumn(one));
  const tables = new Set(tableNames(expected));
  const [gone, strangers] = [new Set(tableNames(missing)), new Set(tableNames(added))];
  const isOurs = (one: SchemaObject) => withStrangers || (one.table !== null && tables.has(one.table));
  const changed = [...wanted].flatMap(([key, one]) => {
    const other = here.get(key);
    const isOther = other && !isSame(one, other) && comesWithColumn(one) === comesWithColumn(other);
    return isOther ? [[one, other] as const] : [];
  });
  const columns = new Set(
    added
      .filter(({ kind }) => kind === 'column')
      .map(({ spelledTable, spelledName }) => `${spelledTable}.${spelledName}`),
  );
  const goesWithColumn = ({ kind, parts }: SchemaObject) =>
    kind === 'sequence' && columns.has(parts.ownedBy ?? '');
  const renames = renamed.map(([one, other]) =>
    difference(one, 'renamed', one, other, commandsToRename(other, one)),
  );
  // The other commands call a table by its right name.
  return [
    ...renames.filter(({ kind }) => kind === 'table'),
    ...sorted(
      added
        .filter((one) => isOurs(one) && !comesWithTable(one, strangers) && !goesWithColumn(one))
        .map((one) => difference(one, 'added', null, one, commandsToDrop(one))),
    ).toReversed(),
    ...renames.filter(({ kind }) => kind !== 'table'),
    ...sorted([
      ...changed.map(([one, other]) =>
        difference(one, 'changed', one, other, commandsToChange(other, one, keysTo(other, settled))),
      ),
      ...missing
        .filter((one) => !comesWithTable(one, gone))
        .map((one) => difference(one, 'missing', one, null, commandsToAdd(one, expected, missing))),
    ]),
  ];
}

/** The foreign keys that lead to a key, which cannot be dropped as long as one of them stands. */
function keysTo({ spelledTable, definition }: SchemaObject, found: readonly SchemaObject[]) {
  const columns = /^(?:PRIMARY KEY|UNIQUE) (\([^)]*\))/.exec(definition)?.[1];
  const goal = ` REFERENCES ${spelledTable}${columns}`;
  return found.filter(
    (one) => columns !== undefined && one.parts.type === 'f' && one.definition.includes(goal),
  );
}

/** A foreign key comes after the key that it leads to, a view after the columns that it shows. */
function rank({ kind, expected, found }: Difference): number {
  const definition = expected ?? found ?? '';
  if (kind === 'table' && /^[vm]$/.test(definition)) return objectKinds.indexOf('column') + 0.5;
  return objectKinds.indexOf(kind) + (definition.startsWith('FOREIGN KEY') ? 0.5 : 0);
}

const sorted = (differences: readonly Difference[]) =>
  differences.toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, 'en'));

/** A key's index is the constraint's. */
export const standsAlone = ({ kind, parts }: SchemaObject) => !(kind === 'index' && parts.constraint);
/** An identity's sequence is the column's, which makes and drops it; only what it counts by can differ by itself. */
const comesWithColumn = ({ kind, parts }: SchemaObject) => kind === 'sequence' && parts.identity !== null;
const byKey = (objects: readonly SchemaObject[]) =>
  new Map(objects.filter(standsAlone).map((one) => [keyOf(one), one]));

const tableNames = (objects: readonly SchemaObject[]) =>
  objects.filter(({ kind }) => kind === 'table').map(({ name }) => name);

/** The table of a sequence's column, not as SQL spells it. */
function ownerTable({ parts }: SchemaObject): string | undefined {
  const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^."]+))\./.exec(parts.ownedBy ?? '') ?? [];
  return quoted?.replaceAll('""', '"') ?? plain;
}

/** Whether it is made or dropped with a table of these. A foreign key is not: the table that it leads to may be missing, too. */
function comesWithTable(one: SchemaObject, tables: ReadonlySet<string>): boolean {
  if (one.kind === 'sequence') return tables.has(ownerTable(one) ?? '');
  if (one.kind === 'constraint' && one.parts.type === 'f') return false;
  return one.table !== null && tables.has(one.table);
}

export const isSame = (one: SchemaObject, other: SchemaObject) => differing(one, other).length === 0;

/** What an object is, aspect by aspect; '' stands for the definition as the server prints it whole. */
function aspectsOf({ kind, definition, parts }: SchemaObject): Readonly<Record<string, string | null>> {
  const { statement: _printed, constraint: _key, place: _number, type, disabled, ...others } = parts;
  if (kind === 'column') return { type: type ?? null, ...others };
  if (kind === 'table') return others;
  if (kind === 'function') return { body: definition, ...others };
  if (kind === 'sequence') return { type: definition, ...others };
  if (kind === 'constraint') return { '': definition, triggers: disabled ? 'disabled' : 'enabled' };
  return { '': definition };
}

/** The aspects in which two differ. */
function differing(one: SchemaObject, other: SchemaObject): readonly string[] {
  const [wanted, there] = [aspectsOf(one), aspectsOf(other)];
  const names = Object.keys(wanted).filter((aspect) => (wanted[aspect] ?? '') !== (there[aspect] ?? ''));
  return isColumns(other) ? names.filter((aspect) => aspect !== 'owner') : names;
}

/** @param aspects those that are said; all where none are given */
function described(one: SchemaObject, aspects?: readonly string[]): string {
  if (!aspects) return one.kind === 'function' ? (one.parts.statement ?? '') : one.definition;
  const all = aspectsOf(one);
  // A function's body is in the command.
  const said = aspects.filter((aspect) => aspect !== 'body');
  return said.map((aspect) => `${aspect} ${all[aspect] || 'none'}`.trim()).join(', ');
}

function difference(
  { kind, table, name }: SchemaObject,
  change: Difference['change'],
  expected: SchemaObject | null,
  found: SchemaObject | null,
  commands: readonly string[],
): Difference {
  const hasRows = kind === 'column' || (kind === 'table' && found?.parts.query === null);
  const isNarrowed =
    change === 'changed' && expected !== null && found !== null && isRounded(found, expected);
  const losesData = (change === 'added' && hasRows) || isNarrowed;
  const aspects = expected && found && change === 'changed' ? differing(expected, found) : undefined;
  const said = (one: SchemaObject | null) =>
    one && (change === 'renamed' ? one.name : described(one, aspects));
  return {
    ...{ kind, change, commands, losesData },
    name: `${table === null ? '' : `${table}.`}${name}`,
    ...{ expected: said(expected), found: said(found) },
  };
}
