/** Whether an error carries one of these codes (`ENOENT`, an SQLSTATE, …). */
export function hasCode(error: unknown, ...codes: readonly string[]): error is Error & { code: string } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}

/** Whether the disk takes nothing now, and may again later: no space, no quota left, or mounted for reading only. */
export function isDiskRefusal(error: unknown): error is Error & { code: string } {
  return hasCode(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'SQLITE_FULL');
}

/** Names the file in an error of SQLite, which does not say itself which it is about; as Node's own errors do. */
export function aboutFile(file: string, error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { path: file }) : error;
}
