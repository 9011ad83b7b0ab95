/**
 * The table of contents of pg_dump's archives, by what PostgreSQL's `pg_backup_archiver.c` (WriteHead, WriteToc) writes: version 1.16, that
 * of PostgreSQL 17 and 18. A directory archive is such a table, `toc.dat`, beside a file of COPY rows for each of its data entries.
 */
const magic = 'PGDMP';
const version = { major: 1, minor: 16 };
const formats = { custom: 1, directory: 3 };
const zstdCompression = 3;
const dataSection = 3;
const postDataSection = 4;
/** Bytes of an integer are preceded by its sign. */
const intBytes = 5;

/** One thing that pg_restore makes; what is not named here is passed on as it came. */
interface Entry {
  id: number;
  hasData: boolean;
  /** Of the catalogue that has it, and of it there. */
  oids: readonly [string, string];
  tag: string | null;
  kind: string | null;
  section: number;
  sql: string | null;
  dropSql: string | null;
  copySql: string | null;
  namespace: string | null;
  tablespace: string | null;
  accessMethod: string | null;
  relationKind: number;
  owner: string | null;
  withOids: string | null;
  needs: readonly number[];
  file: string | null;
}

/** Rows of a table or a partition of it, in a file of COPY beside the table of contents, packed by zstd where its name says so. */
export interface ArchivedRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly file: string;
}

/** How far a sequence is. */
export interface ArchivedSequence {
  readonly name: string;
  readonly value: string;
}

/** Says that it is no archive, or one of a version that is not known here. */
export class UnknownArchive extends Error {
  override readonly name = 'UnknownArchive';
}

class Reader {
  private readonly bytes: Buffer;
  private readonly offsetBytes: number;
  private at: number;

  constructor(bytes: Buffer, at: number, offsetBytes: number) {
    this.bytes = bytes;
    this.at = at;
    this.offsetBytes = offsetBytes;
  }

  get position(): number {
    return this.at;
  }

  int(): number {
    const sign = this.bytes.readUInt8(this.at);
    const value = this.bytes.readUInt32LE(this.at + 1);
    this.at += intBytes;
    return sign === 0 ? value : -value;
  }

  text(): string | null {
    const length = this.int();
    if (length < 0) return null;
    if (this.at + length > this.bytes.length) throw new UnknownArchive('A text goes past its end.');
    const text = this.bytes.toString('utf8', this.at, this.at + length);
    this.at += length;
    return text;
  }

  /** Where data lies in a custom archive. */
  skipOffset(): void {
    this.at += 1 + this.offsetBytes;
  }
}

const int = (value: number) => {
  const bytes = Buffer.alloc(intBytes);
  bytes.writeUInt8(value < 0 ? 1 : 0, 0);
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
};

const text = (value: string | null) => {
  if (value === null) return int(-1);
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([int(bytes.length), bytes]);
};

function readEntry(reader: Reader): Entry {
  const read = {
    ...{ id: reader.int(), hasData: reader.int() !== 0 },
    oids: [reader.text() ?? '0', reader.text() ?? '0'] as const,
    ...{ tag: reader.text(), kind: reader.text(), section: reader.int(), sql: reader.text() },
    ...{ dropSql: reader.text(), copySql: reader.text(), namespace: reader.text() },
    ...{ tablespace: reader.text(), accessMethod: reader.text(), relationKind: reader.int() },
    ...{ owner: reader.text(), withOids: reader.text() },
  };
  const needs: number[] = [];
  for (let need = reader.text(); need !== null; need = reader.text()) needs.push(Number(need));
  reader.skipOffset();
  return { ...read, needs, file: null };
}

function written(entry: Entry): Buffer {
  return Buffer.concat([
    ...[int(entry.id), int(entry.hasData ? 1 : 0), text(entry.oids[0]), text(entry.oids[1])],
    ...[text(entry.tag), text(entry.kind), int(entry.section), text(entry.sql), text(entry.dropSql)],
    ...[text(entry.copySql), text(entry.namespace), text(entry.tablespace), text(entry.accessMethod)],
    ...[int(entry.relationKind), text(entry.owner), text(entry.withOids)],
    ...entry.needs.map((need) => text(String(need))),
    ...[text(null), text(entry.file ?? '')],
  ]);
}

