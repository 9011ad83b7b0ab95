import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { StackFiles, StackNotes } from '../../domain/stack/machine.ts';
import { type StackRecord, stackRecordSchema } from '../../domain/stack/record.ts';
import { replaceFile, syncFolder } from '../../durable-file.ts';
import { hasCode } from '../../error-code.ts';
import { failpoint } from '../../failpoints.ts';

export const stackFolder = (home: string) => path.join(home, 'stack');

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The folder `stack` of a state folder. */
export class StackFolder implements StackFiles {
  readonly home: string;
  private readonly folder: string;
  private readonly recordFile: string;

  constructor(home: string) {
    this.home = home;
    this.folder = stackFolder(home);
    this.recordFile = path.join(this.folder, 'stack.json');
  }

  read(): StackNotes {
    const text = readText(this.recordFile);
    if (text === null) return { kind: 'absent' };
    const parsed = stackRecordSchema.safeParse(parseJson(text));
    return parsed.success
      ? { kind: 'whole', record: parsed.data }
      : { kind: 'damaged', file: this.recordFile };
  }

  write(record: StackRecord): void {
    this.make();
    failpoint('stack.record.write.before');
    replaceFile(this.recordFile, `${JSON.stringify(record, null, 2)}\n`);
    failpoint('stack.record.write.after');
  }

  setAside(): string {
    const aside = `${this.recordFile}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    renameSync(this.recordFile, aside);
    syncFolder(this.folder);
    return aside;
  }

  writeCompose(text: string): string {
    const file = path.join(this.folder, 'compose.yaml');
    if (readText(file) !== text) {
      this.make();
      failpoint('stack.compose.write.before');
      replaceFile(file, text);
      failpoint('stack.compose.write.after');
    }
    return file;
  }

  removeAll(): void {
    // The notes go last: as long as they stand, it is known what is left to remove.
    rmSync(path.join(this.folder, 'compose.yaml'), { force: true });
    failpoint('stack.destroy.notes.before');
    rmSync(this.recordFile, { force: true });
    failpoint('stack.destroy.notes.after');
    rmSync(this.folder, { recursive: true, force: true });
    syncFolder(this.home);
  }

  private make(): void {
    if (mkdirSync(this.folder, { recursive: true, mode: 0o700 }) !== undefined) syncFolder(this.home);
  }
}
