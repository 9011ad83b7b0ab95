import { fault } from '../../../shared/errors/catalogue.ts';
import { SqlStatements } from './sql-statements.ts';

const [newline, carriageReturn, backslash, dot] = [0x0a, 0x0d, 0x5c, 0x2e];
/** So many bytes show whether a line is the end of a block's rows (`\.`). */
const markBytes = 4;
/** Rows are text of any length; what is none of them is SQL that our exports and pg_dump write. */
const longestLine = 64 * 1024 * 1024;

/** The rows of one table in a file of SQL, as COPY prints them. */
export interface CopyBlock extends AsyncDisposable {
  readonly columns: readonly string[];
  /** In the file, of the first row. Each row is one line. */
  readonly firstLine: number;
  /** The rows, with the number of its line before each, as the first of its values. */
  readonly rows: AsyncIterable<Buffer>;
}

/** A line, or a part of one that comes in several. */
interface Piece {
  readonly bytes: Buffer;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * Finds the rows of a table in a file of SQL as `backup export --sql` and pg_dump write it. Nothing of it is run: its statements are only
 * kept apart, so that what looks like rows within a text or a function is none.
 * @returns null where it has none of the table
 * @throws TrainyardError IMPORT_FILE_DAMAGED
 */
export async function findCopyBlock(
  file: string,
  body: AsyncIterable<Buffer>,
  table: string,
): Promise<CopyBlock | null> {
  const pieces = piecesOf(body);
  const close = async () => void (await pieces.return(undefined));
  try {
    const block = await seekBlock(file, pieces, table);
    if (block) return { ...block, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
  return null;
}

async function seekBlock(
  file: string,
  pieces: AsyncGenerator<readonly Piece[]>,
  table: string,
): Promise<Omit<CopyBlock, typeof Symbol.asyncDispose> | null> {
  const statements = new SqlStatements();
  let line = 1;
  let held: Buffer[] = [];
  let length = 0;
  let isSkipping = false;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    for (const [index, piece] of next.value.entries()) {
      if (isSkipping) {
        if (isMark(piece)) isSkipping = false;
      } else {
        held.push(piece.bytes);
        length += piece.bytes.length;
        if (length > longestLine) throw damaged(file, line, 'no SQL');
        if (piece.isLast) {
          const copied = statements.take(Buffer.concat(held).toString('utf8'));
          [held, length] = [[], 0];
          if (copied?.table === table)
            return {
              columns: copied.columns,
              firstLine: line + 1,
              rows: numbered(file, next.value.slice(index + 1), pieces, line + 1),
            };
          isSkipping = copied !== null;
        }
      }
      if (piece.isLast) line += 1;
    }
  }
  if (isSkipping) throw damaged(file, line, 'it ends within rows', '행 중간에서 끝남');
  return null;
}

const damaged = (file: string, line: number, en: string, ko = en) =>
  fault(
    'IMPORT_FILE_DAMAGED',
    { file, reason: { en: `line ${line}: ${en}`, ko: `${line}번째 줄: ${ko}` } },
    { place: { file, line } },
  );

function isMark({ bytes, isFirst }: Piece): boolean {
  if (!isFirst || bytes[0] !== backslash || bytes[1] !== dot) return false;
  return bytes.length === 2 || bytes[2] === newline || (bytes[2] === carriageReturn && bytes[3] === newline);
}

async function* numbered(
  file: string,
  first: readonly Piece[],
  pieces: AsyncIterator<readonly Piece[]>,
  firstLine: number,
): AsyncGenerator<Buffer> {
  let line = firstLine;
  let list: readonly Piece[] = first;
  for (;;) {
    const out: Buffer[] = [];
    for (const piece of list) {
      if (isMark(piece)) {
        yield Buffer.concat(out);
        return;
      }
      if (piece.isFirst) out.push(Buffer.from(`${line}\t`));
      out.push(piece.bytes);
      if (piece.isLast) line += 1;
    }
    if (out.length > 0) yield Buffer.concat(out);
    const next = await pieces.next();
    if (next.done) throw damaged(file, line, 'it ends within rows', '행 중간에서 끝남');
    list = next.value;
  }
}

/** The lines of each chunk; the first piece of a line is all of it, or long enough to show what it is. */
async function* piecesOf(body: AsyncIterable<Buffer>): AsyncGenerator<readonly Piece[]> {
  let held: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of body) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const pieces: Piece[] = [];
    let at = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      pieces.push({ bytes: bytes.subarray(at, end + 1), isFirst, isLast: true });
      isFirst = true;
      at = end + 1;
    }
    held = bytes.subarray(at);
    if (held.length >= markBytes || (held.length > 0 && !isFirst)) {
      pieces.push({ bytes: held, isFirst, isLast: false });
      isFirst = false;
      held = Buffer.alloc(0);
    }
    if (pieces.length > 0) yield pieces;
  }
  if (held.length > 0) yield [{ bytes: held, isFirst, isLast: true }];
}