/**
 * Makes a directory archive's table of contents of a schema and files of rows.
 * @param schema what `pg_dump --format=custom --schema-only` writes
 * @param rows in the order in which they are to be restored: a table's after those that its foreign keys name
 * @throws UnknownArchive where the schema is no archive of version 1.16, or has not such a table
 */
export function directoryArchive(
  schema: Buffer,
  rows: readonly ArchivedRows[],
  sequences: readonly ArchivedSequence[],
): Buffer {
  try {
    return made(schema, rows, sequences);
  } catch (error) {
    // Cut off: Node's own error of reading behind the end.
    if (!(error instanceof RangeError)) throw error;
    throw new UnknownArchive('It is cut off.', { cause: error });
  }
}

function made(schema: Buffer, rows: readonly ArchivedRows[], sequences: readonly ArchivedSequence[]): Buffer {
  const fields = schema.subarray(magic.length, magic.length + 7);
  const [major, minor, , intSize, offsetSize = 0, format] = fields;
  if (schema.toString('latin1', 0, magic.length) !== magic) throw new UnknownArchive('It is no archive.');
  if (major !== version.major || minor !== version.minor || intSize !== intBytes - 1)
    throw new UnknownArchive(`It is of version ${major}.${minor}.`);
  if (format !== formats.custom) throw new UnknownArchive(`It is of format ${format}.`);
  const begin = magic.length + fields.length;
  const reader = new Reader(schema, begin, offsetSize);
  for (let field = 0; field < 7; field += 1) reader.int();
  for (let field = 0; field < 3; field += 1) reader.text();
  const facts = schema.subarray(begin, reader.position);
  const entries = Array.from({ length: reader.int() }, () => readEntry(reader));
  const head = Buffer.from(schema.subarray(0, begin));
  head.writeUInt8(formats.directory, magic.length + 5);
  head.writeUInt8(zstdCompression, magic.length + 6);

  const added = dataEntries(entries, rows, sequences);
  const at = entries.findIndex(({ section }) => section === postDataSection);
  const all = at < 0 ? [...entries, ...added] : [...entries.slice(0, at), ...added, ...entries.slice(at)];
  return Buffer.concat([head, facts, int(all.length), ...all.map(written)]);
}

function dataEntries(
  entries: readonly Entry[],
  rows: readonly ArchivedRows[],
  sequences: readonly ArchivedSequence[],
): Entry[] {
  let next = Math.max(0, ...entries.map(({ id }) => id)) + 1;
  const found = (kind: string, tag: string) => {
    const entry = entries.find((one) => one.kind === kind && one.tag === tag && one.namespace === 'public');
    if (!entry) throw new UnknownArchive(`It has no ${kind} ${tag}.`);
    return entry;
  };
  const lastOf = new Map<string, number>();
  const added: Entry[] = [];
  for (const { table, columns, file } of rows) {
    const made = found('TABLE', table);
    const before = lastOf.get(table);
    const list = columns.map(identifier).join(', ');
    added.push({
      ...made,
      ...{ id: next, hasData: true, oids: ['0', made.oids[1]], kind: 'TABLE DATA', section: dataSection },
      ...{ sql: '', dropSql: '', tablespace: null, accessMethod: null },
      copySql: `COPY public.${identifier(table)} (${list}) FROM stdin;\n`,
      // What needs a table's rows needs the last of its files: one after the other, also where several are restored at once.
      needs: [made.id, ...(before === undefined ? [] : [before])],
      file,
    });
    lastOf.set(table, next);
    next += 1;
  }
  for (const { name, value } of sequences) {
    const made = found('SEQUENCE', name);
    const regclass = `public.${identifier(name)}`.replaceAll("'", "''");
    added.push({
      ...made,
      ...{ id: next, oids: ['0', '0'], kind: 'SEQUENCE SET', section: dataSection, dropSql: '' },
      sql: `SELECT pg_catalog.setval('${regclass}', ${BigInt(value)}, true);\n\n\n`,
      needs: [made.id],
    });
    next += 1;
  }
  return added;
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
