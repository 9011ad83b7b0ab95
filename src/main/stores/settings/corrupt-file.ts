import { closeSync, constants, copyFileSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { syncFolder } from '../../platform/durable-file.ts';

/** The database, its journal, its shared memory: without its journal a database lacks what was written last. */
const suffixes = ['', '-wal', '-shm'] as const;

/** Copies a damaged database out of the way, then removes it, and answers the error that says where it is now. */
export function setAside(file: string, cause: unknown): TrainyardError {
  const aside = freeName(`${file}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  const present = suffixes.filter((suffix) => existsSync(file + suffix));
  // Whole copies first: killed in between, the damaged files still stand where they were.
  for (const suffix of present) copyDurably(file + suffix, aside + suffix);
  syncFolder(path.dirname(file));
  for (const suffix of present) rmSync(file + suffix, { force: true });
  return fault('SETTINGS_CORRUPT', { file, aside }, { place: { file: aside }, cause });
}

function freeName(wanted: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!suffixes.some((suffix) => existsSync(name + suffix))) return name;
  }
}

function copyDurably(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL);
  const descriptor = openSync(to, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
