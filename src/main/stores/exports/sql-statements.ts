/** A statement behind which rows stand: `COPY table (columns) FROM stdin;`. */
export interface CopyStatement {
  readonly table: string;
  readonly columns: readonly string[];
}

const identifier = '(?:"(?:[^"]|"")+"|[A-Za-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*)';
const copy = new RegExp(
  `^COPY (?:(?:public|"public")\\.)?(${identifier}) \\((${identifier}(?:, ${identifier})*)\\) FROM stdin$`,
);
/** The beginning of a statement is enough: no COPY of ours is longer. */
const longestStatement = 1024 * 1024;

/** Keeps the statements of a file of SQL apart, line by line. */
export class SqlStatements {
  /** What ends the text or comment that the last line ended in; null outside of any. */
  private within: string | null = null;
  private hasEscapes = false;
  private depth = 0;
  private statement = '';

  /** @param line with its end @returns where a COPY ends with it: rows come next */
  take(line: string): CopyStatement | null {
    // psql's own commands.
    if (this.within === null && this.statement.trim() === '' && line.startsWith('\\')) return null;
    for (let at = 0; at < line.length; ) {
      const sign = line.charAt(at);
      if (this.within !== null) at = this.goOn(line, at);
      else if (line.startsWith('--', at)) break;
      else if (sign === ';') {
        const found = copyOf(this.statement.trim());
        this.statement = '';
        if (found) return found;
        at += 1;
      } else at = this.begin(line, at);
    }
    return null;
  }

  private begin(line: string, at: number): number {
    const sign = line.charAt(at);
    if (line.startsWith('/*', at)) {
      [this.within, this.depth] = ['*/', 1];
      return at + 2;
    }
    // Within a name a dollar begins nothing.
    const tag =
      sign === '$' &&
      !/[\w$]/.test(line.charAt(at - 1)) &&
      /^\$(?:[A-Za-z_]\w*)?\$/.exec(line.slice(at))?.[0];
    if (tag) this.within = tag;
    else if (sign === "'" || sign === '"') {
      this.within = sign;
      this.hasEscapes = sign === "'" && /(?:^|[^\w$])[eE]$/.test(line.slice(0, at));
    }
    const text = tag || sign;
    this.keep(text);
    return at + text.length;
  }

  private goOn(line: string, at: number): number {
    const end = this.within ?? '';
    if (end === '*/') return this.goOnComment(line, at);
    const isQuote = end === "'" || end === '"';
    const isPair =
      (isQuote && line.startsWith(end + end, at)) || (this.hasEscapes && line.charAt(at) === '\\');
    const isEnd = !isPair && line.startsWith(end, at);
    if (isEnd) [this.within, this.hasEscapes] = [null, false];
    const text = isPair ? line.slice(at, at + 2) : isEnd ? end : line.charAt(at);
    this.keep(text);
    return at + text.length;
  }

  /** One within another ends by itself. */
  private goOnComment(line: string, at: number): number {
    if (line.startsWith('/*', at)) this.depth += 1;
    else if (line.startsWith('*/', at)) this.depth -= 1;
    else return at + 1;
    if (this.depth === 0) this.within = null;
    return at + 2;
  }

  private keep(text: string): void {
    if (this.statement.length < longestStatement) this.statement += text;
  }
}

function copyOf(statement: string): CopyStatement | null {
  const [, table, columns] = copy.exec(statement) ?? [];
  if (!table || !columns) return null;
  const names = columns.match(new RegExp(identifier, 'g')) ?? [];
  return { table: unquoted(table), columns: names.map(unquoted) };
}

const unquoted = (name: string) =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
