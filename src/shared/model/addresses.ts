const account = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/]+@/gi;

/** A text without the names and passwords in its addresses: what stands before the host may be a secret, also without a colon. */
export function withoutAccounts(text: string): string {
  return text.replace(account, '$1***@');
}

/** Whether an address of HTTP has a name or password in it, as a browser would read it. */
export const hasAccount = (address: string) => /^https?:[/\\]*[^/\\?#]*@/i.test(address);
