import { ScrollArea, Table, type TableThProps, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { Key, ReactNode } from 'react';

type Look = Pick<TableThProps, 'ta' | 'w' | 'maw' | 'className' | 'aria-sort' | 'visibleFrom'>;

/** How a column's cells stand: numbers under one another, or what a machine reads letter by letter. */
export const [number, code]: readonly [Look, Look] = [
  { ta: 'right', className: 'tabular' },
  { className: 'mono' },
];

type Column<Row> = readonly [header: ReactNode, cell: (row: Row) => ReactNode, look?: Look];

interface DataTableProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => Key;
  /** Narrower, it scrolls. */
  readonly minWidth: number;
  /** Higher, it scrolls under its head. */
  readonly maxHeight?: number;
  /** Cells of several lines begin on one line. */
  readonly top?: boolean;
  /** Cells of a last row, one a column. */
  readonly foot?: readonly ReactNode[];
  /** The first cell names its row. */
  readonly named?: boolean;
  readonly className?: string | undefined;
}

/** Rows of one kind, a column for each thing that is known of them. */
export function DataTable<Row>({
  columns,
  rows,
  rowKey,
  maxHeight,
  top,
  foot,
  named,
  ...look
}: DataTableProps<Row>) {
  const table = (
    <Table
      fz="sm"
      miw={look.minWidth}
      className={look.className ?? ''}
      stickyHeader={maxHeight !== undefined}
    >
      <Table.Thead>
        <Table.Tr>
          {columns.map(([header, , { className: _ofCells, maw: _width, ...own } = {}], index) => (
            <Table.Th key={place(index)} {...own}>
              {header}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={rowKey(row)} {...(top && { style: { verticalAlign: 'top' } })}>
            {columns.map(([, cell, look], index) =>
              named && index === 0 ? (
                <Table.Th key={place(index)} scope="row" {...ofCells(look)}>
                  {cell(row)}
                </Table.Th>
              ) : (
                <Table.Td key={place(index)} {...ofCells(look)}>
                  {cell(row)}
                </Table.Td>
              ),
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
      {foot && (
        <Table.Tfoot>
          <Table.Tr>
            {foot.map((cell, index) => (
              <Table.Th key={place(index)} {...ofCells(columns[index]?.[2])}>
                {cell}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Tfoot>
      )}
    </Table>
  );
  if (maxHeight === undefined)
    return (
      <div className="surface" style={{ overflowX: 'auto' }}>
        {table}
      </div>
    );
  return <ScrollArea.Autosize mah={maxHeight}>{table}</ScrollArea.Autosize>;
}

/** What the header alone has stays with it. */
const ofCells = ({ 'aria-sort': _sort, w: _width, ...look }: Look = {}) => look;

/** A column has no name but its place. */
const place = (index: number) => `column ${index}`;

interface SortButtonProps {
  /** How the rows are sorted by this column; null if they are not. */
  readonly order: 'asc' | 'desc' | null;
  readonly onSort: () => void;
  readonly children: ReactNode;
}

/** A heading that sorts the rows by its column. */
export function SortButton({ order, onSort, children }: SortButtonProps) {
  const Arrow = order === 'asc' ? IconArrowUp : IconArrowDown;
  return (
    <button
      type="button"
      className="plain-button"
      style={{ display: 'inline-flex', alignItems: 'center', gap: 3 }}
      onClick={onSort}
    >
      {children}
      {order !== null && <Arrow size={13} aria-hidden />}
    </button>
  );
}

/** How a heading says that to a screen reader. */
export const ariaSort = (order: SortButtonProps['order']): Look =>
  order === null ? {} : { 'aria-sort': order === 'asc' ? 'ascending' : 'descending' };

/** The beginning of a hash, with all of it on hover. */
export function ShortHash({ hash, length }: { readonly hash: string; readonly length: number }) {
  return (
    <Tooltip label={hash}>
      <span>{hash.slice(0, length)}</span>
    </Tooltip>
  );
}
