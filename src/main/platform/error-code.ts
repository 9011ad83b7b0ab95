/** The code of an error (`ENOENT`, an SQLSTATE, …); empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether a code is one of the operating system's, by its form. */
export const isSystemCode = (code: string) => /^E[A-Z0-9]+$/.test(code);

/** What OpenSSL and Node say of a certificate that they do not accept. */
const certificateCodes =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/** Whether the other side's certificate is not accepted. */
export function isUntrusted(error: unknown): boolean {
  return certificateCodes.test(codeOf(error));
}

/** The code of an error of TLS; null for any other. OpenSSL's refusals before any certificate have their reason in the text alone. */
export function tlsCode(error: unknown): string | null {
  if (error instanceof Error && /SSL routines|wrong version number/i.test(error.message))
    return 'ERR_SSL_HANDSHAKE';
  const code = codeOf(error);
  return certificateCodes.test(code) || /^(ERR_TLS_|ERR_SSL_|EPROTO)/.test(code) ? code : null;
}

/** Whether PostgreSQL's driver says, in words alone, that a connection was not to be had or broke. */
export function isBrokenConnection(error: Error): boolean {
  return /timeout expired|timeout exceeded|Connection terminated|Client has encountered a connection error/i.test(
    error.message,
  );
}

/** Whether an error carries one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is Error & { code: string } {
  return codes.includes(codeOf(error));
}

/** For `catch`: null in the place of an error with one of these codes, which goes on otherwise. */
export const nullOn =
  (...codes: readonly string[]) =>
  (error: unknown): null => {
    if (hasCode(error, ...codes)) return null;
    throw error;
  };

/** Whether the disk takes nothing now, and may again later: no space, no quota left, or mounted for reading only. */
export function isDiskRefusal(error: unknown): error is Error & { code: string } {
  return hasCode(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'SQLITE_FULL');
}

/** Whether nothing can be read at a path, now or later, by this user: it was taken away or closed, or a link leads nowhere. */
export function isUnreachable(error: unknown): error is Error & { code: string } {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'EPERM');
}

/** Names the file in an error of SQLite, which does not say itself which it is about; as Node's own errors do. */
export function aboutFile(file: string, error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { path: file }) : error;
}
