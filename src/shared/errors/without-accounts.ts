const account = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/]+@/gi;

/** A text without the names and passwords in its addresses: what stands before the host may be a secret, also without a colon. */
export function withoutAccounts(text: string): string {
  return text.replace(account, '$1***@');
}
