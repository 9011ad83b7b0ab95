interface Sourced {
  /** The path, the upload or the address. */
  readonly source: string;
  readonly name: string;
  readonly files: readonly { readonly name: string }[];
}

/** Where weights come from, as a person knows it: an upload by the name of its file, because its id says nothing and it is gone by then. */
export function sourceOf({ source, name, files }: Sourced): string {
  return source.startsWith('upload://') ? (files[0]?.name ?? name) : source;
}
