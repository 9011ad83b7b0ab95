/** Whether an error carries one of these codes (`ENOENT`, an SQLSTATE, …). */
export function hasCode(error: unknown, ...codes: readonly string[]): error is Error & { code: string } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}
