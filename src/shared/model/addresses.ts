/** Whether an address of HTTP has a name or password in it, as a browser would read it. */
export const hasAccount = (address: string) => /^https?:[/\\]*[^/\\?#]*@/i.test(address);

/** An address, and the account that stands in it as `name:password`; null without one. */
export function splitAccount(address: string): { readonly address: string; readonly account: string | null } {
  const url = URL.parse(address);
  if (!url || (url.username === '' && url.password === '')) return { address, account: null };
  const account = [url.username, url.password].map(decoded).join(':');
  url.username = '';
  url.password = '';
  return { address: url.href, account };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
