/** Lets the browser save a text as a file. */
export function saveFile(name: string, text: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
