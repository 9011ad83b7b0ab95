/** Whether an address of HTTP has a name or password in it, as a browser would read it. */
export const hasAccount = (address: string) => /^https?:[/\\]*[^/\\?#]*@/i.test(address);
